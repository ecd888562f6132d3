import { describeExisting } from '../describe-existing.ts';
import type { TableRef } from '../environment.ts';
import { asUserError, UserError } from '../errors.ts';
import { restoreTableName } from '../restore-table-name.ts';
import type { TableRun } from '../run.ts';
import { stampOf } from '../run-id.ts';
import type { Step, StepContext } from '../step.ts';
import { isPassing, restoreTableOf } from '../step.ts';

/** Asks AWS for all restore tables at once: what takes long is AWS's own work, so it must run side by side. */
export const initiateRestore: Step = {
  phase: 'INITIATE_RESTORE',
  async run(context) {
    if (context.run().tables.every((table) => table.restoreTable === undefined)) await writeDownIntents(context);
    const outcomes = await Promise.all(context.run().tables.map((table) => initiateOnce(context, table)));
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
      const { arn } = await describeExisting(aws, table, signal);
      return { type: 'table-restoring', label, restoreTable: restoreTableName(table, requestedAt, nth), arn } as const;
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
  const order = { ref: table, restoreTable: restoreTableOf(context.run(), table.label), arn: table.arn ?? '' };
  // The intent stands without an outcome: AWS knows whether the call was made. Nobody else had the name before it.
  const isResumed = context.run().resumed;
  if (isResumed && (await isThere(context, order))) {
    context.record({ type: 'table-restore-accepted', label: table.label });
    return undefined;
  }
  return initiate(context, order);
}

type Order = { readonly ref: TableRef; readonly restoreTable: string; readonly arn: string };

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

/** Whether our restore table exists. What is being built from something else under its name is not ours. */
async function isThere(context: StepContext, order: Order): Promise<boolean> {
  const found = await context.aws.tables.describe(order.restoreTable, context.signal);
  if (found?.restoring === undefined) return found !== undefined;
  return found.restoring.sourceArn === order.arn && found.restoring.at === context.run().request.restorePoint;
}

/**
 * Whether AWS makes our restore table after all. A call whose reply was lost may have been accepted, and the SDK's own
 * second try is then told that the table exists. It is surely ours when AWS says that it is being built from our table as
 * of our instant, and surely not when it is built from something else.
 */
async function isMade(context: StepContext, order: Order, failure: UserError): Promise<'yes' | 'no' | 'unknown'> {
  if (!isPassing(failure) && failure.code !== 'TABLE_IN_USE' && failure.code !== 'TABLE_EXISTS') return 'no';
  try {
    const found = await context.aws.tables.describe(order.restoreTable);
    // A table that was asked for just now may not be seen yet; and what one was built from is told only meanwhile.
    if (found?.restoring === undefined) return 'unknown';
    const { sourceArn, at } = found.restoring;
    return sourceArn === order.arn && at === context.run().request.restorePoint ? 'yes' : 'no';
  } catch (error) {
    // The world cannot tell now; the first failure is the one to report.
    if (error instanceof UserError) return 'unknown';
    throw error;
  }
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
