import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { journalKey } from '../../src/sqlite/journal-key.ts';
import { aRequest, bob, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const secret = 'the-quick-brown-secret';
const change = {
  before: { id: { N: '1' }, text: { S: `${secret} changed` } },
  after: { id: { N: '1' }, text: { S: secret } },
} as const;
const removal = { before: { id: { N: '2' }, blob: { B: 'AAEC' } }, after: undefined } as const;
const addition = { before: undefined, after: { id: { N: '3' }, numbers: { NS: ['1e2', '0.10'] } } } as const;

function openJournal() {
  const path = join(temporaryFolder(), 'state.sqlite');
  const db = openDatabase(path);
  onTestFinished(() => {
    db.close();
  });
  const key = randomBytes(32);
  return { db, path, key, journal: createJournal(db, key) };
}

test('what goes in comes out bit for bit, in order', () => {
  const { journal } = openJournal();
  const ids = journal.add('run', 'quotes', [change, removal, addition]);
  const expected = [change, removal, addition].map((images, index) => ({
    id: ids[index],
    state: 'pending',
    ...images,
  }));
  expect(journal.read('run', 'quotes', ['pending'], undefined, 10)).toEqual(expected);
  expect(journal.read('run', 'quotes', ['pending'], undefined, 10, true)).toEqual(expected.toReversed());
  expect(journal.read('run', 'likes', ['pending'], undefined, 10)).toEqual([]);
  expect(journal.read('another run', 'quotes', ['pending'], undefined, 10)).toEqual([]);
});

test('pages go on behind the last id, in both directions', () => {
  const { journal } = openJournal();
  const [first, second, third] = journal.add('run', 'quotes', [change, removal, addition]);
  const idsOf = (after: number | undefined, backwards: boolean) =>
    journal.read('run', 'quotes', ['pending'], after, 2, backwards).map((entry) => entry.id);
  expect(idsOf(undefined, false)).toEqual([first, second]);
  expect(idsOf(second, false)).toEqual([third]);
  expect(idsOf(undefined, true)).toEqual([third, second]);
  expect(idsOf(second, true)).toEqual([first]);
});

test('an entry is found under the state it was last marked with, and counted there', () => {
  const { journal } = openJournal();
  const [first, second] = journal.add('run', 'quotes', [change, removal, addition]);
  const [fourth] = journal.add('run', 'quotes', [change], 'kept');
  if (first === undefined || second === undefined) throw new Error('three entries were added');
  journal.mark('run', 'quotes', [first, second], 'written');
  journal.mark('run', 'quotes', [second], 'put-back');
  journal.mark('another run', 'quotes', [first], 'kept');
  const found = journal.read('run', 'quotes', ['written', 'put-back', 'kept'], undefined, 10);
  expect(found.map((entry) => entry.id)).toEqual([first, second, fourth]);
  expect(journal.count('run', 'quotes')).toMatchObject({
    pending: 1,
    written: 1,
    kept: 1,
    superseded: 0,
    'put-back': 1,
    'changed-since': 0,
  });
});

test('a comparison that has to be made again drops what is pending and nothing else', () => {
  const { journal } = openJournal();
  const [first] = journal.add('run', 'quotes', [change, removal]);
  journal.add('run', 'likes', [change]);
  if (first === undefined) throw new Error('two entries were added');
  journal.mark('run', 'quotes', [first], 'written');
  journal.dropPending('run', 'quotes');
  expect(journal.count('run', 'quotes')).toMatchObject({ pending: 0, written: 1 });
  expect(journal.count('run', 'likes')).toMatchObject({ pending: 1 });
});

test('no item is readable on disk, and the file is its owner’s alone', () => {
  const { db, path, journal } = openJournal();
  journal.add('run', 'quotes', [change]);
  db.pragma('wal_checkpoint(TRUNCATE)');
  expect(readFileSync(path).includes(secret)).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('another key, another run or another table cannot open an entry', () => {
  const { db, journal } = openJournal();
  journal.add('run', 'quotes', [change]);
  const cannotOpen = expect.objectContaining({ code: 'STORAGE', hint: expect.stringContaining('PITR_JOURNAL_KEY') });
  const stranger = createJournal(db, randomBytes(32));
  expect(() => stranger.read('run', 'quotes', ['pending'], undefined, 10)).toThrow(cannotOpen);
  db.exec(`UPDATE journal SET label = 'likes'`);
  expect(() => journal.read('run', 'likes', ['pending'], undefined, 10)).toThrow(cannotOpen);
});

test('a page of the largest items ends before they fill the memory, and the next one goes on behind it', () => {
  const { journal } = openJournal();
  const large = (index: number) => ({ id: { S: String(index) }, text: { S: 'x'.repeat(400_000) } });
  const entries = Array.from({ length: 50 }, (_, index) => ({ before: large(index), after: large(-index) }));
  const ids = journal.add('run', 'quotes', entries);
  const first = journal.read('run', 'quotes', ['pending'], undefined, 500);
  expect(first.length).toBeGreaterThan(10);
  expect(first.length).toBeLessThan(30);
  // Who wants fewer entries has less memory in mind, and gets one at least.
  expect(journal.read('run', 'quotes', ['pending'], undefined, 100).length).toBeLessThan(6);
  expect(journal.read('run', 'quotes', ['pending'], undefined, 2)).toHaveLength(1);
  const read = [...first];
  while (read.length < entries.length) {
    read.push(...journal.read('run', 'quotes', ['pending'], read.at(-1)?.id, 500));
  }
  expect(read.map(({ id }) => id)).toEqual(ids);
});

test('purging forgets runs that have ended, and no others', () => {
  const { db, journal } = openJournal();
  const now = 1_000_000;
  const log = new SqliteEventLog(db, () => now);
  const [old, open] = [log.begin(now, requested()), log.begin(now, requested())];
  log.decide(old, () => [{ type: 'withdrawn', by: bob }]);
  for (const runId of [old, open]) journal.mark(runId, 'quotes', journal.add(runId, 'quotes', [change]), 'attempted');
  expect(journal.runs()).toEqual([old]);
  expect(journal.purge([old, open])).toBe(1);
  expect(journal.count(old, 'quotes').attempted).toBe(0);
  expect(journal.count(open, 'quotes').attempted).toBe(1);
  // Nothing of the others is left: not what became of them either.
  expect(db.prepare('SELECT count(*) FROM journal_states').pluck().get()).toBe(1);
  expect(journal.runs()).toEqual([]);
});

test('what is being undone is not purged before that has ended', () => {
  const { db, journal } = openJournal();
  const now = 1_000_000;
  const log = new SqliteEventLog(db, () => now);
  const done = log.begin(now, requested());
  log.decide(done, () => [{ type: 'withdrawn', by: bob }]);
  journal.add(done, 'quotes', [change]);
  const undo = log.begin(now, requested({ request: aRequest({ undoOf: done }) }));
  expect(journal.purge([done])).toBe(0);
  log.decide(undo, () => [{ type: 'withdrawn', by: bob }]);
  expect(journal.purge([done])).toBe(1);
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
