import { randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../restore/errors.ts';
import type { SqliteFile } from './database.ts';

/** Where the key lies that is made on first use. Made after the state file, so it is never there before it. */
export function keyFileOf(databaseFile: string): string {
  return `${databaseFile}.key`;
}

/**
 * The 32 bytes that seal the journal: from PITR_JOURNAL_KEY (hex or base64), else from a file beside the state file that
 * is made on first use, readable by its owner alone.
 * @throws UserError BAD_CONFIGURATION, STORAGE
 */
export function journalKey(fromEnvironment: string | undefined, keyFile: string): Buffer {
  if (fromEnvironment !== undefined) return parseKey(fromEnvironment, 'PITR_JOURNAL_KEY');
  try {
    // A link is atomic and overwrites nothing: of two processes that start together one makes the key, and both read it.
    if (sizeOf(keyFile) === undefined) placeNewKey(keyFile, linkSync);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw storageError(keyFile, error);
  }
  const text = readKeyFile(keyFile);
  if (text === '') throw emptyKey(keyFile);
  return parseKey(text, `The key file ${keyFile}`);
}

/**
 * Puts a new key into the place of an empty key file (an older program that was killed made one) as long as nothing in
 * the journal was sealed with the one that is gone. Under the lock of the state file, so that two do not do it at once.
 */
export function replaceEmptyKey(db: SqliteFile, keyFile: string): void {
  const isEmpty = () => sizeOf(keyFile) === 0;
  if (!isEmpty()) return;
  const hasEntries = db.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM journal)').pluck();
  db.transaction(() => {
    if (isEmpty() && hasEntries.get() === 0) placeNewKey(keyFile, renameSync);
  }).immediate();
}

/** Whole on the disk before it has its name: a crash leaves a key or none, never half of one. */
function placeNewKey(keyFile: string, place: (from: string, to: string) => void): void {
  const made = `${keyFile}.${randomUUID()}`;
  try {
    writeFileSync(made, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600, flush: true });
    place(made, keyFile);
    if (process.platform !== 'win32') syncFolder(dirname(keyFile));
  } finally {
    rmSync(made, { force: true });
  }
}

/** The name, too, must survive a power cut before the first thing is sealed. */
function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function readKeyFile(keyFile: string): string {
  try {
    return readFileSync(keyFile, 'utf8').trim();
  } catch (error) {
    throw storageError(keyFile, error);
  }
}

function parseKey(text: string, source: string): Buffer {
  const key = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64');
  if (key.length !== 32) {
    throw new UserError(
      'BAD_CONFIGURATION',
      `${source} is not a key: 32 bytes in hex or base64 are needed.`,
      'Make one with: openssl rand -base64 32',
    );
  }
  return key;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function emptyKey(keyFile: string): UserError {
  return new UserError(
    'STORAGE',
    `The journal's key file ${keyFile} is empty, and the journal holds images that were sealed with the key it had.`,
    'Put the file back from a backup. Without one, move it away: a new key is made, and what restores overwrote before can no longer be undone.',
  );
}

function storageError(keyFile: string, cause: unknown): UserError {
  return new UserError(
    'STORAGE',
    `The journal's key file ${keyFile} cannot be read or made.`,
    'Give this user the right to write there, or set PITR_JOURNAL_KEY.',
    { cause },
  );
}
