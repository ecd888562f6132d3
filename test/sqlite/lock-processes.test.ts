import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Lock } from '../../src/restore/ports.ts';
import type { SqliteFile } from '../../src/sqlite/database.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createLock, leaseMs } from '../../src/sqlite/lock.ts';
import { thisProcess } from '../../src/sqlite/this-process.ts';
import { requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const script = fileURLToPath(new URL('../support/lock-process.mjs', import.meta.url));

function openState() {
  const path = join(temporaryFolder(), 'state.sqlite');
  const db = openDatabase(path);
  onTestFinished(() => {
    db.close();
  });
  db.exec('CREATE TABLE marks (id INTEGER PRIMARY KEY, what TEXT, pid INTEGER)');
  const lock = createLock(db, Date.now, thisProcess());
  return { path, db, lock, log: new SqliteEventLog(db, Date.now) };
}

/** A real process with the same file; it runs the built program's parts (`npm run build`). */
async function startProcess(path: string, lease = leaseMs) {
  const child = fork(script, [path, String(lease)], { execArgv: [] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await answerOf(child);
  const ask = async <T>(command: string, ...args: readonly string[]): Promise<T> => {
    child.send({ command, args });
    return (await answerOf(child)) as T;
  };
  return { child, pid: child.pid, ask, take: (runId: string) => ask<ReturnType<Lock['take']>>('take', runId) };
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const died = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`The process ended with ${code} instead of answering: is dist/ built?`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal: ended.signal }), died]);
    return message.answer;
  } finally {
    ended.abort();
    died.catch(() => {});
  }
}

/** Not inside a transaction: there it would keep the whole file busy until somebody continues or ends it. */
async function stopBetweenEvents(child: ChildProcess, db: SqliteFile): Promise<void> {
  db.pragma('busy_timeout = 200');
  await expect
    .poll(() => {
      child.kill('SIGSTOP');
      try {
        db.exec('BEGIN IMMEDIATE; ROLLBACK');
        return 'stopped';
      } catch {
        child.kill('SIGCONT');
        return 'busy';
      }
    })
    .toBe('stopped');
}

test('of fifty processes that want it at once, two hundred times over, exactly one gets it each time', async () => {
  const { path, db } = openState();
  const processes = await Promise.all(Array.from({ length: 50 }, async () => startProcess(path)));
  const winners = new Set<number | undefined>();
  for (let round = 1; round <= 200; round += 1) {
    const answers = await Promise.all(
      processes.map(async (process) => ({ process, outcome: await process.take(`run-${round}`) })),
    );
    const won = answers.filter(({ outcome }) => outcome.taken);
    expect(won.map(({ outcome }) => outcome.holder.fencing)).toEqual([round]);
    const winner = won[0]?.process;
    winners.add(winner?.pid);
    for (const { outcome } of answers) expect(outcome.holder.pid).toBe(winner?.pid);
    await winner?.ask('release');
  }
  const marks = db.prepare<[], { what: string; pid: number }>('SELECT what, pid FROM marks ORDER BY id').all();
  expect(marks).toHaveLength(400);
  for (let n = 0; n < marks.length; n += 2) {
    const pid = marks[n]?.pid;
    expect(marks.slice(n, n + 2)).toEqual([
      { what: 'begin', pid },
      { what: 'end', pid },
    ]);
  }
  // Were it always the same one, nobody would have contended.
  expect(winners.size).toBeGreaterThan(5);
});

test('a killed process is followed at once, a living one is not', async () => {
  const { path, lock } = openState();
  const { child, pid, take } = await startProcess(path);
  await take('run-a');
  expect(lock.take('run-b')).toMatchObject({ taken: false, holder: { pid } });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(lock.take('run-b')).toMatchObject({ taken: true, takenOverFrom: { pid } });
});

test('a process stopped past its lease and continued writes nothing more', async () => {
  const { path, db, lock, log } = openState();
  const runId = log.begin(Date.now(), requested({ approvalsNeeded: 0 }));
  log.decide(runId, () => [{ type: 'started' }]);
  const { child, pid, take, ask } = await startProcess(path, 300);
  await take(runId);
  const refusal = ask<string>('recordUntilRefused', runId);
  const rows = () => log.ofRun(runId).length;
  await expect.poll(rows, { interval: 1 }).toBeGreaterThan(5);
  await stopBetweenEvents(child, db);
  await expect.poll(() => lock.take('run-b').taken, { interval: 10 }).toBe(true);
  expect(lock.livingHolder()).toMatchObject({ runId: 'run-b', pid: process.pid });
  const before = rows();
  child.kill('SIGCONT');
  expect(await refusal).toBe('LOCK_LOST');
  expect(await ask('renew')).toBe(false);
  await ask('release');
  expect(rows()).toBe(before);
  expect(lock.livingHolder()).toMatchObject({ runId: 'run-b', pid: process.pid });
  expect(pid).not.toBe(process.pid);
});
