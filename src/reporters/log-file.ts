import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunId } from '../restore/events.ts';
import type { EventLog, Reporter } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import { followRun, type OnTrouble } from './follow.ts';
import { formatLocal } from './format.ts';
import { consoleLines } from './lines.ts';

/** `restore_dynamodb_YYYYMMDD_HHMMSS.log`, in local time. */
function logFileName(startedAt: Instant): string {
  return `restore_dynamodb_${formatLocal(startedAt).replaceAll(/[-:]/g, '').replace(' ', '_')}.log`;
}

/** Writes everything, DEBUG included, as `[time] [LEVEL] [PHASE] message`. Only the owner can read the file. */
export function logFileReporter(
  log: EventLog,
  runId: RunId,
  file: { readonly folder: string; readonly startedAt: Instant; readonly after?: number },
  onTrouble: OnTrouble,
): Reporter & { readonly path: string } {
  const path = join(file.folder, logFileName(file.startedAt));
  const following = followRun(
    log,
    runId,
    (stored, run) => {
      const head = `[${formatLocal(stored.at)}]`;
      const phase = run.phase ?? 'REQUEST';
      const lines = consoleLines(stored, run).map(({ level, text }) => `${head} [${level}] [${phase}] ${text}\n`);
      if (lines.length > 0) appendFileSync(path, lines.join(''), { mode: 0o600 });
    },
    onTrouble,
    file.after,
  );
  return { ...following, path };
}
