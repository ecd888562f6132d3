import { describeExisting } from '../describe-existing.ts';
import type { TableRef } from '../environment.ts';
import { asUserError, UserError } from '../errors.ts';
import { restoreTableName } from '../restore-table-name.ts';
import type { Step, StepContext } from '../step.ts';
import { isPassing } from '../step.ts';

/** Asks AWS for all restore tables at once: what takes long is AWS's own work, so it must run side by side. */
export const initiateRestore: Step = {
  phase: 'INITIATE_RESTORE',
  async run(context) {
    const { request, requestedAt } = context.run();
    const orders = await Promise.all(
      request.tables.map(async (ref) => {
        const { arn } = await describeExisting(context.aws, ref.table, context.signal);
        return { ref, restoreTable: restoreTableName(ref.table, requestedAt), arn };
      }),
    );
    // Written down before the first call: whatever happens from here on, we know which tables may exist.
    context.record(
      ...orders.map(({ ref, restoreTable, arn }) => ({
        type: 'table-restoring' as const,
        label: ref.label,
        restoreTable,
        arn,
      })),
    );
    const outcomes = await Promise.all(orders.map((order) => initiate(context, order)));
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    const [first] = failures;
    if (first !== undefined) throw failures.length === 1 ? first : joined(failures);
  },
};

type Order = { readonly ref: TableRef; readonly restoreTable: string; readonly arn: string };

/** One table's restore call. Resolves with what went wrong, so that the other tables' outcomes are recorded too. */
async function initiate(context: StepContext, order: Order): Promise<UserError | undefined> {
  const { ref, restoreTable } = order;
  const at = context.run().request.restorePoint;
  try {
    await context.aws.tables.restore({ source: ref.table, target: restoreTable, at });
  } catch (error) {
    const failure = asUserError(error);
    if (!(await isOurs(context, order, failure))) {
      // A trouble on the way says nothing about what AWS did: such a table stays on the list of those that may exist.
      if (!isPassing(failure)) {
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
 * A call whose reply was lost may have been accepted all the same, and the SDK's own second try is then told that the
 * table exists. It is ours only when AWS says that it is being built from our table as of our instant.
 */
async function isOurs(context: StepContext, order: Order, failure: UserError): Promise<boolean> {
  const mayHaveBegun = isPassing(failure) || failure.code === 'TABLE_IN_USE' || failure.code === 'TABLE_EXISTS';
  if (!mayHaveBegun) return false;
  try {
    const found = await context.aws.tables.describe(order.restoreTable);
    return found?.restoring?.sourceArn === order.arn && found.restoring.at === context.run().request.restorePoint;
  } catch (error) {
    // The world cannot tell now; the first failure is the one to report.
    if (error instanceof UserError) return false;
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
