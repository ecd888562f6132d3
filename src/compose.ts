import { dirname } from 'node:path';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { createAws } from './dynamodb/aws.ts';
import { createProgressBoard } from './progress-board.ts';
import { makeRestores } from './restore/make-restores.ts';
import type { Clock, Deliveries, EventLog, ProgressBoard } from './restore/ports.ts';
import type { Restores } from './restore/restores.ts';
import type { Pace } from './restore/step.ts';
import { openDatabase } from './sqlite/database.ts';
import { createDeliveries } from './sqlite/deliveries.ts';
import { SqliteEventLog } from './sqlite/event-log.ts';
import { createJournal } from './sqlite/journal.ts';
import { journalKey } from './sqlite/journal-key.ts';
import { createLock } from './sqlite/lock.ts';
import { openSqliteOverflow } from './sqlite/overflow.ts';
import { thisProcess } from './sqlite/this-process.ts';

/** The program's parts, made from its configuration and connected. */
export type Parts = {
  readonly restores: Restores;
  readonly log: EventLog;
  readonly deliveries: Deliveries;
  readonly progress: ProgressBoard;
  readonly clock: Clock;
  /** Forgets the journals of runs that ended before the undo window. */
  readonly purgeJournal: () => void;
  readonly close: () => Promise<void>;
};

const pace: Pace = { compareMemoryBytes: 256 * 1024 * 1024, planAnswerMs: 30 * 60_000, verifyRounds: 3 };

/**
 * The only place that knows which real part stands behind which port.
 * @throws UserError STORAGE, BAD_CONFIGURATION
 */
export function compose(config: Config, onBug: (error: unknown, runId: string) => void): Parts {
  const clock = systemClock;
  const db = openDatabase(config.databaseFile);
  const key = journalKey(config.journalKey?.reveal(), `${config.databaseFile}.key`);
  const log = new SqliteEventLog(db, clock.now);
  const journal = createJournal(db, key);
  const progress = createProgressBoard();
  const aws = createAws();
  const restores = makeRestores({
    environments: config.environments,
    awsFor: aws.awsFor,
    log,
    lock: createLock(db, clock.now, thisProcess()),
    journal,
    openOverflow: () => openSqliteOverflow(dirname(config.databaseFile)),
    clock,
    progress,
    pace,
    undoWindowMs: config.undoWindowMs,
    approvalExpiryMs: config.approvalExpiryMs,
    onBug,
  });
  return {
    restores,
    log,
    deliveries: createDeliveries(db),
    progress,
    clock,
    purgeJournal: () => {
      journal.purge(clock.now() - config.undoWindowMs);
    },
    async close() {
      aws.close();
      db.close();
    },
  };
}
