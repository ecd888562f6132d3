import { describeExisting } from '../describe-existing.ts';
import { isPassing, UserError } from '../errors.ts';
import type { TableDescription } from '../ports.ts';
import type { StepContext } from '../step.ts';
import { tableOf } from '../step.ts';
import { hasFence } from './policy.ts';
import { mustBeOpen } from './raise.ts';
import type { TableFence } from './table-fence.ts';

const denialsInARow = 3;
const betweenProbesMs = 2_000;
/** AWS's clock may be a little behind ours. */
const firstProbeAfterStartMs = 1_000;
/** A changed policy took up to 237 seconds to count, and by its start a fence has waited for most of them. */
const closesWithinMs = 6 * 60_000;

/**
 * Waits until the fence has started, and until AWS obeys it: somebody else's write is denied several times in a row, ours
 * is not.
 * @throws UserError FENCE, or the signal's reason
 */
export async function proveFence(context: StepContext, label: string): Promise<void> {
  const { table, fence } = tableOf(context.run(), label);
  if (fence === undefined) throw new Error(`${label} has no fence to prove`);
  const description = await describeExisting(context.aws, table, context.signal);
  const firstProbeAt = fence.startsAt + firstProbeAfterStartMs;
  await context.clock.sleep(Math.max(0, firstProbeAt - context.clock.now()), context.signal);
  await denied(context, description, fence);
  await mustBeOpen(context, description, 'us');
  const revisionId = await revisionOf(context, fence);
  context.record({ type: 'fence-proven', label, ...(revisionId === undefined ? {} : { revisionId }) });
}

/** undefined: not to be told now. Then every write is guarded, as without a fence. */
async function revisionOf({ aws, signal }: StepContext, { arn, sid }: TableFence): Promise<string | undefined> {
  try {
    const policy = await aws.fence.policy(arn, signal);
    return hasFence(policy?.document, sid) ? policy?.revisionId : undefined;
  } catch (error) {
    if (error instanceof UserError && !signal.aborted) return undefined;
    throw error;
  }
}

async function denied(
  { aws, clock, signal }: StepContext,
  description: TableDescription,
  { startsAt }: TableFence,
): Promise<void> {
  const until = Math.max(startsAt, clock.now()) + closesWithinMs;
  for (let inARow = 0; ; ) {
    const found = await aws.fence.probe(description, 'somebody', signal).catch((error: unknown) => {
      // Says nothing about the fence.
      if (isPassing(error) && !signal.aborted) return undefined;
      throw error;
    });
    if (found === 'closed') inARow += 1;
    if (found === 'open') inARow = 0;
    if (inARow === denialsInARow) return;
    if (found !== 'closed' && clock.now() >= until) throw staysOpen(description.table);
    await clock.sleep(betweenProbesMs, signal);
  }
}

function staysOpen(table: string): UserError {
  return new UserError(
    'FENCE',
    `The fence on ${table} does not close: AWS has the policy, but still lets others write.`,
    'Ask again, or ask without the fence: every write is guarded then.',
  );
}
