import type { DestinationStream, LogFn, Logger } from 'pino';
import { pino } from 'pino';
import type { LogLevel } from './config/variables.ts';
import { safeError } from './restore/safe-error.ts';

/** The bot's own log: one JSON object a line. */
export type Log = Logger;

/**
 * The only fields a log line may carry. A list of what is allowed, not of what is forbidden: an item, a token or a whole
 * request that somebody logs by accident is left out, and only its name is kept in `left_out`.
 */
export const allowedFields: ReadonlySet<string> = new Set([
  ...['level', 'time', 'msg', 'err', 'code', 'statusCode', 'requestId', 'attempt', 'reason', 'signal', 'version'],
  ...['runId', 'environment', 'region', 'label', 'table', 'tables', 'restoreTable', 'phase', 'state', 'seq', 'event'],
  ...['reporter', 'command', 'action', 'method', 'path', 'userId', 'teamId', 'channelId', 'messageId', 'retryAfterMs'],
  ...['count', 'items', 'put', 'delete', 'bytes', 'durationMs', 'port', 'mode', 'pid', 'host', 'file', 'logger'],
  // Of the bot: the number that a person was given to be found by, what was being done, and who speaks.
  ...['id', 'what', 'from', 'viewId', 'enterpriseId', 'retryInMs', 'afterMs'],
  // Of the lines in CloudWatch Logs, named as in the status file.
  ...['restore_id', 'restore_point_in_time', 'administrator', 'status', 'kind', 'by', 'hash', 'digest', 'undo_of'],
  ...['restore_table', 'restore_tables_kept', 'duration_seconds', 'checks', 'round', 'speed', 'approvals_needed'],
  ...['original_count', 'restored_count', 'unchanged', 'overwritten', 'kept', 'put_back', 'changed_since'],
  ...['read_units', 'write_units', 'error_code', 'error_message', 'error_hint'],
]);

/** Slack tokens and AWS access keys, in whatever text they turn up. */
const credential = /\bx(?:ox[a-z]|app)-[\w-]+|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g;

/** Logs to stdout unless told otherwise; `now`: the time of what is logged, where that is not the time of logging it. */
export function createLog(level: LogLevel, destination?: DestinationStream, now: () => number = Date.now): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: safeError },
    // The finished line, and not pino's formatters: those are not asked about the fields of a child logger.
    hooks: {
      logMethod(args: Parameters<LogFn>, method: LogFn) {
        const [error, message] = args as readonly unknown[];
        // Left to pino, the message of an error that stands alone becomes the message of the line, as it is.
        if (error instanceof Error && message === undefined) method.call(this, { err: error }, error.name);
        else method.apply(this, args);
      },
      streamWrite: (line: string) =>
        `${JSON.stringify(onlyAllowed(JSON.parse(line)))}\n`.replace(credential, '[secret]'),
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function onlyAllowed(fields: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(fields).flatMap(([name, value]) => {
    if (!allowedFields.has(name)) return [];
    return name === 'err' ? [[name, value] as const] : [[name, plain(value)] as const];
  });
  const leftOut = Object.keys(fields).filter((name) => !allowedFields.has(name));
  return { ...Object.fromEntries(kept), ...(leftOut.length === 0 ? {} : { left_out: leftOut }) };
}

/** A field is a word, a number or a list of words. Anything deeper could hold anything. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((part) => typeof part === 'string');
  return typeof value === 'object' && value !== null ? '[left out]' : value;
}
