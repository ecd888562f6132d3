import { createHash } from 'node:crypto';
import type { Instant } from './restore-point.ts';
import type { RunId } from './run-id.ts';

/** A row of the event log as it is stored: `body` is the text that was hashed, whether or not it still can be read. */
export type AuditRow = {
  readonly seq: number;
  readonly runId: RunId;
  readonly at: Instant;
  readonly body: string;
  readonly hash: string;
};

/** The last row that was written, as recorded apart from the rows; seq 0: none yet. */
export type AuditEnd = { readonly seq: number; readonly hash: string };

type AuditFinding = {
  /** `changed`: a row is not what was written; `moved`: it was written elsewhere; `missing`: rows are gone; `added`: a row nobody of us wrote. */
  readonly kind: 'changed' | 'moved' | 'missing' | 'added';
  /** The row, or the first of the missing ones. */
  readonly seq: number;
  /** Absent for missing rows: nobody can say whose they were. */
  readonly runId?: RunId;
  readonly message: string;
};

export type AuditReport = {
  /** How many rows were checked. */
  readonly rows: number;
  /** Note it elsewhere: who can write to the file can also write a whole new chain, but not one that ends in this hash. */
  readonly end: AuditEnd;
  /** The first hundred, in the order of the rows. None: every row is as it was written, and none is missing. */
  readonly findings: readonly AuditFinding[];
  readonly intact: boolean;
};

/** Findings beyond these say nothing new. */
const mostFindings = 100;
/** Rows for which it is worked out where they were written; each is tried against all the others. */
const mostExplained = 20;

/** SHA-256 over the previous row's hash and everything in this row. */
export function chainHash(previous: string, row: Omit<AuditRow, 'hash'>): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, row.seq, row.runId, row.at, row.body]))
    .digest('hex');
}

/**
 * Walks the chain from the first row to the recorded end. It finds whatever was done to single rows. It cannot find that
 * somebody wrote the whole rest of the chain and its end anew: for that, compare `end` with one noted elsewhere.
 */
export function verifyChain(rows: Iterable<AuditRow>, recorded: AuditEnd | undefined): AuditReport {
  const found: AuditFinding[] = [];
  const breaks: Break[] = [];
  let count = 0;
  let last: AuditEnd = { seq: 0, hash: '' };
  // Should the last row's own hash be what was changed: what it was.
  let mended: string | undefined;
  for (const row of rows) {
    count += 1;
    if (row.seq < 1 || (recorded !== undefined && row.seq > recorded.seq)) {
      found.push(added(row));
      continue;
    }
    if (row.seq > last.seq + 1) {
      // With the rows before it is gone what this row's hash hangs on: it is taken as it stands.
      found.push(missing(last.seq + 1, row.seq - 1));
      mended = undefined;
    } else if (chainHash(last.hash, row) === row.hash) {
      mended = undefined;
    } else if (mended !== undefined && chainHash(mended, row) === row.hash) {
      mended = undefined;
    } else {
      mended = chainHash(last.hash, row);
      breaks.push({ row, previous: last.hash });
    }
    last = { seq: row.seq, hash: row.hash };
  }
  found.push(...explain(breaks));
  found.push(...endFindings(last, recorded, found));
  found.sort((a, b) => a.seq - b.seq);
  return { rows: count, end: recorded ?? last, findings: found.slice(0, mostFindings), intact: found.length === 0 };
}

/** A row that does not follow from the one that now stands before it, whose hash is `previous`. */
type Break = { readonly row: AuditRow; readonly previous: string };

/**
 * What happened to the rows that do not follow: rows that changed places fit again at each other's places, and the rows
 * behind them were only broken by that.
 */
function explain(breaks: readonly Break[]): readonly AuditFinding[] {
  const looked = breaks.slice(0, mostExplained);
  const hashes = new Set(looked.flatMap(({ row, previous }) => [row.hash, previous]));
  const places = new Set(looked.flatMap(({ row: { seq } }) => [seq, seq - 1, seq + 1]));
  const whereWritten = (row: AuditRow) =>
    [...places].find((seq) => [...hashes].some((previous) => chainHash(previous, { ...row, seq }) === row.hash));
  const explained = looked.map(({ row }) => ({ row, writtenAs: whereWritten(row) }));
  const someMoved = explained.some(({ row, writtenAs }) => writtenAs !== undefined && writtenAs !== row.seq);
  const findings = explained.flatMap(({ row, writtenAs }): readonly AuditFinding[] => {
    if (writtenAs === undefined) return [changed(row)];
    if (writtenAs !== row.seq) return [moved(row, writtenAs)];
    return someMoved ? [] : [changed(row)];
  });
  return [...findings, ...breaks.slice(mostExplained).map(({ row }) => changed(row))];
}

function endFindings(
  last: AuditEnd,
  recorded: AuditEnd | undefined,
  found: readonly AuditFinding[],
): readonly AuditFinding[] {
  if (recorded === undefined) {
    return [{ kind: 'missing', seq: last.seq + 1, message: 'The record of where the log ends is missing.' }];
  }
  if (last.seq < recorded.seq) return [missing(last.seq + 1, recorded.seq)];
  if (last.hash === recorded.hash || found.some(({ seq }) => seq === last.seq)) return [];
  const message = `Row ${last.seq} is not the one that was recorded as the last: it or what comes before it was written anew.`;
  return [{ kind: 'changed', seq: last.seq, message }];
}

function missing(from: number, to: number): AuditFinding {
  const message = from === to ? `Row ${from} is missing.` : `Rows ${from} to ${to} are missing.`;
  return { kind: 'missing', seq: from, message };
}

function changed({ seq, runId }: AuditRow): AuditFinding {
  return {
    kind: 'changed',
    seq,
    runId,
    message: `Row ${seq} (${runId}) is not what was written: its hash does not match.`,
  };
}

function moved({ seq, runId }: AuditRow, writtenAs: number): AuditFinding {
  return {
    kind: 'moved',
    seq,
    runId,
    message: `Row ${seq} (${runId}) was written as row ${writtenAs}: the order was changed.`,
  };
}

function added({ seq, runId }: AuditRow): AuditFinding {
  return {
    kind: 'added',
    seq,
    runId,
    message: `Row ${seq} (${runId}) was not written by this program: the log does not reach there.`,
  };
}
