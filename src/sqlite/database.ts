import type BetterSqlite3 from 'better-sqlite3';
import { UserError } from '../restore/errors.ts';
import { Database } from './driver.ts';
import { keyFileOf, replaceEmptyKey } from './journal-key.ts';
import { createLock } from './lock.ts';
import { migrations } from './migrations.ts';
import { notOurs, prepareStateFile } from './state-file.ts';
import { troubleIn } from './storage-trouble.ts';
import { thisProcess } from './this-process.ts';

export type SqliteFile = BetterSqlite3.Database;

/** As long as a commit of another process may take on a slow disk; beyond it the file counts as busy. */
const busyTimeoutMs = 10_000;

/**
 * The one file that the bot and the command line share: lock, events, journal, deliveries.
 * @throws UserError STORAGE
 */
export function openDatabase(path: string, busyMs = busyTimeoutMs): SqliteFile {
  try {
    prepareStateFile(path);
    const db = new Database(path, { timeout: busyMs });
    try {
      refuseOthers(db, path);
      prepare(db);
      replaceEmptyKey(db, keyFileOf(path));
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

function prepare(db: SqliteFile): void {
  db.pragma('journal_mode = WAL');
  // A journal row must survive a power cut before the item it saves is overwritten: WAL with NORMAL would not promise that.
  db.pragma('synchronous = FULL');
  db.pragma('secure_delete = ON');
  // The driver's own is 16 MB. Nothing here is read twice, and a large journal would fill it.
  db.pragma('cache_size = -4096');
  migrate(db);
}

/** Before anything is written: our own first migration made the table of the events' end. */
function refuseOthers(db: SqliteFile, path: string): void {
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  if (tables.length === 0 || tables.includes('events_end')) return;
  throw notOurs(path, 'is an SQLite file of another program');
}

function migrate(db: SqliteFile): void {
  db.transaction(() => {
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > migrations.length) {
      throw new UserError(
        'STORAGE',
        `The state file was written by a newer pitr-restore (file version ${version}, this program knows ${migrations.length}).`,
        'Upgrade this program, or point PITR_DB at another file.',
      );
    }
    if (version === migrations.length) return;
    if (version > 0) refuseWhileCarriedOut(db);
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

/** A shape that changes under a restore would end it in its middle. What was interrupted goes on with the new one. */
function refuseWhileCarriedOut(db: SqliteFile): void {
  const holder = createLock(db, Date.now, thisProcess()).livingHolder();
  if (holder === undefined) return;
  throw new UserError(
    'STORAGE',
    `The state file has to be brought up to date, and an older pitr-restore is carrying out ${holder.runId} with it (process ${holder.pid} on ${holder.host}).`,
    'Stop that process: its restore stops at its next safe point, and goes on with this program. Or wait until it has ended.',
  );
}

function cannotOpen(path: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const trouble = troubleIn(error);
  return new UserError(
    'STORAGE',
    `The state file ${path} cannot be opened: ${trouble?.what ?? reasonOf(error)}.`,
    trouble?.hint ?? 'PITR_DB names the file; it must be on a local disk, in a folder this user can write to.',
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'unknown reason';
}
