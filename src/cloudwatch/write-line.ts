import type { Log } from '../log.ts';
import { createLog } from '../log.ts';
import { consoleLines } from '../reporters/lines.ts';
import type { StoredEvent } from '../restore/events.ts';
import type { Run } from '../restore/run.ts';
import type { LogLine } from './batches.ts';
import { maxMessageBytes } from './batches.ts';
import { entryOf } from './entry.ts';
import { metricsOf } from './metrics.ts';

/** So short that all texts of a line together fit into it, whatever JSON makes of their characters. */
const shortenedTo = 7_000;

/**
 * Makes log lines of events: what the console says of it (DEBUG included), the fields of the audit trail, and the metrics.
 * The line itself is written by the program's own log, so nothing leaves that is not on its list.
 */
export function makeLineWriter(): (stored: StoredEvent, run: Run) => LogLine {
  let [at, written] = [0, '{}'];
  const destination = {
    write: (line: string) => {
      written = line;
    },
  };
  const log = createLog('trace', destination, () => at);
  return (stored, run) => {
    const lines = consoleLines(stored, run);
    const text = lines.map((line) => line.text).join('\n');
    at = stored.at;
    log[levelOf(lines)](entryOf(stored, run), text === '' ? stored.event.type : text);
    const message = JSON.stringify({ ...JSON.parse(written), ...metricsOf(stored, run) });
    return { seq: stored.seq, timestamp: stored.at, message: fitting(message) };
  };
}

function levelOf(lines: ReturnType<typeof consoleLines>): keyof Pick<Log, 'debug' | 'info' | 'warn' | 'error'> {
  const has = (level: string) => lines.some((line) => line.level === level);
  if (has('ERROR')) return 'error';
  if (has('WARNING')) return 'warn';
  return has('INFO') ? 'info' : 'debug';
}

/** A line that is too long for AWS keeps all its fields, and the longest of their texts lose their ends, and say so. */
export function fitting(message: string): string {
  if (Buffer.byteLength(message) <= maxMessageBytes) return message;
  const fields: Record<string, unknown> = JSON.parse(message);
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? shortened(value) : value]),
    ),
  );
}

function shortened(text: string): string {
  if (text.length <= shortenedTo) return text;
  return `${text.slice(0, shortenedTo)}… [shortened: ${text.length - shortenedTo} more characters]`;
}
