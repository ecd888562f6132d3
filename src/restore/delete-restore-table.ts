import { UserError } from './errors.ts';
import type { RunEvent } from './events.ts';
import type { Tables } from './ports.ts';
import type { Run } from './run.ts';
import { tableOf } from './step.ts';

export type DeleteOrder = {
  readonly tables: Pick<Tables, 'delete'>;
  readonly run: Run;
  readonly label: string;
  /** Every table in use that is known to us, of whatever environment. */
  readonly liveTables: readonly string[];
  /** Writes down what happens; the intent before AWS is asked. */
  readonly record: (...events: readonly RunEvent[]) => void;
};

export type DeleteOutcome = { readonly deleted: true } | { readonly deleted: false; readonly reason: string };

/**
 * Deletes the restore table of one table of a run. The only place that deletes a table, and it deletes none but those that
 * the run itself recorded before it had them made. What AWS refuses is recorded and returned.
 * @throws Error (a bug of ours) for any other table
 */
export async function deleteRestoreTable(order: DeleteOrder): Promise<DeleteOutcome> {
  const { tables, label, record } = order;
  const restoreTable = recordedRestoreTable(order);
  record({ type: 'table-deleting', label, restoreTable });
  try {
    await tables.delete(restoreTable);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const reason = `${error.message} ${error.hint}`;
    record({ type: 'table-delete-failed', label, restoreTable, reason });
    return { deleted: false, reason };
  }
  record({ type: 'table-deleted', label, restoreTable });
  return { deleted: true };
}

function recordedRestoreTable({ run, label, liveTables }: DeleteOrder): string {
  const { restoreTable, restoreAccepted } = tableOf(run, label);
  if (restoreTable === undefined || !restoreAccepted) throw new Error(`${run.id} has no restore table for ${label}`);
  const live = [...liveTables, ...run.request.tables.map((ref) => ref.table)];
  if (live.includes(restoreTable)) throw new Error(`${restoreTable} is a live table`);
  return restoreTable;
}
