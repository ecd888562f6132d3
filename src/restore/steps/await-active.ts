import { elapsed } from '../elapsed.ts';
import { isPassing, UserError } from '../errors.ts';
import type { TableStatus } from '../ports.ts';
import type { Step, StepContext } from '../step.ts';
import { restoreTableOf } from '../step.ts';

/**
 * Seconds between two looks at a table. AWS takes minutes to an hour: after the first looks, asking more often than every
 * 15 s would only use up the account's control-plane requests.
 */
const lookAfterSeconds = [1, 1, 2, 3, 5, 8, 15];

/** A status from which no restore table ever becomes ACTIVE. */
const deadEnds: readonly TableStatus[] = ['DELETING', 'ARCHIVING', 'ARCHIVED', 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'];

/** Waits until all restore tables are ACTIVE, for as long as the request allows. */
export const awaitActive: Step = {
  phase: 'AWAIT_ACTIVE',
  async run(context) {
    const run = context.run();
    const begunAt = run.phases.INITIATE_RESTORE.startedAt ?? context.clock.now();
    const deadline = begunAt + run.request.options.timeoutMinutes * 60_000;
    // All of them are waited for, also when one fails: the record should say what became of each.
    const outcomes = await Promise.allSettled(
      run.tables.map((table) => awaitTable(context, table.label, begunAt, deadline)),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  },
};

async function awaitTable(context: StepContext, label: string, begunAt: number, deadline: number): Promise<void> {
  const { clock, signal } = context;
  const restoreTable = restoreTableOf(context.run(), label);
  for (let look = 0; ; look += 1) {
    const status = await statusNow(context, restoreTable);
    if (status === 'ACTIVE') {
      context.record({ type: 'table-active', label, durationMs: elapsed(clock, begunAt) });
      return;
    }
    if (status !== undefined && deadEnds.includes(status)) throw neverActive(restoreTable, status);
    const left = deadline - clock.now();
    if (left <= 0) throw timedOut();
    const seconds = lookAfterSeconds[look] ?? lookAfterSeconds.at(-1) ?? 15;
    await clock.sleep(Math.min(seconds * 1000, left), signal);
  }
}

/** undefined: AWS cannot tell now. A table that was just asked for is not visible everywhere at once. */
async function statusNow({ aws, signal }: StepContext, restoreTable: string): Promise<TableStatus | undefined> {
  try {
    return (await aws.tables.describe(restoreTable, signal))?.status;
  } catch (error) {
    // A status that this version does not know may well be on the way to ACTIVE.
    const isUnknown = error instanceof UserError && error.code === 'AWS';
    if ((isPassing(error) || isUnknown) && !signal.aborted) return undefined;
    throw error;
  }
}

function timedOut(): UserError {
  return new UserError(
    'TIMEOUT',
    'Restore operation timed out. Restore tables preserved for manual recovery.',
    'Ask again with more time (the timeout is an option of the request), or look at the restore tables.',
  );
}

function neverActive(restoreTable: string, status: TableStatus): UserError {
  return new UserError(
    'AWS',
    `The restore table ${restoreTable} is ${status} and will not become ACTIVE.`,
    'Look at the table in the AWS console, mend the cause and ask again.',
  );
}
