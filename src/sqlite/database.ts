import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../restore/errors.ts';
import { keyFileOf } from './journal-key.ts';
import { migrations } from './migrations.ts';
import { refuseNetworkShare } from './network-share.ts';
import { troubleIn } from './storage-trouble.ts';

export type SqliteFile = Database.Database;

/** As long as a commit of another process may take on a slow disk; beyond it the file counts as busy. */
const busyTimeoutMs = 10_000;

/**
 * The one file that the bot and the command line share: lock, events, journal, deliveries.
 * @throws UserError STORAGE
 */
export function openDatabase(path: string, busyMs = busyTimeoutMs): SqliteFile {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    refuseNetworkShare(dirname(path));
    refuseEmptied(path);
    makePrivate(path);
    const db = new Database(path, { timeout: busyMs });
    try {
      prepare(db);
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
  migrate(db);
}

/** Readable by its owner alone, from the first byte on. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/**
 * SQLite takes an empty file for a new one, and throws away the log beside it. The first thing it writes is a page of the
 * file, and only then the log and our key come to be: an empty file with one of them beside it was emptied later.
 */
function refuseEmptied(path: string): void {
  if (sizeOf(path) !== 0) return;
  const witness = [`${path}-wal`, keyFileOf(path)].find((beside) => (sizeOf(beside) ?? 0) > 0);
  if (witness === undefined) return;
  throw new UserError(
    'STORAGE',
    `The state file ${path} is empty, but it was not always: ${witness} lies beside it.`,
    'Restore the files from a backup, or move them all away to begin with a new state file: restore tables and journals that only the old one knew of are then yours to look after.',
  );
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
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
    for (const migration of migrations.slice(version)) db.exec(migration);
    if (version < migrations.length) db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
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
