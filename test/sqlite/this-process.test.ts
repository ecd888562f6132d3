import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isAlive, startInStat, thisProcess } from '../../src/sqlite/this-process.ts';

test('this process lives, one that has ended does not', () => {
  const me = thisProcess();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  expect(isAlive(me.pid, me.startTime)).toBe(true);
  expect(isAlive(pid, undefined)).toBe(false);
});

test('it is the same machine and start time whenever it is asked, and the steady clock goes on', () => {
  const first = thisProcess();
  const second = thisProcess();
  expect(second.machine?.id).toBe(first.machine?.id);
  expect(second.startTime).toBe(first.startTime);
  expect(second.machine?.uptimeMs()).toBeGreaterThanOrEqual(first.machine?.uptimeMs() ?? Number.NaN);
});

test.runIf(process.platform === 'linux')('a pid that began at another time is another process', async () => {
  const me = thisProcess();
  expect(me.startTime).toMatch(/^\d+$/);
  expect(isAlive(me.pid, `${me.startTime}0`)).toBe(false);
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
  await once(child, 'spawn');
  expect(isAlive(child.pid ?? 0, undefined)).toBe(true);
  expect(isAlive(child.pid ?? 0, me.startTime)).toBe(false);
  child.kill();
  await once(child, 'close');
  expect(isAlive(child.pid ?? 0, undefined)).toBe(false);
});

test('a program may be called what it likes, its state and start are found', () => {
  const rest = 'S 1 2 2 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 433148 3133440 360';
  expect(startInStat(`123 (node) ${rest}`)).toBe('433148');
  expect(startInStat(`123 (a) R (b)) ${rest}`)).toBe('433148');
});

test('a process that has ended and waits for its parent is gone', () => {
  expect(startInStat('123 (node) Z 1 2 2 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 433148 0 0')).toBe('ended');
});
