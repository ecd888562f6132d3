import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { journalKey, keyFileOf } from '../../src/sqlite/journal-key.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const built = fileURLToPath(new URL('../../dist/sqlite/journal-key.js', import.meta.url));

test('a key is made once, whole, for its owner alone, and nothing else is left beside it', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'state.sqlite.key');
  const key = journalKey(undefined, file);
  expect(key).toHaveLength(32);
  expect(journalKey(undefined, file)).toEqual(key);
  expect(readFileSync(file, 'utf8')).toBe(`${key.toString('hex')}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['state.sqlite.key']);
});

test('of many processes that make it at once all have the same', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'state.sqlite.key');
  // All wait for the same moment, so that none is done before the last one has started.
  const code = `
    const { journalKey } = await import(process.argv[1]);
    while (Date.now() < Number(process.argv[3]));
    console.log(journalKey(undefined, process.argv[2]).toString('hex'));`;
  const moment = String(Date.now() + 1_500);
  const keys = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code, built, file, moment]);
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += String(chunk);
      });
      await once(child, 'close');
      return said.trim();
    }),
  );
  expect(new Set(keys)).toEqual(new Set([readFileSync(file, 'utf8').trim()]));
  expect(readdirSync(folder)).toEqual(['state.sqlite.key']);
});

/** A state file whose key file was emptied. */
function emptied(withEntry: boolean) {
  const path = join(temporaryFolder(), 'state.sqlite');
  const db = openDatabase(path);
  const journal = createJournal(db, journalKey(undefined, keyFileOf(path)));
  if (withEntry) journal.add('run', 'quotes', [{ before: { id: { N: '1' } }, after: undefined }]);
  db.close();
  writeFileSync(keyFileOf(path), '');
  return path;
}

test('an empty key file is replaced while nothing is sealed', () => {
  const path = emptied(false);
  openDatabase(path).close();
  expect(journalKey(undefined, keyFileOf(path))).toHaveLength(32);
  expect(readFileSync(keyFileOf(path), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
});

test('one that sealed something is left, and said to be what it is; a key of the environment does without it', () => {
  const path = emptied(true);
  openDatabase(path).close();
  expect(() => journalKey(undefined, keyFileOf(path))).toThrow(
    expect.objectContaining({
      code: 'STORAGE',
      message: expect.stringContaining(`${keyFileOf(path)} is empty`),
      hint: expect.stringMatching(/backup.*move it away/),
    }),
  );
  expect(readFileSync(keyFileOf(path), 'utf8')).toBe('');
  expect(journalKey('ab'.repeat(32), keyFileOf(path))).toHaveLength(32);
});
