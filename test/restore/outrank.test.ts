import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunId } from '../../src/restore/events.ts';
import { endAbandonedDrill, takeLock } from '../../src/restore/outrank.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createLock } from '../../src/sqlite/lock.ts';
import { aRequest, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');

/** A restore that wants the lock, and a drill that has it in another process. What happens meanwhile happens in the naps. */
function aDrillHasTheLock() {
  const db = openDatabase(join(temporaryFolder(), 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  const log = new SqliteEventLog(db, () => noon);
  const lockOf = (pid: number) => createLock(db, () => noon, { host: 'here', pid, isAlive: () => true });
  const [ours, theirs] = [lockOf(1), lockOf(2)];
  const ask = (drill: boolean) =>
    log.begin(noon, requested({ request: { ...aRequest(), ...(drill && { drill }) }, approvalsNeeded: 0 }));
  const [drill, restore, other] = [ask(true), ask(false), ask(false)];
  const takenByThem = (runId: RunId) => {
    const taken = theirs.take(runId);
    if (!taken.taken) throw new Error('Nobody else has it');
    return taken.holder.fencing;
  };
  const wait = async (...naps: readonly (() => void)[]) => {
    const run = log.run(restore);
    if (run === undefined) throw new Error('It was asked for');
    let napped = 0;
    const sleep = async () => {
      naps[napped]?.();
      napped += 1;
    };
    const clock = { now: () => noon + napped * 1000, sleep };
    return { taken: await takeLock({ log, lock: ours, clock }, run, undefined), napped };
  };
  return { log, theirs, drill, restore, other, takenByThem, wait };
}

test('a drill that has taken the lock and not yet begun is asked to stop as soon as it has', async () => {
  const { log, theirs, drill, takenByThem, wait } = aDrillHasTheLock();
  const fencing = takenByThem(drill);
  const { taken, napped } = await wait(
    () => void log.decide(drill, () => [{ type: 'started' }]),
    () => {
      expect(log.run(drill)?.cancelRequested).toBe(true);
      theirs.release(fencing);
    },
  );
  expect(taken.taken).toBe(true);
  expect(napped).toBe(2);
});

test('who waits for a drill and finds another restore in its place waits no longer: restores are never queued', async () => {
  const { log, theirs, drill, other, takenByThem, wait } = aDrillHasTheLock();
  const fencing = takenByThem(drill);
  log.decide(drill, () => [{ type: 'started' }]);
  const { taken, napped } = await wait(() => {
    theirs.release(fencing);
    takenByThem(other);
  });
  expect(taken).toMatchObject({ taken: false, holder: { runId: other } });
  expect(napped).toBe(1);
});

test('a drill that another process ends, its own being gone, tells its cost as the least that it can be; one that was put down knows it', () => {
  const { log, theirs, drill, restore, takenByThem } = aDrillHasTheLock();
  const fencing = takenByThem(drill);
  const restoring = { type: 'table-restoring', label: 'quotes', restoreTable: 'copy', arn: 'arn' } as const;
  log.decide(drill, () => [{ type: 'started' }, restoring]);
  const putDown = log.begin(noon, requested({ request: { ...aRequest(), drill: true }, approvalsNeeded: 0 }));
  log.decide(putDown, () => [{ type: 'started' }, restoring, { type: 'paused', consumed: {} }]);
  for (const each of [drill, putDown]) {
    const run = log.run(each);
    if (run === undefined) throw new Error('It was asked for');
    endAbandonedDrill(log, run, restore, fencing);
  }
  expect(log.run(drill)).toMatchObject({ state: 'CANCELLED', isPartlyCounted: true });
  expect(log.run(putDown)?.state).toBe('CANCELLED');
  expect(log.run(putDown)).not.toHaveProperty('isPartlyCounted');
  theirs.release(fencing);
});

test('a run that was cancelled while it waited for a drill neither waits on nor takes the lock', async () => {
  const { log, theirs, drill, restore, takenByThem, wait } = aDrillHasTheLock();
  const fencing = takenByThem(drill);
  const takenBack = wait(
    () => void log.decide(restore, () => [{ type: 'withdrawn', by: { kind: 'system' } }]),
    () => theirs.release(fencing),
  );
  await expect(takenBack).rejects.toMatchObject({ code: 'OUT_OF_DATE' });
  expect(theirs.livingHolder()?.runId).toBe(drill);
});
