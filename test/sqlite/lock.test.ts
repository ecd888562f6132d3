import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { clockMarginMs, createLock, leaseMs } from '../../src/sqlite/lock.ts';
import { requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Process = { readonly pid: number; readonly startTime?: string; readonly machine?: string };

const one: Process = { pid: 100, startTime: 'monday', machine: 'here' };
const two: Process = { pid: 200, startTime: 'tuesday', machine: 'here' };
const far: Process = { pid: 100, startTime: 'monday', machine: 'there' };

function openLocks() {
  const db = openDatabase(join(temporaryFolder(), 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  const clock = { now: Date.parse('2026-11-22T12:00:00Z'), uptime: 5_000 };
  const alive = new Map<number, string | undefined>([one, two].map(({ pid, startTime }) => [pid, startTime]));
  const lockOf = ({ pid, startTime, machine }: Process) =>
    createLock(db, () => clock.now, {
      host: 'everybody',
      pid,
      ...(startTime === undefined ? {} : { startTime }),
      ...(machine === undefined ? {} : { machine: { id: machine, uptimeMs: () => clock.uptime } }),
      isAlive: (other, startedAt) => alive.has(other) && alive.get(other) === startedAt,
    });
  const pass = (ms: number) => {
    clock.now += ms;
    clock.uptime += ms;
  };
  return { clock, pass, alive, lockOf, log: new SqliteEventLog(db, () => clock.now) };
}

test('one holds it, the next is told who', () => {
  const { lockOf } = openLocks();
  expect(lockOf(one).take('run-a')).toMatchObject({ taken: true, holder: { pid: 100, fencing: 1 } });
  expect(lockOf(two).take('run-b')).toMatchObject({
    taken: false,
    holder: { runId: 'run-a', pid: 100, host: 'everybody', machine: 'here', startTime: 'monday' },
  });
});

test('released, it is free; the fencing number goes on growing', () => {
  const { lockOf } = openLocks();
  const first = lockOf(one).take('run-a');
  lockOf(one).release(first.holder.fencing);
  expect(lockOf(one).livingHolder()).toBeUndefined();
  expect(lockOf(two).take('run-b').holder.fencing).toBe(2);
});

test('nobody releases or renews what another one holds', () => {
  const { lockOf } = openLocks();
  const first = lockOf(one).take('run-a');
  lockOf(two).release(first.holder.fencing + 1);
  expect(lockOf(two).renew(first.holder.fencing + 1)).toBe(false);
  expect(lockOf(two).livingHolder()).toMatchObject({ runId: 'run-a' });
});

test('a holder that died on this machine is followed at once', () => {
  const { alive, lockOf } = openLocks();
  lockOf(one).take('run-a');
  expect(lockOf(two).isHeldFor('run-a')).toBe(true);
  alive.delete(100);
  expect(lockOf(two).isHeldFor('run-a')).toBe(false);
  expect(lockOf(two).take('run-b')).toMatchObject({ taken: true, takenOverFrom: { pid: 100 } });
});

test('a later process that was given the pid of the holder is not taken for it', () => {
  const { alive, lockOf } = openLocks();
  lockOf(one).take('run-a');
  alive.set(100, 'wednesday');
  expect(lockOf(two).take('run-b').taken).toBe(true);
});

test('a process here says nothing about one with its pid on another machine, or in another container', () => {
  const { alive, lockOf } = openLocks();
  alive.clear();
  lockOf(far).take('run-a');
  expect(lockOf(one).take('run-b').taken).toBe(false);
});

test('a holder on another machine is followed when its lease ran out by more than clocks may differ', () => {
  const { pass, lockOf } = openLocks();
  const there = lockOf(far).take('run-a');
  pass(leaseMs + clockMarginMs - 1);
  expect(lockOf(one).take('run-b').taken).toBe(false);
  expect(lockOf(far).renew(there.holder.fencing)).toBe(true);
  pass(leaseMs + clockMarginMs - 1);
  expect(lockOf(one).take('run-b').taken).toBe(false);
  pass(1);
  expect(lockOf(one).take('run-b').taken).toBe(true);
  expect(lockOf(far).renew(there.holder.fencing)).toBe(false);
});

test('a living holder on this machine keeps it by its heartbeats, and loses it when they stop', () => {
  const { pass, lockOf } = openLocks();
  const first = lockOf(one).take('run-a');
  pass(leaseMs - 1);
  expect(lockOf(one).renew(first.holder.fencing)).toBe(true);
  pass(leaseMs - 1);
  expect(lockOf(two).take('run-b').taken).toBe(false);
  pass(1);
  expect(lockOf(two).take('run-b')).toMatchObject({ taken: true, takenOverFrom: { pid: 100 } });
});

test('setting the clock by an hour robs nobody on this machine', () => {
  const { clock, lockOf } = openLocks();
  lockOf(one).take('run-a');
  clock.now += 3_600_000;
  expect(lockOf(two).take('run-b').taken).toBe(false);
  clock.now -= 7_200_000;
  clock.uptime += leaseMs;
  expect(lockOf(two).take('run-b').taken).toBe(true);
});

test('where the system does not tell machines apart, only a lease that ran out counts', () => {
  const { pass, alive, lockOf } = openLocks();
  const unknown: Process = { pid: 100 };
  lockOf(unknown).take('run-a');
  alive.clear();
  expect(lockOf({ pid: 200 }).take('run-b').taken).toBe(false);
  pass(leaseMs + clockMarginMs);
  expect(lockOf({ pid: 200 }).take('run-b').taken).toBe(true);
});

test('a holder that was killed after its run had ended, and before giving the lock back, keeps nobody waiting', () => {
  const { clock, lockOf, log } = openLocks();
  const runId = log.begin(clock.now, requested({ approvalsNeeded: 0 }));
  const there = lockOf(far).take(runId);
  log.decide(runId, () => [{ type: 'started' }], there.holder.fencing);
  expect(lockOf(one).take('run-b').taken).toBe(false);
  log.decide(runId, () => [{ type: 'completed', durationMs: 1 }], there.holder.fencing);
  expect(lockOf(one).livingHolder()).toBeUndefined();
  expect(lockOf(one).isHeldFor(runId)).toBe(false);
  const here = lockOf(one).take('run-b');
  expect(here).toEqual({ taken: true, holder: expect.objectContaining({ runId: 'run-b', fencing: 2 }) });
  lockOf(far).release(there.holder.fencing);
  expect(lockOf(one).isHeldFor('run-b')).toBe(true);
});
