import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import type { AuditUseCases } from './restore/audit.ts';
import { makeAudit } from './restore/audit.ts';
import { forgetJournals } from './restore/journal-kept.ts';
import type { Clock, Deliveries, EventLog, Journal, Lock } from './restore/ports.ts';
import type { RecordedRuns } from './restore/recorded-runs.ts';
import { makeRecordedRuns } from './restore/recorded-runs.ts';
import { openDatabase } from './sqlite/database.ts';
import { createDeliveries } from './sqlite/deliveries.ts';
import { SqliteEventLog } from './sqlite/event-log.ts';
import { createJournal } from './sqlite/journal.ts';
import { journalKey, keyFileOf } from './sqlite/journal-key.ts';
import { createLock } from './sqlite/lock.ts';
import { thisProcess } from './sqlite/this-process.ts';

/** What lies in the state file, and what can be done with it alone. */
export type OpenRecord = {
  readonly runs: RecordedRuns;
  readonly log: EventLog;
  readonly lock: Lock;
  readonly journal: Journal;
  readonly deliveries: Deliveries;
  readonly audit: AuditUseCases;
  readonly clock: Clock;
  /** Forgets the journals that nobody can want any more. */
  readonly purgeJournal: () => void;
  readonly close: () => void;
};

/**
 * Opens the record by itself: who only looks at it, or writes a decision in it, need not wait for what restores tables.
 * @throws UserError STORAGE, BAD_CONFIGURATION
 */
export function openRecord(config: Config): OpenRecord {
  const { databaseFile, environments, undoWindowMs } = config;
  const clock = systemClock;
  const db = openDatabase(databaseFile);
  const log = new SqliteEventLog(db, clock.now);
  const lock = createLock(db, clock.now, thisProcess());
  const journal = createJournal(db, journalKey(config.journalKey?.reveal(), keyFileOf(databaseFile)));
  const purgeJournal = () => {
    forgetJournals({ log, journal, undoWindowMs }, clock.now());
  };
  // Here too, for those who never run the bot: images are not kept longer than they are of use.
  purgeJournal();
  return {
    runs: makeRecordedRuns({ environments, log, lock, journal, clock, undoWindowMs }),
    log,
    lock,
    journal,
    deliveries: createDeliveries(db),
    audit: makeAudit(log),
    clock,
    purgeJournal,
    close: () => {
      db.close();
    },
  };
}
