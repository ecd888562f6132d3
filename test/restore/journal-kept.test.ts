import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '../../src/restore/events.ts';
import { forgetJournals, journalKeptUntil } from '../../src/restore/journal-kept.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { aRequest, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const hour = 3_600_000;
const day = 24 * hour;
const noon = Date.parse('2026-11-22T12:00:00Z');
const undoWindowMs = day;
const failure = {
  durationMs: 1,
  code: 'SWAP',
  message: '',
  hint: '',
  phase: 'SWAP_DATA',
  restoreTablesKept: [],
} as const;

type End = RunEvent & { readonly type: 'completed' | 'failed' | 'cancelled' | 'rolled-back' | 'needs-attention' };
const ends = {
  completed: { type: 'completed', durationMs: 1 },
  failed: { type: 'failed', ...failure },
  cancelled: { type: 'cancelled', ...failure },
  rolledBack: { type: 'rolled-back', ...failure },
  needsAttention: { type: 'needs-attention', ...failure },
} as const satisfies Record<string, End>;

function startRecord() {
  const db = openDatabase(join(temporaryFolder(), 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  let now = noon;
  const log = new SqliteEventLog(db, () => now);
  const journal = createJournal(db, Buffer.alloc(32, 7));
  /** A run that ends now, after it has written, or not. */
  const ended = (end: End | undefined, { undoOf = '', wrote = true } = {}) => {
    const runId = log.begin(now, requested({ request: aRequest(undoOf === '' ? {} : { undoOf }), approvalsNeeded: 0 }));
    journal.add(runId, 'quotes', [{ before: { id: { N: '1' } }, after: undefined }], 'written');
    const swap: readonly RunEvent[] = wrote ? [{ type: 'swap-started', label: 'quotes', put: 0, delete: 1 }] : [];
    log.decide(runId, () => [{ type: 'started' }, ...swap]);
    if (end !== undefined) log.decide(runId, () => [end]);
    return runId;
  };
  const keptFor = (runId: string) => {
    const run = log.run(runId);
    if (run === undefined) throw new Error('no run');
    return journalKeptUntil(run, log, undoWindowMs) - noon;
  };
  const pass = (ms: number) => {
    now += ms;
  };
  const forget = () => forgetJournals({ log, journal, undoWindowMs }, now);
  return { ended, keptFor, pass, forget, journal };
}

test.for([
  ['completed', ends.completed, true, day],
  ['rolled back', ends.rolledBack, true, day],
  ['failed before it wrote', ends.failed, false, day],
  ['failed and left as it is', ends.failed, true, 35 * day],
  ['cancelled and left as it is', ends.cancelled, true, 35 * day],
  ['in need of attention', ends.needsAttention, true, 35 * day],
  ['interrupted', undefined, true, Number.POSITIVE_INFINITY],
] as const)('the journal of a run that is %s is kept until it can be of no use any more', ([, end, wrote, kept]) => {
  const record = startRecord();
  expect(record.keptFor(record.ended(end, { wrote }))).toBe(kept);
});

test('it is forgotten then, and not before', () => {
  const record = startRecord();
  const [done, bad] = [record.ended(ends.completed), record.ended(ends.needsAttention)];
  record.pass(day - 1);
  expect(record.forget()).toBe(0);
  record.pass(1);
  expect(record.forget()).toBe(1);
  expect(record.journal.count(done, 'quotes').written).toBe(0);
  record.pass(34 * day - 1);
  expect(record.forget()).toBe(0);
  record.pass(1);
  expect(record.forget()).toBe(1);
  expect(record.journal.count(bad, 'quotes').written).toBe(0);
});

test('a run whose undo ended halfway is kept as long as that: the undo can be asked for again', () => {
  const record = startRecord();
  const done = record.ended(ends.completed);
  record.pass(hour);
  record.ended(ends.needsAttention, { undoOf: done });
  expect(record.keptFor(done)).toBe(hour + 35 * day);
});

test('once somebody has undone it, the undo window is enough', () => {
  const record = startRecord();
  const bad = record.ended(ends.needsAttention);
  const halfway = record.ended(ends.failed, { undoOf: bad });
  expect(record.keptFor(bad)).toBe(35 * day);
  record.ended(ends.completed, { undoOf: bad });
  expect(record.keptFor(bad)).toBe(day);
  expect(record.keptFor(halfway)).toBe(day);
});

test('while it is being undone it is kept in any case', () => {
  const record = startRecord();
  const done = record.ended(ends.completed);
  record.ended(undefined, { undoOf: done });
  expect(record.keptFor(done)).toBe(Number.POSITIVE_INFINITY);
  record.pass(365 * day);
  expect(record.forget()).toBe(0);
});
