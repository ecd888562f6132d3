import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../restore/errors.ts';
import { migrations } from './migrations.ts';

export type SqliteFile = Database.Database;

/** The one file that the bot and the command line share: lock, events, journal, deliveries. */
export function openDatabase(path: string): SqliteFile {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    makePrivate(path);
    const db = new Database(path);
    db.pragma('journal_mode = WAL');
    // A journal row must survive a power cut before the item it saves is overwritten: WAL with NORMAL would not promise that.
    db.pragma('synchronous = FULL');
    db.pragma('secure_delete = ON');
    db.pragma('busy_timeout = 10000');
    migrate(db);
    return db;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      'STORAGE',
      `The state file ${path} cannot be opened: ${reasonOf(error)}.`,
      'PITR_DB names the file; it must be on a local disk, in a folder this user can write to.',
      { cause: error },
    );
  }
}

/** Readable by its owner alone, from the first byte on. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
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
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'unknown reason';
}
