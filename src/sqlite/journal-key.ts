import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { UserError } from '../restore/errors.ts';

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
    // 'wx' is atomic: of two processes that start together exactly one makes the key, and both then read it.
    writeFileSync(keyFile, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw storageError(keyFile, error);
  }
  try {
    return parseKey(readFileSync(keyFile, 'utf8').trim(), `The key file ${keyFile}`);
  } catch (error) {
    if (error instanceof UserError) throw error;
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

function storageError(keyFile: string, cause: unknown): UserError {
  return new UserError(
    'STORAGE',
    `The journal's key file ${keyFile} cannot be read or made.`,
    'Give this user the right to write there, or set PITR_JOURNAL_KEY.',
    { cause },
  );
}
