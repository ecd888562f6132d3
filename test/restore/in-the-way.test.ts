import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/restore/events.ts';
import { inTheWay, inTheWayOf, mustNotBeInVain, overtaken } from '../../src/restore/in-the-way.ts';
import { foldRun, type Run } from '../../src/restore/run.ts';
import { aRequest, bob, dave, requested } from '../support/requests.ts';

const now = 100_000;
type Change = Partial<RunEvent & { readonly type: 'requested' }>;
const approvedBy = (by: typeof bob | typeof dave) => ({ type: 'approved', by, digest: '' }) as const;

/** Its events are written down one after the other, the first one as number `from`. The clock is set back before each of them. */
function run(id: string, from: number, changes: Change, ...events: readonly RunEvent[]): Run {
  const folded = foldRun(
    [requested(changes), ...events].map((event, index) => ({
      ...{ seq: from + index, runId: id, hash: '', event },
      at: now - from - index,
    })),
  );
  if (folded === undefined) throw new Error('No run came out');
  return folded;
}

const drill = { request: aRequest({ drill: true }), approvalsNeeded: 0 };
const started = { type: 'started' } as const;

test('only one restore is in the way of another: one that runs or is about to, and no drill; of a drill everything is', () => {
  const pending = run('pending', 0, {});
  const rehearsal = run('drill', 0, drill, started);
  const approved = run('approved', 0, {}, approvedBy(bob));
  expect(inTheWay([pending, rehearsal], false, now)).toBeUndefined();
  expect(inTheWay([pending, rehearsal, approved], false, now)?.id).toBe('approved');
  expect(inTheWay([pending, rehearsal, approved], true, now)?.id).toBe('drill');
});

test('the last approval is refused while another restore is in the way, and no other one', () => {
  const first = { run: run('first', 0, {}, approvedBy(bob), started), isInterrupted: false };
  expect(() => mustNotBeInVain(run('second', 5, {}), first)).toThrow(
    'first is running, and only one restore runs at a time.',
  );
  expect(() => mustNotBeInVain(run('second', 5, {}), undefined)).not.toThrow();
  expect(() => mustNotBeInVain(run('second', 5, { approvalsNeeded: 2 }), first)).not.toThrow();
  const half = run('second', 5, { approvalsNeeded: 2 }, approvedBy(dave));
  expect(() => mustNotBeInVain(half, first)).toThrow('first is running');
  expect(() => mustNotBeInVain(half, { ...first, isInterrupted: true })).toThrow('first was interrupted, and only');
});

test('what was approved and has expired is in nobody’s way, also before that is written down', () => {
  const first = run('first', 0, { expiresAt: now }, approvedBy(bob));
  expect(inTheWayOf(run('second', 5, {}), [first], now - 1)).toBe(first);
  expect(inTheWayOf(run('second', 5, {}), [first], now)).toBeUndefined();
});

test('what was approved when a restore began does not start behind it: not after a crash either, nor by another clock; what came later may', () => {
  const begun = run('begun', 10, {}, approvedBy(bob), started);
  const before = run('before', 5, {}, approvedBy(dave));
  const after = run('after', 20, {}, approvedBy(dave));
  const others = [begun, before, after];
  expect(overtaken(others, begun).map(({ id }) => id)).toEqual(['before']);
});

test('drills, what waits for approval and what a shell asked for are not overtaken, and a drill overtakes nothing', () => {
  const begun = run('begun', 10, {}, approvedBy(bob), started);
  const shell = { origin: { kind: 'shell', workingDirectory: '/tmp' }, approvalsNeeded: 0 } as const;
  expect(overtaken([run('drill', 5, drill), run('pending', 5, {}), run('shell', 5, shell)], begun)).toEqual([]);
  expect(overtaken([run('before', 5, {}, approvedBy(dave))], run('drill', 10, drill, started))).toEqual([]);
});
