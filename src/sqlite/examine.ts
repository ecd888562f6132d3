/** What `doctor` finds out about the state file, without changing it: not even to a newer version. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { asUserError, UserError } from '../restore/errors.ts';
import type { SqliteFile } from './database.ts';
import { Database } from './driver.ts';
import { keyFileOf } from './journal-key.ts';
import { migrations } from './migrations.ts';
import { refuseNetworkShare } from './network-share.ts';
import { troubleIn } from './storage-trouble.ts';

export type FileFinding = { readonly ok: boolean; readonly message: string; readonly hint: string };

/** Each of them is looked at, whatever the one before it says. */
export function examineStateFile(path: string): {
  readonly findings: readonly FileFinding[];
  /** It is there, and of this program's version. */
  readonly isCurrent: boolean;
} {
  if (!existsSync(path)) {
    const fresh = good(`The state file ${path} does not exist yet; the first start makes it.`);
    return { findings: [looked(() => place(path)), fresh], isCurrent: false };
  }
  let isCurrent = false;
  const whole = looked(() => {
    const { version, finding } = content(path);
    isCurrent = version === migrations.length;
    return finding;
  });
  return { findings: [looked(() => place(path)), whole, looked(() => key(keyFileOf(path)))], isCurrent };
}

function good(message: string): FileFinding {
  return { ok: true, message, hint: '' };
}

function bad(message: string, hint: string): FileFinding {
  return { ok: false, message, hint };
}

function looked(look: () => FileFinding): FileFinding {
  try {
    return look();
  } catch (error) {
    if (error instanceof UserError) return bad(error.message, error.hint);
    const trouble = troubleIn(error);
    if (trouble !== undefined) return bad(`The state file cannot be read: ${trouble.what}.`, trouble.hint);
    if (!(error instanceof Error && 'code' in error)) throw error;
    return bad(`The state file cannot be looked at (${String(error.code)}).`, asUserError(error).hint);
  }
}

function place(path: string): FileFinding {
  const folder = nearestExisting(dirname(path));
  refuseNetworkShare(folder);
  if (!isWritable(folder)) {
    return bad(`The folder ${folder} cannot be written to by this user.`, 'Give it to this user, or set PITR_DB.');
  }
  if (existsSync(path) && !isWritable(path)) {
    return bad(`The state file ${path} cannot be written to by this user.`, 'Give it to this user, or set PITR_DB.');
  }
  return good(`${folder} is on this machine and can be written to.`);
}

function content(path: string): { readonly version: number; readonly finding: FileFinding } {
  const db = new Database(path, { readonly: true, timeout: 5_000 });
  try {
    const version = Number(db.pragma('user_version', { simple: true }));
    return { version, finding: judged(db, version, path) };
  } finally {
    db.close();
  }
}

function judged(db: SqliteFile, version: number, path: string): FileFinding {
  if (version > migrations.length) {
    return bad(
      `The state file is of a newer pitr-restore (file version ${version}, this program knows ${migrations.length}).`,
      'Upgrade this program, or point PITR_DB at another file.',
    );
  }
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  if (tables.length > 0 && !tables.includes('events_end')) {
    return bad(`${path} is an SQLite file of another program.`, 'PITR_DB must name the state file, or one to be made.');
  }
  const result = String(db.pragma('integrity_check(1)', { simple: true }));
  if (result !== 'ok') {
    return bad(`The state file ${path} is damaged.`, 'Stop every pitr-restore and restore the file from a backup.');
  }
  const age = version < migrations.length ? ' It is of an older version; the next start brings it up to date.' : '';
  return good(`The state file ${path} is whole (version ${version}).${age}`);
}

/** Without it, or in other hands, the journal's images are of no use, or everybody's. */
function key(file: string): FileFinding {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return good('The journal key is made on first use, or comes from PITR_JOURNAL_KEY.');
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    return bad(`The key file ${file} can be read by others.`, `Type: chmod 600 ${file}`);
  }
  return good(`The key file ${file} is its owner's alone.`);
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
