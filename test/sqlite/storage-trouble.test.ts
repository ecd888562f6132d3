import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeAudit } from '../../src/restore/audit.ts';
import type { SqliteFile } from '../../src/sqlite/database.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { driverName } from '../../src/sqlite/driver.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { journalKey, keyFileOf } from '../../src/sqlite/journal-key.ts';
import { createLock } from '../../src/sqlite/lock.ts';
import { thisProcess } from '../../src/sqlite/this-process.ts';
import { bob, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');
const key = Buffer.alloc(32, 7);

function openState(path = join(temporaryFolder(), 'state.sqlite'), busyMs = 50) {
  const db = openDatabase(path, busyMs);
  onTestFinished(() => {
    db.close();
  });
  const log = new SqliteEventLog(db, () => noon);
  return { path, db, log, journal: createJournal(db, key), lock: createLock(db, () => noon, thisProcess()) };
}

/** An image of about this size. */
const image = (bytes: number) => ({ id: { N: '1' }, text: { S: randomBytes(bytes / 2).toString('hex') } });
const entries = (count: number, bytes: number) =>
  Array.from({ length: count }, () => ({ before: image(bytes), after: undefined }));

/** Honest SQLITE_FULL: from here on the file may grow by this many pages only. */
function leaveRoom(db: SqliteFile, pages: number): void {
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + pages}`);
}

const storage = (what: string) => expect.objectContaining({ code: 'STORAGE', message: expect.stringContaining(what) });

/** Another program that has the file locked, until it is killed. */
async function keepBusy(path: string) {
  const code = `
    const db = new (require(process.argv[1]))(process.argv[2]);
    db.exec('BEGIN EXCLUSIVE');
    console.log('locked');
    process.stdin.resume();`;
  const driver = createRequire(import.meta.url).resolve(driverName);
  const child = spawn(process.execPath, ['-e', code, driver, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
}

test('on a full disk the journal takes a batch whole or not at all, and says so', () => {
  const { db, journal, log } = openState();
  journal.add('run', 'quotes', entries(3, 1000));
  leaveRoom(db, 20);
  expect(() => journal.add('run', 'quotes', entries(100, 4000))).toThrow(storage('the disk is full (SQLITE_FULL)'));
  expect(journal.count('run', 'quotes').pending).toBe(3);
  // What was rolled back left room for the last words.
  const id = log.begin(noon, requested());
  expect(log.run(id)?.state).toBe('AWAITING_APPROVAL');
  leaveRoom(db, 1000);
  expect(journal.add('run', 'quotes', entries(100, 4000))).toHaveLength(100);
});

test('on a full disk no event is half written', () => {
  const { db, log } = openState();
  const id = log.begin(noon, requested());
  leaveRoom(db, 0);
  const warnings = Array.from(
    { length: 100 },
    () => ({ type: 'preflight-warning', message: 'x'.repeat(1000) }) as const,
  );
  expect(() => log.decide(id, () => warnings)).toThrow(storage('the disk is full'));
  expect(log.ofRun(id)).toHaveLength(1);
  expect(makeAudit(log).auditVerify()).toMatchObject({ rows: 1, intact: true });
});

test('a file that cannot be written to is named by every part, and still read', () => {
  const { db, log, journal, lock } = openState();
  const id = log.begin(noon, requested());
  db.pragma('query_only = ON');
  const readOnly = storage('it cannot be written to (SQLITE_READONLY');
  expect(() => log.begin(noon, requested())).toThrow(readOnly);
  expect(() => log.decide(id, () => [{ type: 'withdrawn', by: bob }])).toThrow(readOnly);
  expect(() => journal.add('run', 'quotes', entries(1, 10))).toThrow(readOnly);
  expect(() => lock.take('run')).toThrow(readOnly);
  expect(() => lock.renew(1)).toThrow(readOnly);
  expect(log.run(id)?.state).toBe('AWAITING_APPROVAL');
});

test('a file that another program keeps busy is refused when the patience ends, and works afterwards', async () => {
  const { path, log, journal, lock } = openState();
  const id = log.begin(noon, requested());
  const letGo = await keepBusy(path);
  const busy = storage('another program keeps it busy (SQLITE_BUSY');
  expect(() => journal.add('run', 'quotes', entries(1, 10))).toThrow(busy);
  expect(() => log.decide(id, () => [{ type: 'withdrawn', by: bob }])).toThrow(busy);
  expect(() => lock.take('run')).toThrow(busy);
  expect(() => openDatabase(path, 50)).toThrow(busy);
  expect(log.run(id)?.state).toBe('AWAITING_APPROVAL');
  await letGo();
  log.decide(id, () => [{ type: 'withdrawn', by: bob }]);
  expect(log.run(id)?.state).toBe('WITHDRAWN');
});

test('a bug of ours is not taken for a trouble of the disk', () => {
  const { db, log } = openState();
  log.begin(noon, requested());
  const wrong = () => {
    db.exec('SELECT nothing FROM nowhere');
    return [];
  };
  expect(() => log.decide(log.recent(1)[0]?.id ?? '', wrong)).toThrow(expect.not.objectContaining({ code: 'STORAGE' }));
});

/** A state file with a history, closed, so that all of it is in the one file. */
function closedFile(): string {
  const path = join(temporaryFolder(), 'state.sqlite');
  const db = openDatabase(path);
  const log = new SqliteEventLog(db, () => noon);
  for (let n = 0; n < 50; n += 1) log.begin(noon + n * 1000, requested());
  db.close();
  return path;
}

test('a file that lost its end is refused, not taken for a smaller one', () => {
  const path = closedFile();
  truncateSync(path, statSync(path).size - 4096);
  expect(() => openDatabase(path)).toThrow(storage('it is damaged (SQLITE_CORRUPT'));
});

test('a file that was overwritten inside is refused as soon as that part is read', () => {
  const path = closedFile();
  const file = openSync(path, 'r+');
  for (let page = 1; page * 4096 < statSync(path).size; page += 1) writeSync(file, randomBytes(64), 0, 64, page * 4096);
  closeSync(file);
  expect(() => openState(path).log.recent(100)).toThrow(storage('it is damaged (SQLITE_CORRUPT'));
});

/** What a power cut leaves: the files as they are on the disk while the program has them open. */
function afterPowerCut({ path }: { path: string }): string {
  const copy = join(temporaryFolder(), 'state.sqlite');
  for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, `${copy}${end}`);
  return copy;
}

test('after a power cut everything that was committed is there', () => {
  const state = openState();
  for (let n = 0; n < 20; n += 1) state.log.begin(noon + n * 1000, requested());
  state.journal.add('run', 'quotes', entries(10, 5000));
  const { log, journal } = openState(afterPowerCut(state));
  expect(makeAudit(log).auditVerify()).toMatchObject({ rows: 20, intact: true });
  expect(journal.count('run', 'quotes').pending).toBe(10);
});

test('a commit that a crash cut short never happened, and nothing before it is lost', () => {
  const state = openState();
  for (let n = 0; n < 20; n += 1) state.log.begin(noon + n * 1000, requested());
  const copy = afterPowerCut(state);
  truncateSync(`${copy}-wal`, statSync(`${copy}-wal`).size - 100);
  const { log } = openState(copy);
  expect(makeAudit(log).auditVerify()).toMatchObject({ rows: 19, intact: true });
  expect(log.recent(100)).toHaveLength(19);
});

test('a file that was emptied beside its log is refused, and the log is kept', () => {
  const state = openState();
  state.log.begin(noon, requested());
  const copy = afterPowerCut(state);
  truncateSync(copy, 0);
  const before = readFileSync(`${copy}-wal`);
  expect(() => openDatabase(copy)).toThrow(storage('is empty, but it was not always'));
  expect(readFileSync(`${copy}-wal`)).toEqual(before);
});

test('an emptied file is also known by the key beside it; a new one may be empty', () => {
  const path = closedFile();
  journalKey(undefined, keyFileOf(path));
  truncateSync(path, 0);
  expect(() => openDatabase(path)).toThrow(storage('.key lies beside it'));
  const fresh = join(temporaryFolder(), 'state.sqlite');
  writeFileSync(fresh, '');
  expect(openState(fresh).log.recent(1)).toEqual([]);
});

/** Whether these bytes are anywhere in the files of the state. */
function onDisk(path: string, bytes: Buffer): boolean {
  return ['', '-wal'].some((end) => readFileSync(`${path}${end}`).includes(bytes));
}

function journalOfEndedRun() {
  const state = openState();
  const { db, log, journal } = state;
  const runId = log.begin(noon, requested());
  log.decide(runId, () => [{ type: 'withdrawn', by: bob }]);
  // One that fits into a page and one that needs pages of its own.
  journal.add(runId, 'quotes', [...entries(1, 300), ...entries(1, 50_000)]);
  const sealed = db.prepare<[], Buffer>('SELECT sealed FROM journal').pluck().all();
  // GCM's tag and the first bytes of the text, and the last ones: random to everybody, so found only if they are there.
  const traces = sealed.flatMap((bytes) => [bytes.subarray(12, 60), bytes.subarray(-48)]);
  return { ...state, runId, traces };
}

test('what is purged is really gone from the file and its log', () => {
  const { path, db, journal, runId, traces } = journalOfEndedRun();
  expect(traces.map((trace) => onDisk(path, trace))).toEqual([true, true, true, true]);
  db.pragma('wal_checkpoint(PASSIVE)');
  expect(readFileSync(path).includes(traces[0] ?? '')).toBe(true);
  expect(journal.purge([runId])).toBe(2);
  expect(traces.map((trace) => onDisk(path, trace))).toEqual([false, false, false, false]);
});

test('what a reader kept from being purged is gone after the next purge', () => {
  const { path, journal, runId, traces } = journalOfEndedRun();
  const reader = openState(path).db;
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM journal').get();
  journal.purge([runId]);
  expect(traces.some((trace) => onDisk(path, trace))).toBe(true);
  reader.exec('COMMIT');
  journal.purge([runId]);
  expect(traces.map((trace) => onDisk(path, trace))).toEqual([false, false, false, false]);
});
