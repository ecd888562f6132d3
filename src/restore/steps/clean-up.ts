import { UserError } from '../errors.ts';
import type { Step, StepContext } from '../step.ts';

/** Deletes the restore tables. A table that cannot be deleted is named and left to a person: the restore succeeded. */
export const cleanUp: Step = {
  phase: 'CLEANUP',
  async run(context) {
    await Promise.all(context.run().tables.map(({ label }) => deleteRestoreTable(context, label)));
  },
};

async function deleteRestoreTable(context: StepContext, label: string): Promise<void> {
  const run = context.run();
  const restoreTable = run.tables.find((table) => table.label === label)?.restoreTable;
  if (restoreTable === undefined) return;
  // The one call that could destroy a table: never for a name that we did not make ourselves in this run.
  if (context.environment.tables.some((ref) => ref.table === restoreTable)) {
    throw new Error(`${restoreTable} is a live table`);
  }
  context.record({ type: 'table-deleting', label, restoreTable });
  try {
    await context.aws.tables.delete(restoreTable);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.record({ type: 'table-delete-failed', label, restoreTable, reason: `${error.message} ${error.hint}` });
    return;
  }
  context.record({ type: 'table-deleted', label, restoreTable });
}
