import { chmodSync, closeSync, mkdirSync, openSync, readSync, type Stats, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../restore/errors.ts';
import { keyFileOf } from './journal-key.ts';
import { refuseNetworkShare } from './network-share.ts';

/** How every SQLite file begins (https://sqlite.org/fileformat.html#the_database_header). */
const header = Buffer.from('SQLite format 3\0');

/**
 * Makes the state file ready to be opened: there, a plain file that is ours or new, readable by its owner alone from the
 * first byte on. A path somebody mistyped may name anything of the machine's: what is not ours is refused untouched.
 * @throws UserError STORAGE, or a Node.js system error
 */
export function prepareStateFile(path: string): void {
  makeFolder(dirname(path));
  if (wasCreated(path)) return;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    // A link to a file that is to be made.
    closeSync(openSync(path, 'a', 0o600));
    return;
  }
  const kind = oddKind(stats);
  if (kind !== undefined) throw notOurs(path, `is ${kind}, not a file`);
  if (stats.size === 0) refuseEmptied(path);
  else if (!beginsLikeSqlite(path)) throw notOurs(path, 'is not a state file of pitr-restore');
  chmodSync(path, 0o600);
}

/** @throws UserError STORAGE: the file holds something else than our state. */
export function notOurs(path: string, what: string): UserError {
  return new UserError(
    'STORAGE',
    `${path} ${what}. It was not changed.`,
    'PITR_DB (or RESTORE_LOCK_FILE) must name the state file, or one that does not exist yet. If this was the state file, it is damaged: restore it from a backup.',
  );
}

/** false: there is something already. */
function wasCreated(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function makeFolder(folder: string): void {
  const existing = nearestExisting(folder);
  refusePseudo(existing);
  refuseNetworkShare(existing);
  // Asked only where it can work: below /proc Node 20 would try for ever.
  if (existing !== folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
}

function nearestExisting(folder: string): string {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return nearestExisting(dirname(folder));
  if (stats.isDirectory()) return folder;
  throw notOurs(folder, `is ${oddKind(stats) ?? 'a file'}, not a folder for the state file`);
}

/** File systems of the kernel's own that a folder may be on (statfs(2), linux/magic.h): nothing that is put there is kept. */
const pseudoFileSystems: Readonly<Record<number, string>> = {
  40864: '/proc',
  1650812274: '/sys',
  1684170528: 'debugfs',
  1953653091: 'tracefs',
  1935894131: 'securityfs',
  1650812272: 'configfs',
  2613483: 'cgroup',
  1667723888: 'cgroup2',
  7377: 'devpts',
};

function refusePseudo(folder: string): void {
  if (process.platform !== 'linux') return;
  const name = pseudoFileSystems[statfsSync(folder).type >>> 0];
  if (name === undefined) return;
  throw new UserError(
    'STORAGE',
    `The state file cannot be in ${folder}: that is a view of the kernel (${name}), where no file can be made.`,
    'Point PITR_DB (or RESTORE_LOCK_FILE) at a file on a local disk.',
  );
}

function oddKind(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSocket()) return 'a socket';
  return stats.isFIFO() ? 'a named pipe' : 'a device';
}

function beginsLikeSqlite(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(header.length);
    readSync(file, start, 0, header.length, 0);
    return start.equals(header);
  } finally {
    closeSync(file);
  }
}

/**
 * SQLite takes an empty file for a new one, and throws away the log beside it. The first thing it writes is a page of the
 * file, and only then the log and our key come to be: an empty file with one of them beside it was emptied later.
 */
function refuseEmptied(path: string): void {
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
