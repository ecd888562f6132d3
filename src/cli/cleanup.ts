import type { CleanedFence, CleanedTable, CleanupReport } from '../restore/cleanup.ts';
import { fencesUp } from '../restore/fence/lower.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Run } from '../restore/run.ts';
import { hasEnded, restoreTablesOf } from '../restore/run.ts';
import type { CleanupCommand } from './arguments.ts';
import { withParts } from './open-parts.ts';
import { writeTable } from './table.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const hourMs = 3_600_000;
const allRuns = 1_000_000;

/** `cleanup`: deletes what ended restores left behind. 1 when something is left that should not be. */
export async function cleanup(command: CleanupCommand, terminal: Terminal): Promise<ExitCode> {
  const { olderThanHours, dryRun, json } = command;
  return await withParts(terminal, async ({ cleanUp, restores, clock }) => {
    if (dryRun) {
      const leftovers = leftoversIn(restores.history(allRuns), clock.now() - olderThanHours * hourMs);
      terminal.stdout.write(json ? `${JSON.stringify(leftovers)}\n` : leftoversText(leftovers));
      return 0;
    }
    const report = await cleanUp(olderThanHours * hourMs);
    terminal.stdout.write(json ? `${JSON.stringify(report)}\n` : cleanupText(report));
    return [...report.tables, ...report.fences].some(({ outcome }) => outcome === 'failed') ? 1 : 0;
  });
}

type Leftover = {
  readonly runId: string;
  readonly restoreTables: readonly string[];
  readonly fences: readonly string[];
};

/** What runs that ended before an instant left behind, as far as the record knows: AWS is not asked. Pure. */
export function leftoversIn(runs: readonly Run[], endedBefore: Instant): readonly Leftover[] {
  return (
    runs
      .filter((run) => hasEnded(run) && run.endedAt !== undefined)
      // What a drill leaves is of use to nobody, however young it is.
      .filter((run) => run.request.drill === true || (run.endedAt ?? 0) <= endedBefore)
      .map((run) => ({ runId: run.id, restoreTables: restoreTablesOf(run), fences: fencesUp(run) }))
      .filter(({ restoreTables, fences }) => restoreTables.length + fences.length > 0)
  );
}

export function leftoversText(leftovers: readonly Leftover[]): string {
  if (leftovers.length === 0) return `${nothingLeft}\n`;
  return [
    'Would be deleted, if AWS still has it. Nothing was changed.',
    ...leftovers.flatMap(({ runId, restoreTables, fences }) => [
      ...restoreTables.map((table) => `  ${table} (of ${runId})`),
      ...fences.map((label) => `  the fence on ${label} (of ${runId})`),
    ]),
    '',
  ].join('\n');
}

const nothingLeft = 'Nothing is left over of restores that have ended.';

const tableOutcomes = {
  deleted: 'deleted',
  gone: 'was gone already',
  later: 'later',
  'in-use': 'left: in use',
  'not-ours': 'left: not ours',
  failed: 'FAILED',
} as const satisfies Record<CleanedTable['outcome'], string>;

const fenceOutcomes = {
  lowered: 'taken down',
  failed: 'FAILED',
} as const satisfies Record<CleanedFence['outcome'], string>;

/** Everything that was left over, and what became of it. Pure. */
export function cleanupText({ tables, fences }: CleanupReport): string {
  if (tables.length + fences.length === 0) return `${nothingLeft}\n`;
  return writeTable([
    ['LEFT OVER', 'BY', 'OUTCOME', 'WHY'],
    ...tables.map(({ restoreTable, runId, outcome, reason }) => [restoreTable, runId, tableOutcomes[outcome], reason]),
    ...fences.map(({ label, runId, outcome, reason }) => [`fence on ${label}`, runId, fenceOutcomes[outcome], reason]),
  ]);
}
