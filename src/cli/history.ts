import { formatDuration, formatUtc } from '../reporters/format.ts';
import { statusOf } from '../reporters/status-file.ts';
import { actorName } from '../restore/request.ts';
import type { Run } from '../restore/run.ts';
import { withParts } from './open-parts.ts';
import { writeTable } from './table.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const shownRuns = 20;

/** `history`: the last restores, newest first. */
export async function history(json: boolean, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async ({ restores }) => {
    const runs = restores.history(shownRuns);
    terminal.stdout.write(json ? `${JSON.stringify(runs.map(statusOf))}\n` : historyText(runs));
    return 0;
  });
}

/** Runs as people read them. Pure. */
export function historyText(runs: readonly Run[]): string {
  if (runs.length === 0) return 'No restore was asked for yet.\n';
  const rows = runs.map((run) => [
    run.id,
    run.request.environment,
    formatUtc(run.request.restorePoint),
    run.state,
    run.durationMs === undefined ? '-' : formatDuration(run.durationMs),
    actorName(run.request.requestedBy),
    run.failure?.code ?? '',
  ]);
  return writeTable([['ID', 'ENVIRONMENT', 'RESTORE POINT', 'STATE', 'TOOK', 'ASKED FOR BY', 'WHY'], ...rows]);
}
