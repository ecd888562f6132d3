import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeAudit } from '../../src/restore/audit.ts';
import { perhapsWritten } from '../../src/restore/journal-states.ts';
import type { RestoreRequest } from '../../src/restore/request.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { Database } from '../../src/sqlite/driver.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { migrations } from '../../src/sqlite/migrations.ts';
import { aRequest, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** State files as released versions have left them, each with one finished restore of thirty-five items in it. */
const released = [{ version: '0.1.0', migrations: 1, run: 'restore-2026-11-22T12-04-04Z' }] as const;

/** What the items in the fixtures are sealed with. */
const key = Buffer.alloc(32, 7);

function copyOf(version: string): string {
  const path = join(temporaryFolder(), 'state.sqlite');
  copyFileSync(join(import.meta.dirname, `../fixtures/state-${version}.sqlite`), path);
  return path;
}

test.for(released)('a state file of $version is opened, and all that is in it is of use', ({ version, run }) => {
  const db = openDatabase(copyOf(version));
  onTestFinished(() => {
    db.close();
  });
  expect(db.pragma('user_version', { simple: true })).toBe(migrations.length);
  const now = () => Date.parse('2026-11-22T13:00:00Z');
  const log = new SqliteEventLog(db, now);
  expect(makeAudit(log).auditVerify()).toMatchObject({ intact: true });
  expect(log.run(run)).toMatchObject({ state: 'COMPLETED', tables: [{ swapped: { put: 30, delete: 5 } }] });
  const journal = createJournal(db, key);
  const entries = journal.read(run, 'quotes', perhapsWritten, undefined, 100);
  expect(entries).toHaveLength(35);
  expect(entries.map(({ before }) => before?.['text'])).toContainEqual({ S: 'corrupt' });
  expect(journal.runs()).toEqual([run]);
  const undo = log.begin(now(), requested({ request: aRequest({ undoOf: run }) }));
  expect(log.undosOf(run).map(({ id }) => id)).toEqual([undo]);
});

test('what became of entries in a released file is known, and can change', () => {
  const [{ version, run }] = released;
  const db = openDatabase(copyOf(version));
  onTestFinished(() => {
    db.close();
  });
  const journal = createJournal(db, key);
  const [first, second] = journal.read(run, 'quotes', ['written'], undefined, 2);
  if (first === undefined || second === undefined) throw new Error('It has thirty-five of them');
  journal.mark(run, 'quotes', [first.id], 'put-back');
  expect(journal.count(run, 'quotes')).toMatchObject({ written: 34, 'put-back': 1 });
  expect(journal.read(run, 'quotes', ['written'], undefined, 1)).toEqual([second]);
});

test('a released program that still has the file open fails, where it would read and drop states that have moved', () => {
  const path = copyOf('0.1.0');
  const old = new Database(path);
  const statements = [
    "SELECT count(*) FROM journal WHERE state = 'written'",
    "UPDATE journal SET state = 'attempted' WHERE id = 1",
    "DELETE FROM journal WHERE state = 'pending'",
    "INSERT INTO journal (run_id, label, state, sealed) VALUES ('run', 'quotes', 'pending', x'00')",
  ].map((sql) => old.prepare(sql));
  const ours = openDatabase(path);
  onTestFinished(() => {
    old.close();
    ours.close();
  });
  for (const statement of statements) {
    expect(() => (statement.reader ? statement.get() : statement.run())).toThrow(/no (such )?column|has no column/);
  }
});

test('while a released program carries out a restore its file is left as it is, and brought up to date once it is gone', () => {
  const path = copyOf('0.1.0');
  const old = new Database(path);
  onTestFinished(() => {
    old.close();
  });
  old.prepare("INSERT INTO runs (id, ended, requested_at, last_seq) VALUES ('a-restore', 0, 0, 36)").run();
  const take = old.prepare("UPDATE lock SET run_id = 'a-restore', host = 'there', pid = 7, expires_at = ?");
  take.run(Date.now() + 60_000);
  expect(() => openDatabase(path)).toThrow(
    expect.objectContaining({ code: 'STORAGE', message: expect.stringContaining('carrying out a-restore') }),
  );
  expect(old.pragma('user_version', { simple: true })).toBe(1);
  take.run(Date.now() - 60_000);
  openDatabase(path).close();
  expect(old.pragma('user_version', { simple: true })).toBe(migrations.length);
});

/** Version 0.1.0's file with one more run in it as that version wrote it, no more than the event and its row; opened by ours. */
function logWithOld(runId: string, request: RestoreRequest): SqliteEventLog {
  const path = copyOf('0.1.0');
  const old = new Database(path);
  const body = JSON.stringify(requested({ request }));
  old.prepare(`INSERT INTO events (seq, run_id, at, body, hash) VALUES (36, ?, 0, ?, 'x')`).run(runId, body);
  old.prepare('INSERT INTO runs (id, ended, requested_at, last_seq) VALUES (?, 0, 0, 36)').run(runId);
  old.close();
  const db = openDatabase(path);
  onTestFinished(() => {
    db.close();
  });
  return new SqliteEventLog(db, Date.now);
}

test('an undo that a released version has made is found as one', () => {
  const [{ run }] = released;
  const log = logWithOld('the-undo', aRequest({ undoOf: run }));
  expect(log.undosOf(run).map(({ id }) => id)).toEqual(['the-undo']);
});

test('a drill that was made before drills were looked up by themselves is found as one', () => {
  const log = logWithOld('the-drill', aRequest({ drill: true }));
  expect([...log.drillsOf(aRequest().environment)].map(({ id }) => id)).toEqual(['the-drill']);
  expect([...log.drillsOf('elsewhere')]).toEqual([]);
});

test('each released file is as its version left it: a change of the shape is a new migration', () => {
  for (const { version, migrations: applied } of released) {
    const db = new Database(copyOf(version));
    const shape = (file: InstanceType<typeof Database>) =>
      file.prepare(`SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name`).all();
    const fresh = new Database(':memory:');
    for (const migration of migrations.slice(0, applied)) fresh.exec(migration);
    expect(shape(fresh)).toEqual(shape(db));
    expect(db.pragma('user_version', { simple: true })).toBe(applied);
    db.close();
    fresh.close();
  }
});
