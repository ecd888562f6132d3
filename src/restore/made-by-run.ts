import type { EventLog, TableDescription } from './ports.ts';
import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';

/** When a run first wrote down that it was going to have a table made, and from what. */
export type Intent = { readonly at: Instant; readonly sourceArn: string };

/** By how much our clock may be ahead of AWS's: AWS refuses requests signed more than 15 minutes off. */
const clockDifferenceMs = 15 * 60_000;

export function intentOf(log: EventLog, run: Run, label: string, restoreTable: string): Intent {
  for (const { at, event } of log.ofRun(run.id)) {
    if (event.type === 'table-restoring' && event.label === label && event.restoreTable === restoreTable) {
      return { at, sourceArn: event.arn };
    }
  }
  throw new Error(`${run.id} has a restore table ${restoreTable} that it never asked for`);
}

/**
 * Whether a table of that name is the one that the run had made: the name was free, then the intent was written down, and
 * the table is younger. AWS says what a table is restored from for as long as it is being restored. In doubt it is
 * somebody else's.
 */
export function isMadeByRun(
  { createdAt, restoring }: TableDescription,
  { at, sourceArn }: Intent,
  { request }: Run,
): boolean {
  if (createdAt === undefined || createdAt < at - clockDifferenceMs) return false;
  return restoring === undefined || (restoring.sourceArn === sourceArn && restoring.at === request.restorePoint);
}
