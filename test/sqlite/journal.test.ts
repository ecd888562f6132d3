import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { journalKey } from '../../src/sqlite/journal-key.ts';
import { bob, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const secret = 'the-quick-brown-secret';
const difference = {
  kind: 'put',
  restored: { id: { N: '1' }, text: { S: secret } },
  live: { id: { N: '1' }, text: { S: `${secret} changed` } },
} as const;

function openJournal() {
  const path = join(temporaryFolder(), 'state.sqlite');
  const db = openDatabase(path);
  onTestFinished(() => {
    db.close();
  });
  const key = randomBytes(32);
  return { db, path, key, journal: createJournal(db, key) };
}

test('what goes in comes out bit for bit, in order, until it is marked as written', () => {
  const { journal } = openJournal();
  const removal = { kind: 'delete', live: { id: { N: '2' }, blob: { B: 'AAEC' } } } as const;
  journal.add('run', 'quotes', [difference, removal]);
  const entries = journal.pending('run', 'quotes', 0, 10);
  expect(entries.map((entry) => entry.difference)).toEqual([difference, removal]);
  const [first] = entries;
  if (first === undefined) throw new Error('two entries were added');
  journal.markWritten('run', 'quotes', [first.id]);
  expect(journal.pending('run', 'quotes', 0, 10).map((entry) => entry.difference)).toEqual([removal]);
  expect(journal.pending('run', 'likes', 0, 10)).toEqual([]);
});

test('no item is readable on disk, and the file is its owner’s alone', () => {
  const { db, path, journal } = openJournal();
  journal.add('run', 'quotes', [difference]);
  db.pragma('wal_checkpoint(TRUNCATE)');
  expect(readFileSync(path).includes(secret)).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('another key, another run or another table cannot open an entry', () => {
  const { db, journal } = openJournal();
  journal.add('run', 'quotes', [difference]);
  const stranger = createJournal(db, randomBytes(32));
  expect(() => stranger.pending('run', 'quotes', 0, 10)).toThrow();
  db.exec(`UPDATE journal SET label = 'likes'`);
  expect(() => journal.pending('run', 'likes', 0, 10)).toThrow();
});

test('purging forgets runs that ended before, and no others', () => {
  const { db, journal } = openJournal();
  let now = 1_000_000;
  const log = new SqliteEventLog(db, () => now);
  const old = log.begin(now, requested());
  log.decide(old, () => [{ type: 'withdrawn', by: bob }]);
  now += 60_000;
  const open = log.begin(now, requested());
  for (const runId of [old, open]) journal.add(runId, 'quotes', [difference]);
  expect(journal.purge(now)).toBe(1);
  expect(journal.pending(old, 'quotes', 0, 10)).toEqual([]);
  expect(journal.pending(open, 'quotes', 0, 10)).toHaveLength(1);
});

test('the key is made once, private, and read again; a broken one is refused', () => {
  const file = join(temporaryFolder(), 'journal.key');
  const made = journalKey(undefined, file);
  expect(made).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(journalKey(undefined, file)).toEqual(made);
  const given = randomBytes(32);
  expect(journalKey(given.toString('hex'), file)).toEqual(given);
  expect(() => journalKey('short', file)).toThrow(expect.objectContaining({ code: 'BAD_CONFIGURATION' }));
});
