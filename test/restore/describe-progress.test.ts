import { describe, expect, test } from 'vitest';
import { createProgressBoard } from '../../src/progress-board.ts';
import { describeProgress } from '../../src/restore/describe-progress.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import type { Run } from '../../src/restore/run.ts';
import { foldRun } from '../../src/restore/run.ts';
import { alice, aRequest } from '../support/requests.ts';

const begin = Date.parse('2026-11-22T12:00:00Z');
const minute = 60_000;
const [first, second] = ['quotes', 'user-likes'].map((label) => ({ label, table: `${label}-table` })) as [
  { label: string; table: string },
  { label: string; table: string },
];

function run(id: string, tables: readonly { label: string; table: string }[], ...events: readonly RunEvent[]): Run {
  const requested: RunEvent = {
    type: 'requested',
    request: aRequest({ tables }),
    digest: 'd',
    origin: { kind: 'shell', workingDirectory: '/' },
    approvalsNeeded: 0,
  };
  const rows = [requested, { type: 'started' } as const, ...events].map((event, seq) => ({
    seq,
    runId: id,
    at: begin,
    event,
    hash: '',
  }));
  const folded = foldRun(rows);
  if (folded === undefined) throw new Error('no run');
  return folded;
}

const inPhase = (phase: Run['phases'] extends Record<infer P, unknown> ? P : never): RunEvent => ({
  type: 'phase-started',
  phase,
});
const active = (label: string, minutes: number): RunEvent => ({
  type: 'table-active',
  label,
  durationMs: minutes * minute,
});

describe('while AWS restores', () => {
  const waiting = run('now', [first, second], inPhase('AWAIT_ACTIVE'));

  test('the time that is left is what the slowest of the tables took before, in the middle', () => {
    const history = [4, 6, 30].map((minutes, n) =>
      run(`before-${n}`, [first, second], active('quotes', minutes), active('user-likes', 2)),
    );
    const described = describeProgress(waiting, new Map(), history, begin + 2 * minute);
    expect(described).toMatchObject({
      restored: { done: 0, total: 2 },
      remainingMs: 4 * minute,
      basis: 'earlier-runs',
    });
  });

  test('a table that was never restored is measured by the rule', () => {
    const history = [run('before', [first], active('quotes', 4))];
    const described = describeProgress(waiting, new Map(), history, begin + 2 * minute);
    expect(described).toMatchObject({ remainingMs: 18 * minute, basis: 'rule' });
  });

  test('longer than ever is not guessed', () => {
    const history = [run('before', [first, second], active('quotes', 4), active('user-likes', 4))];
    expect(describeProgress(waiting, new Map(), history, begin + 5 * minute)).not.toHaveProperty('remainingMs');
  });
});

describe('while items are read or written', () => {
  function board() {
    let now = begin;
    const made = createProgressBoard(() => now);
    return { ...made, at: (ms: number) => (now = begin + ms) };
  }
  const comparing = run('now', [first, second], inPhase('VERIFY_COUNTS'));

  test('rate and time left are those of the last half minute, by the slowest table', () => {
    const { set, get, at } = board();
    for (let second = 0; second <= 60; second += 1) {
      at(second * 1000);
      // Slow at first, then ten times as fast.
      const done = second <= 30 ? second * 10 : 300 + (second - 30) * 100;
      set('now', 'quotes', done, 10_000, { phase: 'VERIFY_COUNTS', bytes: done * 1024 });
      set('now', 'user-likes', 2 * done, 10_000, { phase: 'VERIFY_COUNTS', bytes: 0 });
    }
    const described = describeProgress(comparing, get('now'), [], begin + 60_000);
    expect(described?.items).toEqual({ done: 3 * 3_300, total: 20_000 });
    expect(described?.bytes).toBe(3_300 * 1024);
    expect(described?.itemsPerSecond).toBeCloseTo(300, 0);
    expect(described?.remainingMs).toBeCloseTo(67_000, -3);
    expect(described?.share).toBeCloseTo(9_900 / 20_000);
  });

  test('each of several tables is told, in the order of the run, and a total that was passed of none', () => {
    const { set, get } = board();
    set('now', 'user-likes', 700, 500, { phase: 'VERIFY_COUNTS', bytes: 1024 });
    set('now', 'quotes', 100, 500, { phase: 'VERIFY_COUNTS' });
    expect(describeProgress(comparing, get('now'), [], begin + minute)?.tables).toEqual([
      { label: 'quotes', done: 100, total: 500 },
      { label: 'user-likes', done: 700, bytes: 1024 },
    ]);
    const alone = run('now', [first], inPhase('VERIFY_COUNTS'));
    expect(describeProgress(alone, get('now'), [], begin + minute)).not.toHaveProperty('tables');
  });

  test('the rate of a table that is done is not of now', () => {
    const { set, get, at } = board();
    for (let second = 0; second <= 10; second += 1) {
      at(second * 1000);
      set('now', 'quotes', second * 10, 100, { phase: 'VERIFY_COUNTS' });
      set('now', 'user-likes', second * 5, 100, { phase: 'VERIFY_COUNTS' });
    }
    set('now', 'quotes', 100, 100, { phase: 'VERIFY_COUNTS', isDone: true });
    expect(describeProgress(comparing, get('now'), [], begin + 10_000)?.itemsPerSecond).toBeCloseTo(5, 0);
  });

  test('a table is under way until it says that it is done, whatever AWS had counted; an empty one hides no total', () => {
    const { set, get } = board();
    const described = () => describeProgress(comparing, get('now'), [], begin + minute);
    set('now', 'quotes', 500, 500, { phase: 'VERIFY_COUNTS' });
    set('now', 'user-likes', 0, 0, { phase: 'VERIFY_COUNTS', isDone: true });
    expect(described()).toMatchObject({ items: { done: 500, total: 500 }, tables: [{ label: 'quotes' }] });
    set('now', 'quotes', 500, 500, { phase: 'VERIFY_COUNTS', isDone: true });
    expect(described()?.tables).toEqual([]);
  });

  test('while a table waits for its turn, neither total nor time left is told, but for one that has ended its part', () => {
    const { set, get } = board();
    const swapping = (...events: RunEvent[]) => run('now', [first, second], inPhase('SWAP_DATA'), ...events);
    set('now', 'quotes', 99, 100, { phase: 'SWAP_DATA' });
    const waiting = describeProgress(swapping(), get('now'), [], begin + minute);
    expect(waiting?.items).toEqual({ done: 99 });
    expect(waiting).not.toHaveProperty('remainingMs');
    const nothingToWrite: RunEvent = {
      type: 'swap-finished',
      label: 'user-likes',
      ...{ put: 0, delete: 0, overwritten: 0, kept: 0, durationMs: 0 },
    };
    expect(describeProgress(swapping(nothingToWrite), get('now'), [], begin + minute)).toMatchObject({ share: 0.99 });
  });

  test('what belongs to the phase before does not count', () => {
    const { set, get } = board();
    set('now', 'quotes', 500, 500, { phase: 'VERIFY_COUNTS' });
    const writing = run('now', [first, second], inPhase('SWAP_DATA'));
    expect(describeProgress(writing, get('now'), [], begin + minute)).toBeUndefined();
  });

  test('of a total that is passed already, or not known of every table, no share is claimed', () => {
    const { set, get } = board();
    set('now', 'quotes', 700, 500, { phase: 'VERIFY_COUNTS' });
    const passed = describeProgress(comparing, get('now'), [], begin + minute);
    expect(passed).toMatchObject({ items: { done: 700 } });
    expect(passed).not.toHaveProperty('share');
    set('now', 'quotes', 100, 500, { phase: 'VERIFY_COUNTS' });
    expect(describeProgress(comparing, get('now'), [], begin + minute)).not.toHaveProperty('share');
    set('now', 'user-likes', 100, 300, { phase: 'VERIFY_COUNTS' });
    expect(describeProgress(comparing, get('now'), [], begin + minute)).toMatchObject({ share: 0.25 });
  });

  test('of a paused run no end is told', () => {
    const { set, get } = board();
    set('now', 'quotes', 100, 500, { phase: 'VERIFY_COUNTS' });
    set('now', 'user-likes', 100, 300, { phase: 'VERIFY_COUNTS' });
    const paused = run('now', [first, second], inPhase('VERIFY_COUNTS'), {
      type: 'speed-set',
      speed: 'pause',
      by: alice,
    });
    const described = describeProgress(paused, get('now'), [], begin + minute);
    expect(described).toMatchObject({ paused: true, share: 0.25 });
    expect(described).not.toHaveProperty('remainingMs');
  });
});
