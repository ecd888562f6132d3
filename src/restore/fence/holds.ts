import { describeExisting } from '../describe-existing.ts';
import { UserError } from '../errors.ts';
import type { TableDescription } from '../ports.ts';
import type { Instant } from '../restore-point.ts';
import type { Run } from '../run.ts';
import type { StepContext } from '../step.ts';
import { tableOf } from '../step.ts';
import { safetyMargin } from './window.ts';

/** Whether, as far as the record knows, nobody else can write to this table now. */
export function isFenced(run: Pick<Run, 'id' | 'tables'>, label: string, now: Instant): boolean {
  const { fence } = tableOf(run, label);
  return fence?.state === 'proven' && now >= fence.startsAt && now < fence.endsAt - safetyMargin;
}

/** When a table's policy was last seen to be the one that was proven; and the table, once it was looked at. */
export type PolicyLook = { at: Instant; description?: TableDescription };

/** AWS goes by a policy for minutes after it was changed, and GetResourcePolicy is no call for every batch. */
const lookEveryMs = 5_000;

/** Before the first look at the policy: a proof holds for so short a time that nothing else should be asked in it. */
export async function firstLook(
  { aws, clock, run, signal }: Pick<StepContext, 'aws' | 'clock' | 'run' | 'signal'>,
  label: string,
): Promise<PolicyLook> {
  const look = { at: Number.NEGATIVE_INFINITY };
  if (!isFenced(run(), label, clock.now())) return look;
  return { ...look, description: await describeExisting(aws, tableOf(run(), label).table, signal) };
}

/**
 * Whether nobody else can write to this table now, asked of AWS: the policy must still be the very one that was proven,
 * and a write of somebody else must be denied. A policy that was changed goes on denying for a while, here and there, so
 * neither is proof enough alone. Costs a write unit; ask before writes that rely on it.
 */
export async function fenceHolds(
  context: Pick<StepContext, 'aws' | 'clock' | 'run' | 'signal'>,
  label: string,
  look: PolicyLook = { at: Number.NEGATIVE_INFINITY },
): Promise<boolean> {
  const { aws, clock, run, signal } = context;
  if (!isFenced(run(), label, clock.now())) return false;
  const { fence, table } = tableOf(run(), label);
  try {
    look.description ??= await describeExisting(aws, table, signal);
    if (clock.now() - look.at >= lookEveryMs) {
      const policy = fence === undefined ? undefined : await aws.fence.policy(fence.arn, signal);
      if (policy === undefined || policy.revisionId !== fence?.revisionId) return false;
      look.at = clock.now();
    }
    return (await aws.fence.probe(look.description, 'somebody', signal)) === 'closed';
  } catch (error) {
    // Not knowing is no proof.
    if (error instanceof UserError && !signal.aborted) return false;
    throw error;
  }
}

/**
 * To be asked at every safe point from the comparison until the end of the verification.
 * @throws UserError FENCE when the table's fence is about to open
 */
export function mustStayFenced({ run, clock }: Pick<StepContext, 'run' | 'clock'>, label: string): void {
  const { fence, table } = tableOf(run(), label);
  if (fence?.state !== 'proven' || clock.now() < fence.endsAt - safetyMargin) return;
  throw new UserError(
    'FENCE',
    `The fence on ${table} opens at ${new Date(fence.endsAt).toISOString()}, and the restore is not verified yet.`,
    'Ask again: what is the same already is not written twice. Or ask without the fence: every write is guarded then.',
  );
}
