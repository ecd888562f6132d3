/** One table of a run: the part of the fold that is about it alone. */
import { addConsumed } from './consumption.ts';
import type { Conflicts, Cost, Costs, RunEvent, TableComparison, TableVerification } from './events.ts';
import type { TableFence } from './fence/table-fence.ts';
import { fenceAfter } from './fence/table-fence.ts';
import type { KeySchema } from './item.ts';
import type { OnConflict } from './request.ts';
import type { Consumed } from './speed.ts';

type ItemCounts = { readonly put: number; readonly delete: number };

export type TableRun = {
  readonly label: string;
  readonly table: string;
  readonly restoreTable?: string;
  /** AWS said yes to the restore, or may have. */
  readonly restoreAccepted: boolean;
  /** AWS said yes, and that was written down. */
  readonly restoreConfirmed: boolean;
  /** Of the live table. */
  readonly arn?: string;
  readonly keySchema?: KeySchema;
  readonly restoreMs?: number;
  readonly comparison?: TableComparison;
  readonly swap: 'pending' | 'in_progress' | 'complete';
  /** Of the swap, once it is complete. */
  readonly conflicts?: Conflicts;
  readonly verification?: TableVerification;
  /** As the swap recorded it when it was complete; an undo has no other counts. */
  readonly swapped?: ItemCounts;
  /** What verification rounds found written by others meanwhile, journalled and wrote once more, over all such rounds. */
  readonly rewritten?: ItemCounts;
  readonly rolledBack?: { readonly putBack: number; readonly changedSince: number };
  readonly restoreTableDeleted: boolean;
  /** By all comparisons and writes so far. */
  readonly consumed?: Consumed;
  /** Absent: none was put up. */
  readonly fence?: TableFence;
};

type TableEvent = Extract<RunEvent, { readonly type: `table-${string}` | `swap-${string}` | `fence-${string}` }>;

/** What one more event makes of a table. */
export function tableAfter(table: TableRun, event: TableEvent, onConflict: OnConflict): TableRun {
  switch (event.type) {
    case 'table-restoring':
      return { ...table, ...intentIn(event), restoreAccepted: true };
    case 'table-restore-accepted':
      return { ...table, restoreConfirmed: true };
    case 'table-restore-refused':
      return { ...table, restoreAccepted: false };
    case 'table-active':
      return { ...table, restoreMs: event.durationMs };
    case 'table-compared':
      return { ...table, comparison: comparisonIn(event), ...consumedWith(table, event) };
    case 'swap-started':
      return { ...table, swap: 'in_progress' };
    case 'swap-finished':
      return {
        ...table,
        swap: 'complete',
        swapped: { put: event.put, delete: event.delete },
        conflicts: { overwritten: event.overwritten, kept: event.kept },
        ...consumedWith(table, event),
      };
    case 'table-rolled-back':
      return {
        ...table,
        rolledBack: { putBack: event.putBack, changedSince: event.changedSince },
        ...consumedWith(table, event),
      };
    case 'table-verified':
      return {
        ...table,
        verification: verificationIn(event),
        ...consumedWith(table, event),
        ...(onConflict === 'overwrite' ? rewrittenBefore(table) : {}),
      };
    case 'table-deleting':
    case 'table-delete-failed':
      return table;
    case 'table-deleted':
      return { ...table, restoreTableDeleted: true };
    case 'fence-raising':
    case 'fence-raised':
    case 'fence-proven':
    case 'fence-lowering':
    case 'fence-lowered':
    case 'fence-left':
      return { ...table, ...fenceAfter(table.fence, event) };
  }
}

function intentIn({ restoreTable, arn, keySchema }: TableEvent & { readonly type: 'table-restoring' }) {
  return { restoreTable, arn, ...(keySchema && { keySchema }) };
}

/** With what it has cost that no event about it alone has told. */
export function withRestOf({ consumed }: Costs, table: TableRun): TableRun {
  const own = consumed !== undefined && Object.hasOwn(consumed, table.label) ? consumed[table.label] : undefined;
  return own === undefined ? table : { ...table, ...consumedWith(table, { consumed: own }) };
}

function consumedWith({ consumed: before }: TableRun, { consumed }: Cost): Pick<TableRun, 'consumed'> {
  if (consumed === undefined) return {};
  return { consumed: before === undefined ? consumed : addConsumed(before, consumed) };
}

/** There is a next round only after what the one before it found was journalled and written. */
function rewrittenBefore({ verification, rewritten }: TableRun): Pick<TableRun, 'rewritten'> {
  if (verification === undefined || verification.put + verification.delete === 0) return {};
  const { put, delete: deleted } = rewritten ?? { put: 0, delete: 0 };
  return { rewritten: { put: put + verification.put, delete: deleted + verification.delete } };
}

function comparisonIn({
  label,
  liveItems,
  restoredItems,
  put,
  delete: deleted,
  unchanged,
}: TableComparison): TableComparison {
  return { label, liveItems, restoredItems, put, delete: deleted, unchanged };
}

function verificationIn(event: TableVerification): TableVerification {
  const { liveDigest, restoredDigest } = event;
  return { ...comparisonIn(event), liveDigest, restoredDigest };
}
