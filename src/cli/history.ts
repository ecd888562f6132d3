import { formatDuration, formatUtc } from '../reporters/format.ts';
import { statusOf } from '../reporters/status-file.ts';
import { actorName } from '../restore/request.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Run } from '../restore/run.ts';
import { withRecord } from './open-parts.ts';
import { writeTable } from './table.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const shownRuns = 20;

/** `history`: the last restores, newest first. */
export async function history(json: boolean, terminal: Terminal): Promise<ExitCode> {
  return await withRecord(terminal, async ({ runs }) => {
    const interrupted = new Set(runs.interrupted().map((run) => run.id));
    const entries = runs.history(shownRuns).map((run) => ({
      run,
      isInterrupted: interrupted.has(run.id),
      undoableUntil: runs.undoableUntil(run.id),
    }));
    terminal.stdout.write(json ? `${JSON.stringify(entries.map(historyJson))}\n` : historyText(entries));
    return 0;
  });
}

export type HistoryEntry = {
  readonly run: Run;
  readonly isInterrupted: boolean;
  readonly undoableUntil: Instant | undefined;
};

function historyJson({ run, isInterrupted, undoableUntil }: HistoryEntry) {
  return {
    ...statusOf(run, isInterrupted),
    ...(undoableUntil === undefined ? {} : { undoable_until: formatUtc(undoableUntil) }),
  };
}

function whatOf({ request }: Run): string {
  if (request.undoOf !== undefined) return `undo of ${request.undoOf}`;
  return `${request.drill === true ? 'drill: ' : ''}${formatUtc(request.restorePoint)}`;
}

/** Runs as people read them. Pure. */
export function historyText(entries: readonly HistoryEntry[]): string {
  if (entries.length === 0) return 'No restore was asked for yet.\n';
  const rows = entries.map(({ run, isInterrupted, undoableUntil }) => [
    run.id,
    run.request.environment,
    whatOf(run),
    isInterrupted ? 'INTERRUPTED' : run.state,
    run.durationMs === undefined ? '-' : formatDuration(run.durationMs),
    actorName(run.request.requestedBy),
    undoableUntil === undefined ? '-' : formatUtc(undoableUntil),
    isInterrupted
      ? `interrupted in ${run.phase ?? 'ACQUIRE_LOCK'}; go on with: pitr-restore resume ${run.id}`
      : (run.failure?.code ?? ''),
  ]);
  const head = ['ID', 'ENVIRONMENT', 'RESTORE POINT', 'STATE', 'TOOK', 'ASKED FOR BY', 'UNDO UNTIL', 'WHY'];
  return writeTable([head, ...rows]);
}
