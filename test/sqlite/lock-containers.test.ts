import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Lock } from '../../src/restore/ports.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { clockMarginMs, createLock, leaseMs } from '../../src/sqlite/lock.ts';
import { thisProcess } from '../../src/sqlite/this-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A program of Linux. */
const unshare = 'unshare';
const script = fileURLToPath(new URL('../support/lock-process.mjs', import.meta.url));
const ownNamespace = ['-p', '-f', '--kill-child'];
/** As containers of one machine are: the same host name, kernel and boot, and each has a process 1. */
const inContainers = test.skipIf(spawnSync(unshare, [...ownNamespace, '--mount-proc', 'true']).status !== 0);

type Taken = ReturnType<Lock['take']>;

function openState() {
  const path = join(temporaryFolder(), 'state.sqlite');
  const db = openDatabase(path);
  onTestFinished(() => {
    db.close();
  });
  db.exec('CREATE TABLE marks (id INTEGER PRIMARY KEY, what TEXT, pid INTEGER)');
  return { path, lock: createLock(db, Date.now, thisProcess()), db };
}

/** A process 1 with the state file; what it takes, and how it is killed. */
async function startContainer(path: string, flags: readonly string[] = ['--mount-proc']) {
  const child = spawn(unshare, [...ownNamespace, ...flags, process.execPath, script, path, String(leaseMs)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await answerOf(child);
  return {
    async take(runId: string): Promise<Taken> {
      child.send({ command: 'take', args: [runId] });
      return (await answerOf(child)) as Taken;
    },
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message', { signal: AbortSignal.timeout(60_000) });
  return message.answer;
}

inContainers('a process in another container does not take a living holder for dead, nor for itself', async () => {
  const { path, lock } = openState();
  const first = await startContainer(path);
  const second = await startContainer(path);
  expect(await first.take('run-a')).toMatchObject({ taken: true, holder: { pid: 1 } });
  // Its own pid is that of the holder; in the table of this process, 1 is somebody else.
  expect(await second.take('run-b')).toMatchObject({ taken: false, holder: { runId: 'run-a' } });
  expect(lock.take('run-c').taken).toBe(false);
  expect(lock.isHeldFor('run-a')).toBe(true);
});

inContainers('a holder outside is not taken for dead by a container that has no process with its pid', async () => {
  const { path, lock } = openState();
  lock.take('run-a');
  expect((await (await startContainer(path)).take('run-b')).taken).toBe(false);
});

inContainers('killed and started again as process 1, it gets the lock back when the lease is over', async () => {
  const { path, db } = openState();
  const first = await startContainer(path);
  await first.take('run-a');
  await first.kill();
  const again = await startContainer(path);
  db.prepare('UPDATE lock SET expires_at = expires_at - ?').run(leaseMs + clockMarginMs);
  expect(await again.take('run-a')).toMatchObject({ taken: true, holder: { pid: 1 }, takenOverFrom: { pid: 1 } });
});

inContainers(
  'with the /proc of the machine outside a process claims no place where its pid means anything',
  async () => {
    const { path, lock } = openState();
    const { holder } = await (await startContainer(path, [])).take('run-a');
    expect(holder).toMatchObject({ pid: 1 });
    expect(holder).not.toHaveProperty('machine');
    expect(holder).not.toHaveProperty('startTime');
    expect(lock.isHeldFor('run-a')).toBe(true);
  },
);
