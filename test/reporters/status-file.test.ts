import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { statusFileReporter } from '../../src/reporters/status-file.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import { compared, heard, holder, openStory, restoreTable, untilActive, untilTheEnd } from './story.ts';

function follow() {
  const story = openStory();
  const path = join(story.folder, 'status.json');
  const troubles: unknown[] = [];
  const reporter = statusFileReporter(story.log, story.runId, path, (error) => troubles.push(error));
  onTestFinished(() => reporter.stop(0));
  const status = () => JSON.parse(readFileSync(path, 'utf8'));
  return { ...story, path, reporter, status, troubles };
}

function shows(error: unknown): void {
  throw error;
}

const failed = {
  type: 'failed',
  code: 'SWAP',
  message: 'Failed to swap data for user-likes: no answer',
  hint: 'Try again.',
  phase: 'SWAP_DATA',
  restoreTablesKept: [],
  durationMs: 61_400,
} as const;

test('before anything began it says so', () => {
  const { reporter, status } = follow();
  reporter.start();
  expect(status()).toMatchObject({ status: 'PENDING', started_at: null, current_phase: null });
});

test('in the middle of the swap it is the requirement’s example', async () => {
  const { reporter, status, tell, runId } = follow();
  reporter.start();
  tell(
    ...untilActive,
    { type: 'table-compared', ...compared('quotes') },
    { type: 'table-compared', ...compared('user-likes') },
    { type: 'table-compared', ...compared('user-views') },
    { type: 'phase-started', phase: 'SWAP_DATA' },
    { type: 'swap-started', label: 'quotes', put: 0, delete: 0 },
    { type: 'swap-finished', label: 'quotes', put: 0, delete: 0, overwritten: 0, kept: 0 },
    { type: 'swap-started', label: 'user-likes', put: 0, delete: 0 },
    { type: 'swap-finished', label: 'user-likes', put: 0, delete: 0, overwritten: 0, kept: 0 },
    { type: 'swap-started', label: 'user-views', put: 0, delete: 0 },
  );
  await reporter.stop(0);
  expect(Object.keys(status()).slice(0, 6)).toEqual([
    'restore_id',
    'status',
    'restore_point_in_time',
    'started_at',
    'current_phase',
    'progress',
  ]);
  expect(status()).toMatchObject({
    restore_id: runId,
    status: 'IN_PROGRESS',
    restore_point_in_time: '2025-12-19T09:00:00Z',
    started_at: expect.stringMatching(/^2025-12-19T\d\d:30:00Z$/),
    current_phase: 'SWAP_DATA',
    progress: {
      quotes: { status: 'COMPLETED', original_count: 1234, restored_count: 1234 },
      user_likes: { status: 'COMPLETED', original_count: 5678, restored_count: 5678 },
      user_views: { status: 'IN_PROGRESS', original_count: 9012, restored_count: 9012 },
    },
    restore_tables: [restoreTable('quotes'), restoreTable('user-likes'), restoreTable('user-views')],
  });
  expect(status()).not.toHaveProperty('error');
});

test('at the end it says how it ended', async () => {
  const { reporter, status, tell } = follow();
  reporter.start();
  tell(...untilTheEnd);
  await reporter.stop(0);
  expect(status()).toMatchObject({ status: 'COMPLETED', duration_seconds: 225, restore_tables: [] });
  expect(status().finished_at).toMatch(/Z$/);
});

test('after a failure it has the message and what to do, and each table as it was left', async () => {
  const { reporter, status, tell } = follow();
  reporter.start();
  tell(...untilActive, { type: 'swap-finished', label: 'quotes', put: 0, delete: 0, overwritten: 0, kept: 0 }, failed);
  await reporter.stop(0);
  expect(status()).toMatchObject({
    status: 'FAILED',
    progress: { quotes: { status: 'COMPLETED' }, user_likes: { status: 'FAILED', original_count: null } },
    error: { code: 'SWAP', message: failed.message, hint: 'Try again.' },
    duration_seconds: 61,
  });
});

describe('when the swap could not be finished', () => {
  const cause = { code: 'SWAP', message: 'no answer', hint: '' } as const;
  const swapping: readonly RunEvent[] = [
    ...untilActive,
    { type: 'swap-started', label: 'quotes', put: 4, delete: 0 },
    { type: 'swap-finished', label: 'quotes', put: 4, delete: 0, overwritten: 2, kept: 1 },
    { type: 'rollback-started', ...cause },
  ];

  test('each table shows whether it is being put back, was put back, or was not touched', async () => {
    const { reporter, status, tell } = follow();
    reporter.start();
    tell(...swapping, { type: 'swap-started', label: 'user-likes', put: 1, delete: 0 });
    tell({ type: 'table-rolled-back', label: 'user-likes', putBack: 1, changedSince: 5 });
    await reporter.stop(0);
    expect(status()).toMatchObject({
      status: 'IN_PROGRESS',
      progress: {
        quotes: { status: 'ROLLING_BACK', conflicts_overwritten: 2, conflicts_kept: 1 },
        user_likes: { status: 'ROLLED_BACK', put_back: 1, changed_since: 5 },
        user_views: { status: 'IN_PROGRESS' },
      },
    });
  });

  test.for([
    ['rolled-back', 'ROLLED_BACK'],
    ['needs-attention', 'NEEDS_ATTENTION'],
  ] as const)('and after %s it says so', async ([type, word]) => {
    const { reporter, status, tell } = follow();
    reporter.start();
    tell(...swapping, { ...failed, type });
    await reporter.stop(0);
    expect(status()).toMatchObject({ status: word, progress: { quotes: { status: word } }, error: { code: 'SWAP' } });
  });
});

test('while nobody carries it out it says INTERRUPTED, and goes on when somebody does', async () => {
  const { log, runId, path, reporter, status, tell } = follow();
  reporter.start();
  tell(...untilActive, { type: 'paused' }, { type: 'lock-released' });
  await reporter.stop(0);
  expect(status()).toMatchObject({ status: 'INTERRUPTED', current_phase: 'VERIFY_COUNTS' });

  const next = statusFileReporter(log, runId, path, shows, log.run(runId)?.lastSeq);
  next.start();
  expect(status()).toMatchObject({ status: 'INTERRUPTED' });
  tell({ type: 'resumed', holder });
  await next.stop(0);
  expect(status()).toMatchObject({ status: 'IN_PROGRESS' });

  const late = statusFileReporter(log, runId, path, shows);
  late.start();
  await late.stop(0);
  expect(status()).toMatchObject({ status: 'IN_PROGRESS' });
});

test('what a process that is gone has used is missing in what was consumed, which says so', async () => {
  const { reporter, status, tell } = follow();
  const consumed = { readUnits: 20, writeUnits: 0 };
  reporter.start();
  tell(...untilActive, { type: 'table-compared', ...compared('quotes'), consumed });
  tell({ type: 'resumed', holder });
  tell({ ...failed, consumed: { quotes: { readUnits: 0, writeUnits: 7 } } });
  await reporter.stop(0);
  expect(status().consumed).toMatchObject({ read_units: 20, write_units: 7, is_partly_counted: true });
});

test('a reader finds whole JSON at every instant, and no draft is left', async () => {
  const { folder, path, reporter, tell } = follow();
  reporter.start();
  const phases = new Set<string>();
  for (const event of untilTheEnd) {
    tell(event);
    phases.add(JSON.parse(readFileSync(path, 'utf8')).current_phase);
    await heard();
    phases.add(JSON.parse(readFileSync(path, 'utf8')).current_phase);
  }
  await reporter.stop(0);
  expect([...phases]).toEqual(expect.arrayContaining(['AWAIT_ACTIVE', 'SWAP_DATA', 'RELEASE_LOCK']));
  expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
});

/** Reads a file as fast as it can, in a thread of its own, until it is told to stop: then it tells what it saw. */
const hammer = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { readFileSync } = require('node:fs');
  let stop = false, reads = 0, broken = [];
  const seen = new Set();
  parentPort.once('message', () => { stop = true; });
  const go = () => {
    for (let n = 0; n < 50; n += 1) {
      try {
        seen.add(readFileSync(workerData, 'utf8'));
        JSON.parse(readFileSync(workerData, 'utf8'));
        reads += 1;
      } catch (error) {
        broken.push(String(error));
      }
    }
    if (stop) parentPort.postMessage({ reads, broken, versions: seen.size });
    else setImmediate(go);
  };
  parentPort.postMessage('reading');
  go();
`;

test('a reader that never stops reading, in another thread, never sees half a file', async () => {
  const { path, reporter, tell } = follow();
  reporter.start();
  tell(...untilActive);
  await heard();
  const reader = new Worker(hammer, { eval: true, workerData: path });
  onTestFinished(async () => {
    await reader.terminate();
  });
  await once(reader, 'message');
  for (let n = 0; n < 60; n += 1) {
    tell({ type: 'table-compared', ...compared(n % 2 === 0 ? 'quotes' : 'user-likes', n) });
    await heard();
  }
  reader.postMessage('stop');
  const [{ reads, broken, versions }] = await once(reader, 'message');
  expect(broken).toEqual([]);
  expect(reads).toBeGreaterThan(100);
  expect(versions).toBeGreaterThan(1);
});

test('a folder that is not there is said once and hurts nobody', async () => {
  const { log, runId, tell, folder } = openStory();
  const troubles: unknown[] = [];
  const reporter = statusFileReporter(log, runId, join(folder, 'gone', 'status.json'), (error) => troubles.push(error));
  reporter.start();
  tell(...untilTheEnd);
  await reporter.stop(0);
  expect(troubles).toEqual([expect.objectContaining({ code: 'ENOENT' })]);
});
