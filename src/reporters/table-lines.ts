import { displayName } from '../restore/environment.ts';
import type { Conflicts, RunEvent, TableComparison, TableVerification } from '../restore/events.ts';
import type { Run } from '../restore/run.ts';
import { formatDuration } from './format.ts';
import { debug, info, type Line, oneLine, warning } from './line.ts';

type TableEvent = Extract<RunEvent, { type: `table-${string}` | `swap-${string}` }>;

/** What happened to one table, in words. */
export function tableLines(event: TableEvent, run: Run): readonly Line[] {
  const name = shownName(run, event.label);
  const isUndo = run.request.undoOf !== undefined;
  switch (event.type) {
    case 'table-restoring':
      return [info(`Initiating PITR restore for ${name}-restore`), debug(`${name}-restore is ${event.restoreTable}`)];
    case 'table-restore-accepted':
      return [debug(`AWS accepted the restore of ${name}`)];
    case 'table-restore-refused':
      // The failure of the run says it to people, for all tables together.
      return [debug(`AWS refused the restore of ${name} (${event.code}): ${oneLine(event.message)}`)];
    case 'table-active':
      return [info(`${name}-restore is now ACTIVE (${formatDuration(event.durationMs)})`)];
    case 'table-compared':
      return comparedLines(name, event, run.request.drill === true);
    case 'swap-started':
      return [info(`${isUndo ? 'Putting back' : 'Swapping data for'} ${name} (${swapSize(event, run)})`)];
    case 'swap-finished':
      return [debug(`${name}: ${event.put} items put, ${event.delete} deleted`), ...conflictLines(name, event, isUndo)];
    case 'table-rolled-back':
      return rolledBackLines(name, event);
    case 'table-verified':
      return verifiedLines(name, event, run);
    case 'table-deleting':
      return [info(`Deleting restore table: ${name}-restore`), debug(`Calling DeleteTable for ${event.restoreTable}`)];
    case 'table-deleted':
      return [debug(`AWS is deleting ${event.restoreTable}`)];
    case 'table-delete-failed':
      return [
        ...warning(`Warning: Failed to delete restore table ${event.restoreTable}. Please delete manually.`),
        debug(oneLine(event.reason)),
      ];
  }
}

function comparedLines(name: string, compared: TableComparison, isDrill: boolean): readonly Line[] {
  const { liveItems, restoredItems, put, unchanged } = compared;
  const mark = liveItems === restoredItems ? '✓' : '✗';
  return [
    info(`${name}: original=${liveItems}, restore=${restoredItems} ${mark}`),
    info(
      isDrill
        ? `${name}: a restore would put ${put} items and delete ${compared.delete}, ${unchanged} unchanged`
        : `${name}: ${put} items to put, ${compared.delete} to delete, ${unchanged} unchanged`,
    ),
  ];
}

/** The number of items as the requirement has it, and the truth: only what differs is written. */
function swapSize({ label, put, delete: deleted }: TableEvent & { type: 'swap-started' }, run: Run): string {
  const items = run.tables.find((table) => table.label === label)?.comparison?.restoredItems;
  const changes = put + deleted === 0 ? 'none differs' : `${put} to put, ${deleted} to delete`;
  return items === undefined ? changes : `${items} items, ${changes}`;
}

function conflictLines(name: string, { overwritten, kept }: Conflicts, isUndo: boolean): readonly Line[] {
  const changed = (items: number) =>
    `${name}: ${counted(items)} changed by the application ${isUndo ? 'since' : 'meanwhile'}`;
  return [
    ...(overwritten === 0 ? [] : warning(`${changed(overwritten)}: overwritten after journalling`)),
    ...(kept === 0 ? [] : warning(`${changed(kept)}: ${isUndo ? 'not touched' : 'kept'}`)),
  ];
}

function rolledBackLines(name: string, { putBack, changedSince }: TableEvent & { type: 'table-rolled-back' }) {
  return [
    info(`${name}: ${putBack} ${putBack === 1 ? 'item' : 'items'} put back`),
    ...(changedSince === 0
      ? []
      : warning(`${name}: ${counted(changedSince)} changed by the application after the swap: not touched`)),
  ];
}

function counted(items: number): string {
  return items === 1 ? '1 item was' : `${items} items were`;
}

function verifiedLines(
  name: string,
  verified: TableVerification & { readonly round: number },
  { request, tables }: Run,
): readonly Line[] {
  const { label, put, liveItems, liveDigest, restoredDigest, round } = verified;
  if (put + verified.delete === 0) {
    const { rewritten } = tables.find((table) => table.label === label) ?? {};
    const again = rewritten === undefined ? 0 : rewritten.put + rewritten.delete;
    return [
      ...(again === 0
        ? []
        : warning(`${name}: ${counted(again)} written by others meanwhile: overwritten after journalling`)),
      info(
        `${name}: all ${liveItems} items are identical ✓ (digests: original ${liveDigest}, restore ${restoredDigest})`,
      ),
    ];
  }
  if (request.options.onConflict === 'keep')
    return warning(`${name}: ${counted(put + verified.delete)} written by the application: kept`);
  return warning(`${name}: round ${round} found ${put} items to put and ${verified.delete} to delete again ✗`);
}

/** What people call a table of the run. */
export function shownName(run: Run, label: string): string {
  const table = run.tables.find((candidate) => candidate.label === label);
  return table === undefined ? label : displayName(table);
}
