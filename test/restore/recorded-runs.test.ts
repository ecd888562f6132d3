import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeRecordedRuns } from '../../src/restore/recorded-runs.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { createLock } from '../../src/sqlite/lock.ts';
import { requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');

test('no restore is under way once the process that has the lock is gone, whether it had begun or not', () => {
  const db = openDatabase(join(temporaryFolder(), 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  let isAlive = true;
  const clock = { now: () => noon, sleep: async () => undefined };
  const log = new SqliteEventLog(db, clock.now);
  const machine = { id: 'here', uptimeMs: () => 0 };
  const lock = createLock(db, clock.now, { host: 'here', pid: 100, machine, isAlive: () => isAlive });
  const journal = createJournal(db, Buffer.alloc(32));
  const runs = makeRecordedRuns({ environments: [], log, lock, journal, clock, undoWindowMs: 1 });
  const runId = log.begin(noon, requested({ approvalsNeeded: 0 }));
  expect(runs.livingHolder()).toBeUndefined();

  const taken = lock.take(runId);
  expect(runs.livingHolder()).toMatchObject({ runId });
  isAlive = false;
  expect(runs.livingHolder()).toBeUndefined();

  isAlive = true;
  log.decide(runId, () => [{ type: 'started' }], taken.holder.fencing);
  expect(runs.livingHolder()).toMatchObject({ runId });
  isAlive = false;
  expect(runs.livingHolder()).toBeUndefined();
});
