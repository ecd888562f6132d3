/** Item counts as a table; with more tables than Slack takes, the sums of the rest in the last row. */
import type { TableBlock } from '@slack/types';
import type { TableComparison } from '../../restore/events.ts';
import type { Run, TableRun } from '../../restore/run.ts';
import { limits } from '../limits.ts';
import { count } from '../measures.ts';
import { listed } from '../mrkdwn.ts';
import { table } from './blocks.ts';

type Row = { readonly label: string; readonly numbers: readonly number[] };

/** What the comparison found: `Table | Live now | At that time | Put | Delete | Unchanged`. */
export function comparisonTable(run: Run): TableBlock {
  const head = ['Table', 'Live now', 'At that time', 'Put back', 'Delete', 'Unchanged'];
  return counts(
    head,
    rowsOf(run, (each) => each.comparison, planNumbers),
  );
}

/** What the verification found: `Table | Live | Restored | Differences`. */
export function verificationTable(run: Run): TableBlock {
  const numbers = (each: TableComparison) => [each.liveItems, each.restoredItems, each.put + each.delete];
  return counts(
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
    return comparison === undefined ? [] : [{ label: each.label, numbers: numbers(comparison) }];
  });
}

function counts(head: readonly string[], rows: readonly Row[]): TableBlock {
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
