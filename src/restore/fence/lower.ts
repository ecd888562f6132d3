import { asUserError, tellBug } from '../errors.ts';
import type { Clock, TablePolicy } from '../ports.ts';
import type { Run } from '../run.ts';
import type { StepContext } from '../step.ts';
import { tableOf } from '../step.ts';
import { lookAgainMs, patiently } from './patiently.ts';
import type { Lowering } from './policy.ts';
import { hasFence, lowering } from './policy.ts';
import { commandToLower } from './sentences.ts';
import type { TableFence } from './table-fence.ts';

/** What taking a fence down needs: no signal, because a run that was told to stop takes its fences down all the same. */
export type LoweringContext = Pick<StepContext, 'run' | 'record' | 'onBug'> & {
  readonly aws: Pick<StepContext['aws'], 'fence'>;
  readonly clock: Clock;
};

type How = Lowering['how'];

/** Labels of the tables whose policy may still hold our statement. */
export function fencesUp(run: Pick<Run, 'tables'>): readonly string[] {
  return run.tables.flatMap(({ label, fence }) => (fence === undefined || fence.state === 'lowered' ? [] : [label]));
}

/**
 * Takes down every fence of a run that may be up. What cannot be taken down is written down with the command to type and
 * the instant at which it opens by itself: no restore fails by it, not even by a bug of ours in here.
 * @throws UserError LOCK_LOST, STORAGE
 */
export async function lowerFences(context: LoweringContext): Promise<void> {
  const outcomes = await Promise.allSettled(fencesUp(context.run()).map((label) => lowerFence(context, label)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function lowerFence(context: LoweringContext, label: string): Promise<void> {
  const { fence } = tableOf(context.run(), label);
  if (fence === undefined) return;
  context.record({ type: 'fence-lowering', label });
  try {
    const how = await takeDown(context, fence);
    context.record({ type: 'fence-lowered', label, how });
  } catch (error) {
    const trouble = asUserError(error);
    if (trouble.code === 'LOCK_LOST' || trouble.code === 'STORAGE') throw error;
    context.record({
      type: 'fence-left',
      label,
      reason: `${trouble.message} ${trouble.hint}`,
      command: commandToLower(fence.arn, fence.sid),
      opensAt: fence.endsAt,
    });
    tellBug(error, context.onBug);
  }
}

async function takeDown({ aws, clock }: LoweringContext, fence: TableFence): Promise<How> {
  const { arn, sid, policyBefore } = fence;
  let tried: How = 'was-gone';
  return patiently<How>(clock, async () => {
    const seen = await policyWithFence(aws.fence, clock, fence);
    const decision = lowering(seen?.document, policyBefore, sid);
    // After a lost reply it is gone because of us.
    if (seen === undefined || decision.how === 'was-gone') return tried;
    tried = decision.how;
    const { document } = decision;
    const done =
      document === undefined
        ? await aws.fence.deletePolicy({ arn, seen })
        : await aws.fence.putPolicy({ arn, document, seen });
    return done ? decision.how : undefined;
  });
}

/** Looks twice before it believes that our statement is not there: a policy that was just put may not be visible yet. */
async function policyWithFence(
  aws: LoweringContext['aws']['fence'],
  clock: Clock,
  { arn, sid }: TableFence,
): Promise<TablePolicy | undefined> {
  const seen = await aws.policy(arn);
  if (hasFence(seen?.document, sid)) return seen;
  await clock.sleep(lookAgainMs);
  return aws.policy(arn);
}
