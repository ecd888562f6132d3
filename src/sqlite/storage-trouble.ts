import { UserError } from '../restore/errors.ts';
import { Database } from './driver.ts';

type Trouble = { readonly what: string; readonly hint: string };

const damaged: Trouble = {
  what: 'it is damaged',
  hint: 'Keep the file and what lies beside it (-wal, .key). Restore it from a backup, or point PITR_DB at a new file: restore tables and journals that only this file knows of are then yours to look after.',
};

/** By primary result code (https://sqlite.org/rescode.html). A code that is not here is a bug of ours, not a trouble. */
const troubles: Readonly<Record<string, Trouble>> = {
  SQLITE_FULL: {
    what: 'the disk is full',
    hint: 'Make room on the disk that holds the file, then try again.',
  },
  SQLITE_BUSY: {
    what: 'another program keeps it busy',
    hint: 'Look for a program that has the file open (a shell with sqlite3, a backup), end it, then try again.',
  },
  SQLITE_READONLY: {
    what: 'it cannot be written to',
    hint: 'Give this user the right to write to the file and to its folder, then try again.',
  },
  SQLITE_CANTOPEN: {
    what: 'it cannot be opened',
    hint: 'PITR_DB names the file; it must be on a local disk, in a folder this user can write to.',
  },
  SQLITE_PERM: { what: 'this user may not use it', hint: 'Give this user the right to read and write the file.' },
  SQLITE_IOERR: {
    what: 'the disk does not do what it is asked to',
    hint: 'Look at the state of the disk that holds the file (space, quota, kernel log), then try again.',
  },
  SQLITE_PROTOCOL: {
    what: 'its locks do not work',
    hint: 'The file must be on a local disk: move it there and point PITR_DB at it.',
  },
  SQLITE_NOMEM: { what: 'there is no memory left for it', hint: 'Give the program more memory, then try again.' },
  SQLITE_CORRUPT: damaged,
  SQLITE_NOTADB: {
    what: 'it is not a state file of pitr-restore',
    hint: 'PITR_DB names the file: point it at another one. A file that was one is damaged: restore it from a backup.',
  },
};

/** What a person can know and do about an error of SQLite; undefined: it is none, or a bug of ours. */
export function troubleIn(error: unknown): Trouble | undefined {
  if (!(error instanceof Database.SqliteError)) return undefined;
  const trouble = troubles[error.code.split('_').slice(0, 2).join('_')];
  return trouble && { what: `${trouble.what} (${error.code})`, hint: trouble.hint };
}

/**
 * Does what needs the file; what SQLite then has to say about disk, rights or damage leaves as a UserError.
 * @throws UserError STORAGE
 */
export function inStorage<T>(work: () => T, file = 'The state file'): T {
  try {
    return work();
  } catch (error) {
    const trouble = troubleIn(error);
    if (trouble === undefined) throw error;
    throw new UserError('STORAGE', `${file} cannot be used: ${trouble.what}.`, trouble.hint, { cause: error });
  }
}

/** The same adapter, each of its methods inside `inStorage`. */
export function reportingStorageTrouble<T extends object>(adapter: T, file?: string): T {
  return new Proxy(adapter, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => inStorage((): unknown => member.apply(target, args), file);
    },
  });
}
