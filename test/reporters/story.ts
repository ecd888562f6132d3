import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunEvent } from '../../src/restore/events.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { aRequest, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** The requirement's own example: three tables of dev, restored on 19 December 2025. */
export const requestedAt = new Date(2025, 11, 19, 10, 30, 0).getTime();

export const request = aRequest({
  environment: 'dev',
  restorePoint: Date.parse('2025-12-19T09:00:00Z'),
  requestedBy: { kind: 'shell', user: 'ana', host: 'bastion' },
  tables: [
    { label: 'quotes', table: 'quote-lambda-tf-quotes' },
    { label: 'user-likes', table: 'quote-lambda-tf-user-likes-dev' },
    { label: 'user-views', table: 'quote-lambda-tf-user-views-dev' },
  ],
});

export const begin = requested({
  request,
  approvalsNeeded: 0,
  origin: { kind: 'shell', workingDirectory: '/work' },
});

const labels = ['quotes', 'user-likes', 'user-views'] as const;
const counts = { quotes: 1234, 'user-likes': 5678, 'user-views': 9012 };

export const holder = {
  runId: 'restore-1',
  host: 'bastion',
  pid: 12,
  takenAt: requestedAt,
  expiresAt: requestedAt + 60_000,
  fencing: 1,
};

export function restoreTable(label: string): string {
  return `${request.tables.find((ref) => ref.label === label)?.table}-restore-20251219T103000Z`;
}

export function compared(label: keyof typeof counts, lost = 0) {
  const restoredItems = counts[label];
  const digests = { liveDigest: 'aa'.repeat(16), restoredDigest: 'bb'.repeat(16) };
  return {
    label,
    liveItems: restoredItems - lost,
    restoredItems,
    put: lost,
    delete: 0,
    unchanged: restoredItems - lost,
    ...digests,
  };
}

export const untilActive: readonly RunEvent[] = [
  { type: 'started' },
  { type: 'phase-started', phase: 'ACQUIRE_LOCK' },
  { type: 'lock-taken', holder },
  { type: 'phase-finished', phase: 'ACQUIRE_LOCK', durationMs: 3 },
  { type: 'phase-started', phase: 'INITIATE_RESTORE' },
  ...labels.map(
    (label) => ({ type: 'table-restoring', label, restoreTable: restoreTable(label), arn: 'arn' }) as const,
  ),
  ...labels.map((label) => ({ type: 'table-restore-accepted', label }) as const),
  { type: 'phase-finished', phase: 'INITIATE_RESTORE', durationMs: 3_000 },
  { type: 'phase-started', phase: 'AWAIT_ACTIVE' },
  ...labels.map((label, index) => ({ type: 'table-active', label, durationMs: 295_000 + index * 2_000 }) as const),
  { type: 'phase-finished', phase: 'AWAIT_ACTIVE', durationMs: 300_000 },
  { type: 'phase-started', phase: 'VERIFY_COUNTS' },
];

export const untilTheEnd: readonly RunEvent[] = [
  ...untilActive,
  ...labels.map((label) => ({ type: 'table-compared', ...compared(label, label === 'quotes' ? 4 : 0) }) as const),
  { type: 'phase-finished', phase: 'VERIFY_COUNTS', durationMs: 2_000 },
  { type: 'phase-started', phase: 'SWAP_DATA' },
  ...labels.flatMap((label) => {
    const changes = { label, put: label === 'quotes' ? 4 : 0, delete: 0 };
    return [
      { type: 'swap-started', ...changes },
      { type: 'swap-finished', ...changes, overwritten: 0, kept: 0 },
    ] as const;
  }),
  { type: 'phase-finished', phase: 'SWAP_DATA', durationMs: 7_000 },
  { type: 'phase-started', phase: 'VERIFY_DATA' },
  ...labels.map((label) => ({ type: 'table-verified', round: 1, ...compared(label) }) as const),
  { type: 'phase-started', phase: 'CLEANUP' },
  ...labels.flatMap(
    (label) =>
      [
        { type: 'table-deleting', label, restoreTable: restoreTable(label) },
        { type: 'table-deleted', label, restoreTable: restoreTable(label) },
      ] as const,
  ),
  { type: 'phase-started', phase: 'RELEASE_LOCK' },
  { type: 'lock-released' },
  { type: 'completed', durationMs: 225_000 },
];

/** A run in a real event log, and its beginning. */
export function openStory(now: () => number = () => requestedAt) {
  const folder = temporaryFolder();
  const db = openDatabase(join(folder, 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  const log = new SqliteEventLog(db, now);
  const runId = log.begin(requestedAt, begin);
  const tell = (...events: readonly RunEvent[]) => {
    // One at a time: a run that begins and ends in one step is refused.
    for (const event of events) log.decide(runId, () => [event]);
  };
  return { folder, log, runId, tell };
}

/** Resolves when watchers of the log have heard of what was told before. */
export function heard(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** An output that keeps what was written. */
export function memoryOutput(isTTY = false) {
  const written: string[] = [];
  return { write: (text: string) => written.push(text), isTTY, columns: 100, text: () => written.join('') };
}
