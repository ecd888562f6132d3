import { describeProgress, type PhaseProgress, type TableItems } from '../restore/describe-progress.ts';
import type { TableProgress } from '../restore/ports.ts';
import type { Run } from '../restore/run.ts';
import { formatDuration, formatSize } from './format.ts';

const barWidth = 24;

/**
 * How far the present phase is, in lines without an end: one for the whole, then one for each of several tables that are
 * under way; none: there is nothing to measure.
 */
export function progressLines(
  run: Run,
  progress: ReadonlyMap<string, TableProgress>,
  history: readonly Run[],
  now: number,
): readonly string[] {
  const described = describeProgress(run, progress, history, now);
  if (described === undefined) return [];
  const { phase, tables = [] } = described;
  return [wholeLine(described), ...tables.map((table) => `${phase} ${tableLine(table)}`)];
}

function tableLine({ label, done, total, bytes }: TableItems): string {
  const of = total === undefined ? '' : ` of ${total}`;
  return `${label}: ${done}${of} items${bytes === undefined ? '' : ` (${formatSize(bytes)})`}`;
}

function wholeLine(described: PhaseProgress): string {
  const { phase, paused, elapsedMs, restored } = described;
  if (restored !== undefined) {
    const tables = `${bar(restored.done / restored.total)} ${restored.done} of ${restored.total} tables`;
    return `${phase} ${tables}, ${formatDuration(elapsedMs)}${timeLeft(described)}`;
  }
  const what = [counts(described), ...(paused ? ['PAUSED'] : pace(described))].filter((part) => part !== '').join(', ');
  return `${phase} ${what}${timeLeft(described)}`;
}

function counts({ items, bytes, share, elapsedMs }: PhaseProgress): string {
  if (items === undefined) return '';
  const size = bytes === undefined ? '' : ` (${formatSize(bytes)})`;
  if (share === undefined || items.total === undefined) {
    return `${items.done} items${size}, ${formatDuration(elapsedMs)}`;
  }
  return `${bar(share)} ${Math.floor(share * 100)}% ${items.done} of ${items.total} items${size}`;
}

function pace({ itemsPerSecond }: PhaseProgress): readonly string[] {
  if (itemsPerSecond === undefined) return [];
  return [itemsPerSecond < 10 ? `${itemsPerSecond.toFixed(1)}/s` : `${Math.round(itemsPerSecond)}/s`];
}

function timeLeft({ remainingMs, basis, elapsedMs, share = 0 }: PhaseProgress): string {
  if (remainingMs === undefined || share >= 1) return '';
  if (basis === 'rule') return `, AWS often takes ${formatDuration(elapsedMs + remainingMs)}`;
  return `, ETA ${formatDuration(remainingMs)}`;
}

function bar(share: number): string {
  const filled = Math.round(share * barWidth);
  return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
}
