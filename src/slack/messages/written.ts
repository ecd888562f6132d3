/** What a run found, wrote and left alone, summed over its tables. Counts only. */
import type { Run, TableRun } from '../../restore/run.ts';

export type Changes = { readonly put: number; readonly deleted: number; readonly unchanged: number };

/** What the comparison found, over all tables. */
export function changesOf(run: Run): Changes {
  return {
    put: sum(run, ({ comparison }) => comparison?.put),
    deleted: sum(run, ({ comparison }) => comparison?.delete),
    unchanged: sum(run, ({ comparison }) => comparison?.unchanged),
  };
}

/** What was written to live tables, as planned: without the tables whose turn never came. */
export function writtenBy(run: Run): Pick<Changes, 'put' | 'deleted'> {
  const touched = { ...run, tables: run.tables.filter(({ swap }) => swap !== 'pending') };
  return changesOf(touched);
}

/** What verification rounds wrote once more, because others had written meanwhile. */
export function rewrittenBy(run: Run): Pick<Changes, 'put' | 'deleted'> {
  return {
    put: sum(run, ({ rewritten }) => rewritten?.put),
    deleted: sum(run, ({ rewritten }) => rewritten?.delete),
  };
}

/** All that was written to live tables: as planned, and what verification rounds wrote once more. */
export function writtenInAll(run: Run): Pick<Changes, 'put' | 'deleted'> {
  const planned = writtenBy(run);
  const again = rewrittenBy(run);
  return { put: planned.put + again.put, deleted: planned.deleted + again.deleted };
}

/** What an undo had to put back and to delete again, with the items that it then left alone. */
export function undoneBy(run: Run): Pick<Changes, 'put' | 'deleted'> {
  return { put: sum(run, ({ swapped }) => swapped?.put), deleted: sum(run, ({ swapped }) => swapped?.delete) };
}

/** Items that the application changed between comparison and write: put back all the same, or left alone. */
export function conflictsOf(run: Run): { readonly overwritten: number; readonly kept: number } {
  return {
    overwritten: sum(run, ({ conflicts }) => conflicts?.overwritten),
    kept: sum(run, ({ conflicts }) => conflicts?.kept),
  };
}

/** What a rollback, or an undo, put back, and what it did not touch because somebody changed it since. */
export function putBackBy(run: Run): { readonly putBack: number; readonly changedSince: number } {
  return {
    putBack: sum(run, ({ rolledBack }) => rolledBack?.putBack),
    changedSince: sum(run, ({ rolledBack }) => rolledBack?.changedSince),
  };
}

/** What still differed when everything was compared for the last time. */
export function differencesLeft(run: Run): number {
  return sum(run, ({ verification }) => (verification === undefined ? 0 : verification.put + verification.delete));
}

function sum(run: Run, pick: (table: TableRun) => number | undefined): number {
  return run.tables.reduce((total, table) => total + (pick(table) ?? 0), 0);
}
