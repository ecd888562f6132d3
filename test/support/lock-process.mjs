/** A process that does with the lock and the event log what it is told to: the built program's own parts, as users run them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../dist/sqlite/database.js';
import { SqliteEventLog } from '../../dist/sqlite/event-log.js';
import { createLock } from '../../dist/sqlite/lock.js';
import { thisProcess } from '../../dist/sqlite/this-process.js';

const [path = '', leaseMs = ''] = process.argv.slice(2);
const db = openDatabase(path, 60_000);
const lock = createLock(db, Date.now, thisProcess(), Number(leaseMs));
const log = new SqliteEventLog(db, Date.now);
const mark = db.prepare('INSERT INTO marks (what, pid) VALUES (?, ?)');
let fencing = 0;

const commands = {
  take(runId) {
    const taken = lock.take(runId);
    if (taken.taken) {
      ({ fencing } = taken.holder);
      mark.run('begin', process.pid);
    }
    return taken;
  },
  release() {
    mark.run('end', process.pid);
    lock.release(fencing);
  },
  renew: () => lock.renew(fencing),
  /** Records one event after the other, and answers with the code of the first refusal. */
  async recordUntilRefused(runId) {
    try {
      for (let n = 0; ; n += 1) {
        log.decide(runId, () => [{ type: 'preflight-warning', message: String(n) }], fencing);
        await sleep(20);
      }
    } catch (error) {
      return error.code;
    }
  },
};

process.on('message', async ({ command, args }) => {
  process.send({ answer: await commands[command](...args) });
});
process.on('disconnect', () => process.exit());
process.send({ answer: 'ready' });
