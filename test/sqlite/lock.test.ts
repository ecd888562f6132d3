import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createLock, isProcessAlive, leaseMs } from '../../src/sqlite/lock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function openLocks() {
  const db = openDatabase(join(temporaryFolder(), 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  const clock = { now: Date.parse('2026-11-22T12:00:00Z') };
  const alive = new Set([100, 200]);
  const lockOf = (pid: number, host = 'here') =>
    createLock(db, () => clock.now, { host, pid, isAlive: (other) => alive.has(other) });
  return { clock, alive, lockOf };
}

test('one holds it, the next is told who', () => {
  const { lockOf } = openLocks();
  expect(lockOf(100).take('run-a')).toMatchObject({ taken: true, holder: { pid: 100, fencing: 1 } });
  expect(lockOf(200).take('run-b')).toMatchObject({ taken: false, holder: { runId: 'run-a', pid: 100, host: 'here' } });
});

test('released, it is free; the fencing number goes on growing', () => {
  const { lockOf } = openLocks();
  const first = lockOf(100).take('run-a');
  lockOf(100).release(first.holder.fencing);
  expect(lockOf(100).holder()).toBeUndefined();
  expect(lockOf(200).take('run-b').holder.fencing).toBe(2);
});

test('nobody releases or renews what another one holds', () => {
  const { lockOf } = openLocks();
  const first = lockOf(100).take('run-a');
  lockOf(200).release(first.holder.fencing + 1);
  expect(lockOf(200).renew(first.holder.fencing + 1)).toBe(false);
  expect(lockOf(200).holder()).toMatchObject({ runId: 'run-a' });
});

test('a holder that died on this host is followed at once', () => {
  const { alive, lockOf } = openLocks();
  lockOf(100).take('run-a');
  alive.delete(100);
  expect(lockOf(200).take('run-b')).toMatchObject({ taken: true, takenOverFrom: { pid: 100 } });
});

test('a holder on another host is followed only when its lease ran out, and heartbeats keep it', () => {
  const { clock, lockOf } = openLocks();
  const there = lockOf(999, 'there').take('run-a');
  clock.now += leaseMs - 1;
  expect(lockOf(100).take('run-b').taken).toBe(false);
  expect(lockOf(999, 'there').renew(there.holder.fencing)).toBe(true);
  clock.now += leaseMs - 1;
  expect(lockOf(100).take('run-b').taken).toBe(false);
  clock.now += 1;
  expect(lockOf(100).take('run-b').taken).toBe(true);
  expect(lockOf(999, 'there').renew(there.holder.fencing)).toBe(false);
});

test('the process table tells who lives', () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  expect(isProcessAlive(process.pid)).toBe(true);
  expect(isProcessAlive(pid)).toBe(false);
});
