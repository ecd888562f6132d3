import type { Run } from '../restore/run.ts';
import { formatDuration } from './format.ts';

export type TableProgress = ReadonlyMap<string, { readonly done: number; readonly total: number | undefined }>;

const barWidth = 24;

/** How far the present phase is, in one line without an end; undefined: there is nothing to measure. */
export function progressLine(run: Run, progress: TableProgress, now: number): string | undefined {
  const { phase } = run;
  if (phase === undefined || run.endedAt !== undefined) return undefined;
  const { status, startedAt } = run.phases[phase];
  if (status !== 'in_progress' || startedAt === undefined) return undefined;
  const elapsedMs = now - startedAt;
  if (phase === 'AWAIT_ACTIVE') {
    const active = run.tables.filter((table) => table.restoreMs !== undefined).length;
    return `${phase} ${bar(active / run.tables.length)} ${active} of ${run.tables.length} tables, ${formatDuration(elapsedMs)}`;
  }
  if (phase !== 'VERIFY_COUNTS' && phase !== 'SWAP_DATA' && phase !== 'VERIFY_DATA') return undefined;
  const tables = [...progress.values()];
  const done = tables.reduce((sum, table) => sum + table.done, 0);
  if (tables.length === 0 || done === 0) return undefined;
  // AWS counts a table every six hours: a total that is nothing, or was passed already, is no total.
  const totals = tables.map((table) => ((table.total ?? 0) < table.done ? Number.NaN : (table.total ?? 0)));
  const total = totals.reduce((sum, one) => sum + one, 0);
  if (Number.isNaN(total)) return `${phase} ${done} items, ${formatDuration(elapsedMs)}`;
  const share = done / total;
  const left = share < 1 ? `, ETA ${formatDuration(elapsedMs / share - elapsedMs)}` : '';
  return `${phase} ${bar(share)} ${Math.floor(share * 100)}% ${done} of ${total} items${left}`;
}

function bar(share: number): string {
  const filled = Math.round(share * barWidth);
  return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
}
