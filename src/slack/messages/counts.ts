/** Item counts as a table; with more tables than Slack takes, the sums of the rest in the last row. */
import type { DataTableBlock, TableBlock } from '@slack/types';
import type { TableComparison } from '../../restore/events.ts';
import type { Run, TableRun } from '../../restore/run.ts';
import { limits } from '../limits.ts';
import { count } from '../measures.ts';
import { listed, shortened } from '../mrkdwn.ts';
import { table } from './blocks.ts';

type Row = {
  readonly label: string;
  readonly numbers: readonly number[];
  /** How many items differ. */
  readonly toDo: number;
};

type Counts = TableBlock | DataTableBlock;

/** What the comparison found: `Table | Live now | At that time | Put | Delete | Unchanged`. */
export function comparisonTable(run: Run): Counts {
  const head = ['Table', 'Live now', 'At that time', 'Put back', 'Delete', 'Unchanged'];
  return counts(
    'Live and restored tables',
    head,
    rowsOf(run, (each) => each.comparison, planNumbers),
  );
}

/** What the verification found: `Table | Live | Restored | Differences`. */
export function verificationTable(run: Run): Counts {
  const numbers = (each: TableComparison) => [each.liveItems, each.restoredItems, each.put + each.delete];
  return counts(
    'After the last write',
    ['Table', 'Live', 'Restored', 'Differences'],
    rowsOf(run, (each) => each.verification, numbers),
  );
}

/** The same as a line of text. */
export function comparisonText(run: Run): string {
  const lines = rowsOf(run, (each) => each.comparison, planNumbers).map(
    ({ label, numbers: [live = 0, restored = 0, put = 0, deleted = 0] }) =>
      `${label}: ${count(live)} live, ${count(restored)} at that time, ${count(put)} to put back, ${count(deleted)} to delete`,
  );
  return listed(lines, 2000);
}

function planNumbers(each: TableComparison): readonly number[] {
  return [each.liveItems, each.restoredItems, each.put, each.delete, each.unchanged];
}

function rowsOf(
  run: Run,
  pick: (table: TableRun) => TableComparison | undefined,
  numbers: (comparison: TableComparison) => readonly number[],
): readonly Row[] {
  return run.tables.flatMap((each) => {
    const comparison = pick(each);
    return comparison === undefined
      ? []
      : [{ label: each.label, numbers: numbers(comparison), toDo: comparison.put + comparison.delete }];
  });
}

/** With more rows than this people want to sort, and to see a page at a time. */
const mostAtOnce = 10;

function counts(caption: string, head: readonly string[], rows: readonly Row[]): Counts {
  return rows.length > mostAtOnce ? manyCounts(caption, head, rows) : fewCounts(head, rows);
}

/** Those with most to do first, as many as fit. */
function manyCounts(caption: string, head: readonly string[], rows: readonly Row[]): DataTableBlock {
  const label = (text: string) => ({ type: 'raw_text', text: shortened(text, limits.labelInTable) }) as const;
  const number = (value: number) => ({ type: 'raw_number', value, text: count(value) }) as const;
  const cells = (row: Row) => [label(row.label), ...row.numbers.map(number)];
  const sorted = rows.toSorted((a, b) => b.toDo - a.toDo);
  const shown: ReturnType<typeof cells>[] = [];
  let room = limits.dataTableJson;
  for (const row of sorted) {
    room -= JSON.stringify(cells(row)).length;
    // The last row is kept for the rest.
    if (room < 0 || shown.length === limits.dataTableRows - 2) break;
    shown.push(cells(row));
  }
  const rest = sorted.slice(shown.length);
  if (rest.length > 0) shown.push(cells({ label: `${rest.length} more tables`, numbers: sums(rest), toDo: 0 }));
  return { type: 'data_table', caption, page_size: mostAtOnce, rows: [head.map(label), ...shown] };
}

function fewCounts(head: readonly string[], rows: readonly Row[]): TableBlock {
  const shown: string[][] = [];
  let room: number = limits.tableText - 200;
  for (const row of rows) {
    const cells = [row.label, ...row.numbers.map(count)];
    room -= cells.join('').length;
    // The last row is kept for the rest.
    if (room < 0 || shown.length === limits.tableRows - 2) break;
    shown.push(cells);
  }
  const rest = rows.slice(shown.length);
  if (rest.length > 0) shown.push([`${rest.length} more tables`, ...sums(rest).map(count)]);
  return table(head, shown);
}

function sums(rows: readonly Row[]): readonly number[] {
  const width = rows[0]?.numbers.length ?? 0;
  return Array.from({ length: width }, (_, column) => rows.reduce((sum, row) => sum + (row.numbers[column] ?? 0), 0));
}
