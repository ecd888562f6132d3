import { describeExisting } from '../describe-existing.ts';
import type { TableRef } from '../environment.ts';
import { asUserError, isPassing, UserError } from '../errors.ts';
import { intentOf, isMadeByRun } from '../made-by-run.ts';
import { restoreTableName } from '../restore-table-name.ts';
import type { TableRun } from '../run.ts';
import { stampOf } from '../run-id.ts';
import type { Step, StepContext } from '../step.ts';
import { restoreTableOf } from '../step.ts';

/** Asks AWS for all restore tables at once: what takes long is AWS's own work, so it must run side by side. */
export const initiateRestore: Step = {
  phase: 'INITIATE_RESTORE',
  async run(context) {
    if (context.run().tables.every((table) => table.restoreTable === undefined)) await writeDownIntents(context);
    const outcomes = await Promise.all(context.run().tables.map((table) => initiateOnce(context, table)));
    context.signal.throwIfAborted();
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    const [first] = failures;
    if (first !== undefined) throw failures.length === 1 ? first : joined(failures);
  },
};

/** Before the first call, for all tables: whatever happens from here on, we know which tables may exist. */
async function writeDownIntents({ aws, record, run, signal }: StepContext): Promise<void> {
  const { id, request } = run();
  const { requestedAt, nth } = stampOf(id);
  const intents = await Promise.all(
    request.tables.map(async ({ label, table }) => {
      const { arn, keySchema } = await describeExisting(aws, table, signal);
      const restoreTable = restoreTableName(table, requestedAt, nth);
      return { type: 'table-restoring', label, restoreTable, arn, keySchema } as const;
    }),
  );
  record(...intents);
}

/**
 * One table's restore call, unless it was made before the run was resumed. Resolves with what went wrong, so that the
 * other tables' outcomes are recorded too.
 */
async function initiateOnce(context: StepContext, table: TableRun): Promise<UserError | undefined> {
  if (table.restoreConfirmed) return undefined;
  const order = { ref: table, restoreTable: restoreTableOf(context.run(), table.label) };
  // The intent stands without an outcome: AWS knows whether the call was made. Nobody else had the name before it.
  if (context.run().resumed) {
    const found = await lookForIt(context, order).catch((error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    });
    if (found instanceof UserError) return failedToInitiate(table, found);
    if (found === 'ours') {
      context.record({ type: 'table-restore-accepted', label: table.label });
      return undefined;
    }
  }
  return initiate(context, order);
}

type Order = { readonly ref: TableRef; readonly restoreTable: string };

/** One table's restore call. Resolves with what went wrong, so that the other tables' outcomes are recorded too. */
async function initiate(context: StepContext, order: Order): Promise<UserError | undefined> {
  const { ref, restoreTable } = order;
  const at = context.run().request.restorePoint;
  try {
    await context.aws.tables.restore({ source: ref.table, target: restoreTable, at });
  } catch (error) {
    const failure = asUserError(error);
    const made = await isMade(context, order, failure);
    if (made !== 'yes') {
      // What AWS did not clearly say no to stays on the list of the tables that may exist.
      if (made === 'no') {
        context.record({
          type: 'table-restore-refused',
          label: ref.label,
          code: failure.code,
          message: failure.message,
        });
      }
      return failedToInitiate(ref, failure);
    }
  }
  context.record({ type: 'table-restore-accepted', label: ref.label });
  return undefined;
}

/**
 * Whether AWS makes our restore table after all. A call whose reply was lost may have been accepted, and the SDK's own
 * second try is then told that the table exists.
 */
async function isMade(context: StepContext, order: Order, failure: UserError): Promise<'yes' | 'no' | 'unknown'> {
  if (isClearNo(failure)) return 'no';
  try {
    const found = await lookForIt(context, order);
    if (found === 'nothing') return 'unknown';
    return found === 'ours' ? 'yes' : 'no';
  } catch (error) {
    // The world cannot tell now; the first failure is the one to report.
    if (error instanceof UserError) return 'unknown';
    throw error;
  }
}

/** `restore` says of a call that was throttled that it was, only if none of its tries can have been accepted. */
function isClearNo(failure: UserError): boolean {
  const mayBeMade = isPassing(failure) || failure.code === 'TABLE_IN_USE' || failure.code === 'TABLE_EXISTS';
  return !mayBeMade || failure.code === 'THROTTLED';
}

/** Seconds between two looks: a table that was asked for just now is not to be seen everywhere at once. */
const lookAfterSeconds = [1, 1, 2, 3, 5];

/** Looks for our restore table until there is one. What is made from something else under its name is not ours. */
async function lookForIt(
  { aws, clock, log, run, signal }: StepContext,
  { ref, restoreTable }: Order,
): Promise<'ours' | 'not-ours' | 'nothing'> {
  const intent = intentOf(log, run(), ref.label, restoreTable);
  for (const seconds of [0, ...lookAfterSeconds]) {
    await clock.sleep(seconds * 1000, signal);
    const found = await aws.tables.describe(restoreTable, signal);
    if (found !== undefined) return isMadeByRun(found, intent, run()) ? 'ours' : 'not-ours';
  }
  return 'nothing';
}

function failedToInitiate(ref: TableRef, cause: UserError): UserError {
  return new UserError(
    'INITIATE_RESTORE',
    `Failed to initiate PITR restore for ${ref.table}: ${cause.message}`,
    cause.hint,
    { cause },
  );
}

function joined(failures: readonly UserError[]): UserError {
  return new UserError(
    'INITIATE_RESTORE',
    failures.map((failure) => failure.message).join('\n'),
    [...new Set(failures.map((failure) => failure.hint))].join('\n'),
    { cause: new AggregateError(failures) },
  );
}
