import { AwsError } from '../aws-error.ts';
import { optionalNumber, optionalText, record } from '../wire.ts';

/** Limits of a batch. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const maxBatchBytes = 1_048_576;
const overheadBytes = 26;
const maxEvents = 10_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export type InputEvent = { readonly timestamp: number; readonly message: string };

/** What became of a batch: the events to keep, and AWS's account of the others. */
export type Sorted = { readonly accepted: readonly InputEvent[]; readonly rejected: Record<string, number> };

/** @throws AwsError InvalidParameterException for a batch that breaks a limit */
export function readEvents(list: readonly unknown[]): InputEvent[] {
  if (list.length < 1 || list.length > maxEvents) {
    const rule = list.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxEvents}`;
    throw refused(
      `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length ${rule}`,
    );
  }
  const events = list.map(readEvent);
  checkBytes(events);
  checkOrder(events);
  return events;
}

function readEvent(value: unknown, index: number): InputEvent {
  const event = record(value);
  const [timestamp, message] = [optionalNumber(event, 'timestamp'), optionalText(event, 'message')];
  const member = `logEvents.${index + 1}.member`;
  if (timestamp === undefined || timestamp < 0) {
    throw refused(
      `1 validation error detected: Value at '${member}.timestamp' failed to satisfy constraint: Member must have value greater than or equal to 0`,
    );
  }
  if (message === undefined || message === '') {
    throw refused(
      `1 validation error detected: Value at '${member}.message' failed to satisfy constraint: Member must have length greater than or equal to 1`,
    );
  }
  return { timestamp, message };
}

function checkBytes(events: readonly InputEvent[]): void {
  const sizes = events.map(({ message }) => Buffer.byteLength(message) + overheadBytes);
  const largest = Math.max(...sizes);
  if (largest > maxBatchBytes) {
    throw refused(`Log event too large: ${largest} bytes exceeds limit of ${maxBatchBytes}`);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > maxBatchBytes) throw refused(`Upload too large: ${total} bytes exceeds limit of ${maxBatchBytes}`);
}

function checkOrder(events: readonly InputEvent[]): void {
  if (events.some((event, index) => event.timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw refused('Log events in a single PutLogEvents request must be in chronological order.');
  }
  const [first, last] = [events[0], events.at(-1)];
  if (first !== undefined && last !== undefined && last.timestamp - first.timestamp > dayMs) {
    throw refused('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
}

/** Parts a batch into what is kept and what is too new, too old or beyond the group's retention. */
export function sortOut(events: readonly InputEvent[], now: number, retentionDays: number | undefined): Sorted {
  const tooOldUntil = events.findLastIndex(({ timestamp }) => timestamp < now - 14 * dayMs) + 1;
  const expiredUntil =
    retentionDays === undefined
      ? 0
      : events.findLastIndex(({ timestamp }) => timestamp < now - retentionDays * dayMs) + 1;
  const firstTooNew = events.findIndex(({ timestamp }) => timestamp > now + 2 * hourMs);
  const end = firstTooNew === -1 ? events.length : firstTooNew;
  return {
    accepted: events.slice(Math.max(tooOldUntil, expiredUntil), end),
    rejected: {
      ...(firstTooNew !== -1 && { tooNewLogEventStartIndex: firstTooNew }),
      ...(tooOldUntil > 0 && { tooOldLogEventEndIndex: tooOldUntil }),
      ...(expiredUntil > 0 && { expiredLogEventEndIndex: expiredUntil }),
    },
  };
}

function refused(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
