import { describeExisting } from '../describe-existing.ts';
import { UserError } from '../errors.ts';
import type { TableDescription } from '../ports.ts';
import type { Instant } from '../restore-point.ts';
import type { Run } from '../run.ts';
import type { StepContext } from '../step.ts';
import { isPassing, tableOf } from '../step.ts';
import { safetyMargin } from './window.ts';

/** Whether, as far as the record knows, nobody else can write to this table now. */
export function isFenced(run: Pick<Run, 'id' | 'tables'>, label: string, now: Instant): boolean {
  const { fence } = tableOf(run, label);
  return fence?.state === 'proven' && now >= fence.startsAt && now < fence.endsAt - safetyMargin;
}

/**
 * Whether nobody else can write to this table now, asked of AWS: somebody may have changed the policy since it was proven.
 * Costs a write unit; ask before writes that rely on it. `known`: the table, where it was looked at already.
 */
export async function fenceHolds(
  context: Pick<StepContext, 'aws' | 'clock' | 'run' | 'signal'>,
  label: string,
  known?: TableDescription,
): Promise<boolean> {
  const { aws, clock, run, signal } = context;
  if (!isFenced(run(), label, clock.now())) return false;
  const description = known ?? (await describeExisting(aws, tableOf(run(), label).table, signal));
  try {
    return (await aws.fence.probe(description, 'somebody', signal)) === 'closed';
  } catch (error) {
    // Not knowing is no proof.
    if (isPassing(error) && !signal.aborted) return false;
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
