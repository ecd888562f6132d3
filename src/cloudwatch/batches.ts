/** What CloudWatch Logs takes at once. Pure. */

/** One event of a log stream, made of one row of the event log. */
export type LogLine = { readonly seq: number; readonly timestamp: number; readonly message: string };

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
const maxBatchBytes = 1_048_576;
const overheadBytes = 26;
const maxLines = 10_000;
const maxSpanMs = 24 * 3_600_000;
/** Older lines are not kept. */
export const maxAgeMs = 14 * 24 * 3_600_000;

/**
 * AWS takes events of up to 1 MB since 2025; it was 256 KB before, and everything that stands in for AWS may still hold
 * to that. No line of ours comes near either, but for one that quotes somebody else's enormous error.
 */
export const maxMessageBytes = 256 * 1024 - overheadBytes;

/** How many of the lines, from the first on, fit into one request; at least one. Lines come in the order of `seq`. */
export function batchLength(lines: readonly LogLine[]): number {
  let bytes = 0;
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const end = lines.findIndex(({ message, timestamp }, index) => {
    bytes += Buffer.byteLength(message) + overheadBytes;
    earliest = Math.min(earliest, timestamp);
    latest = Math.max(latest, timestamp);
    return index > 0 && (index === maxLines || bytes > maxBatchBytes || latest - earliest > maxSpanMs);
  });
  return end === -1 ? lines.length : end;
}

/** As AWS wants them within a request. A clock that was set back has written later rows with earlier times. */
export function chronological(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.toSorted((left, right) => left.timestamp - right.timestamp);
}
