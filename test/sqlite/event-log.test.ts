import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { chainHash } from '../../src/restore/audit-chain.ts';
import { UserError } from '../../src/restore/errors.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createLock } from '../../src/sqlite/lock.ts';
import { bob, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');

function openLog(path = join(temporaryFolder(), 'state.sqlite')) {
  const db = openDatabase(path);
  onTestFinished(() => {
    db.close();
  });
  return { db, path, log: new SqliteEventLog(db, () => noon) };
}

test('a run is named after the second it was asked for, and the next one in that second gets a number', () => {
  const { log } = openLog();
  expect(log.begin(noon, requested())).toBe('restore-2026-11-22T12-00-00Z');
  expect(log.begin(noon + 999, requested())).toBe('restore-2026-11-22T12-00-00Z-2');
});

test('one form begins one run', () => {
  const { log } = openLog();
  const sent = (form: string) => requested({ origin: { kind: 'slack', channelId: 'C0OPS', teamId: 'T', form } });
  const id = log.begin(noon, sent('one'));
  expect(log.begin(noon + 60_000, sent('one'))).toBe(id);
  expect(log.begin(noon + 60_000, sent('two'))).not.toBe(id);
  expect(log.recent(10)).toHaveLength(2);
});

test('of two deciders the second sees what the first one did', () => {
  const { log, path } = openLog();
  const other = openLog(path).log;
  const id = log.begin(noon, requested());
  const approve = (by: typeof log) =>
    by.decide(id, (run) =>
      run.state === 'AWAITING_APPROVAL' ? [{ type: 'approved', by: bob, digest: run.digest }] : [],
    );
  expect(approve(log)).toHaveLength(1);
  expect(approve(other)).toHaveLength(0);
  expect(other.run(id)?.state).toBe('APPROVED');
});

test('a decision that throws leaves nothing behind', () => {
  const { log } = openLog();
  const id = log.begin(noon, requested());
  const before = log.ofRun(id);
  expect(() =>
    log.decide(id, () => {
      throw new UserError('OUT_OF_DATE', 'no', 'no');
    }),
  ).toThrow(UserError);
  expect(log.ofRun(id)).toEqual(before);
});

test('what was decided and then undone by the file is never seen again, also when another process writes next', () => {
  const { log, path } = openLog();
  const other = openLog(path).log;
  const id = log.begin(noon, requested());
  // Written, folded, and found to be impossible: the transaction goes back, and its numbers are given again.
  expect(() => log.decide(id, () => [{ type: 'completed', durationMs: 1 }])).toThrow('cannot go from');
  other.decide(id, () => [{ type: 'withdrawn', by: bob }]);
  expect(log.run(id)?.state).toBe('WITHDRAWN');
});

test('rows are chained: each hash covers the row and the hash before it', () => {
  const { log } = openLog();
  const id = log.begin(noon, requested());
  log.decide(id, () => [{ type: 'expired', why: 'no-decision' }]);
  const [first, second] = log.after(0, 10);
  if (first === undefined || second === undefined) throw new Error('two rows were written');
  const row = { seq: 2, runId: id, at: noon, body: JSON.stringify(second.event) };
  expect(second.hash).toBe(chainHash(first.hash, row));
  expect(second.hash).not.toBe(chainHash(first.hash, { ...row, at: noon + 1 }));
});

test('rows can be neither changed nor removed', () => {
  const { db, log } = openLog();
  log.begin(noon, requested());
  expect(() => db.exec('UPDATE events SET at = 0')).toThrow('append-only');
  expect(() => db.exec('DELETE FROM events')).toThrow('append-only');
});

test('a holder whose lock was taken over can write nothing more', () => {
  const { db, log } = openLog();
  const id = log.begin(noon, requested({ approvalsNeeded: 0 }));
  let time = noon;
  const lockOf = (host: string) => createLock(db, () => time, { host, pid: 1, isAlive: () => true });
  const first = lockOf('one').take(id);
  log.decide(id, () => [{ type: 'started' }], first.holder.fencing);
  time += 10 * 60_000;
  expect(lockOf('two').take(id)).toMatchObject({ taken: true, takenOverFrom: { host: 'one' } });
  expect(() => log.decide(id, () => [{ type: 'lock-released' }], first.holder.fencing)).toThrow(
    expect.objectContaining({ code: 'LOCK_LOST' }),
  );
});

test('a run can only go where the table of transitions lets it', () => {
  const { log } = openLog();
  const id = log.begin(noon, requested());
  expect(() => log.decide(id, () => [{ type: 'started' }])).toThrow('cannot go from AWAITING_APPROVAL to IN_PROGRESS');
  expect(log.ofRun(id)).toHaveLength(1);
});

test('a watcher hears of events of this process and of others on the same file', async () => {
  const { log, path } = openLog();
  const other = openLog(path).log;
  const id = log.begin(noon, requested());
  const heard = (by: typeof log) =>
    new Promise<void>((resolve) => {
      const stop = by.watch(() => {
        stop();
        resolve();
      });
    });
  const both = Promise.all([heard(log), heard(other)]);
  log.decide(id, () => [{ type: 'withdrawn', by: bob }]);
  await both;
  expect(other.open()).toEqual([]);
});

test('a watcher that cannot read the file stops nothing, and is told again until it can', async () => {
  const { log } = openLog();
  let tries = 0;
  const told = new Promise<void>((resolve) => {
    const stop = log.watch(() => {
      tries += 1;
      if (tries < 3) throw new UserError('STORAGE', 'The state file cannot be used.', '');
      stop();
      resolve();
    });
  });
  log.begin(noon, requested());
  await told;
  expect(tries).toBe(3);
});

test('a file of a newer program is refused with a sentence, and left as it is', () => {
  const { db, path } = openLog();
  db.pragma('user_version = 99');
  expect(() => openDatabase(path)).toThrow(
    expect.objectContaining({
      code: 'STORAGE',
      message: expect.stringMatching(
        /^The state file was written by a newer pitr-restore \(file version 99, this program knows \d+\)\.$/,
      ),
      hint: 'Upgrade this program, or point PITR_DB at another file.',
    }),
  );
  expect(db.pragma('user_version', { simple: true })).toBe(99);
});
