import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeAudit } from '../../src/restore/audit.ts';
import { chainHash } from '../../src/restore/audit-chain.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { Database } from '../../src/sqlite/driver.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { bob, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');

type Row = { seq: number; run_id: string; at: number; body: string; hash: string };

/** A log of ten rows (five requests, each withdrawn), and a stranger with the file in hand and its triggers dropped. */
function tenRows() {
  const path = join(temporaryFolder(), 'state.sqlite');
  const db = openDatabase(path);
  const stranger = new Database(path);
  onTestFinished(() => {
    stranger.close();
    db.close();
  });
  const log = new SqliteEventLog(db, () => noon);
  for (let n = 0; n < 5; n += 1) {
    const id = log.begin(noon + n * 1000, requested());
    log.decide(id, () => [{ type: 'withdrawn', by: bob }]);
  }
  stranger.exec('DROP TRIGGER events_are_never_changed; DROP TRIGGER events_are_never_removed');
  const row = (seq: number) => {
    const found = stranger.prepare<[number], Row>('SELECT * FROM events WHERE seq = ?').get(seq);
    if (found === undefined) throw new Error(`There is no row ${seq}`);
    return found;
  };
  const insert = stranger.prepare<Row>('INSERT INTO events VALUES (:seq, :run_id, :at, :body, :hash)');
  const audit = makeAudit(log);
  const found = () => audit.auditVerify().findings.map(({ kind, seq }) => `${kind} ${seq}`);
  return { db, log, stranger, row, insert, audit, found };
}

/** As the program would compute it: what a careful forger knows, too. */
function hashOf(previous: string, { seq, run_id, at, body }: Row): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, seq, run_id, at, body]))
    .digest('hex');
}

test('a log that nobody touched is intact, and says where it ends', () => {
  const { audit, row } = tenRows();
  const report = audit.auditVerify();
  expect(report).toEqual({ rows: 10, end: { seq: 10, hash: row(10).hash }, findings: [], intact: true });
});

test('an empty log is intact', () => {
  const db = openDatabase(join(temporaryFolder(), 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  expect(makeAudit(new SqliteEventLog(db, () => noon)).auditVerify()).toMatchObject({ rows: 0, intact: true });
});

test.for([1, 4, 10])('a changed byte in row %i is found, with its run, and no other row is blamed', (seq) => {
  const { stranger, row, audit } = tenRows();
  stranger
    .prepare('UPDATE events SET body = ? WHERE seq = ?')
    .run(row(seq).body.replace('T0SANDBOX', 'T0SANDBOY'), seq);
  expect(audit.auditVerify()).toMatchObject({
    intact: false,
    rows: 10,
    findings: [{ kind: 'changed', seq, runId: row(seq).run_id, message: expect.stringContaining(`Row ${seq} `) }],
  });
});

test.for(['at', 'run_id', 'hash'])('a changed %s is found, and no other row is blamed', (column) => {
  const { stranger, found } = tenRows();
  stranger.prepare(`UPDATE events SET ${column} = 12345 WHERE seq = 4`).run();
  expect(found()).toEqual(['changed 4']);
});

test('a changed row whose hash was made to fit breaks at the next row', () => {
  const { stranger, row, found } = tenRows();
  const forged = { ...row(4), body: '{"type":"withdrawn","by":{"kind":"system"}}' };
  stranger.prepare('UPDATE events SET body = ?, hash = ? WHERE seq = 4').run(forged.body, hashOf(row(3).hash, forged));
  expect(found()).toEqual(['changed 5']);
});

test('a chain written anew from the middle to its last row does not end where it was recorded', () => {
  const { stranger, row, found } = tenRows();
  let previous = row(7).hash;
  for (const seq of [8, 9, 10]) {
    const forged = { ...row(seq), at: noon + 1 };
    previous = hashOf(previous, forged);
    stranger.prepare('UPDATE events SET at = ?, hash = ? WHERE seq = ?').run(forged.at, previous, seq);
  }
  expect(found()).toEqual(['changed 10']);
});

test.for([
  { from: 1, to: 1 },
  { from: 4, to: 4 },
  { from: 4, to: 6 },
  { from: 9, to: 10 },
  { from: 1, to: 10 },
])('rows $from to $to, removed, are missed', ({ from, to }) => {
  const { stranger, audit } = tenRows();
  stranger.prepare('DELETE FROM events WHERE seq BETWEEN ? AND ?').run(from, to);
  expect(audit.auditVerify()).toMatchObject({
    intact: false,
    findings: [
      { kind: 'missing', seq: from, message: expect.stringContaining(from === to ? `${to}` : `${from} to ${to}`) },
    ],
  });
});

test('rows cut off the end are still missed after the log has gone on', () => {
  const { log, stranger, found } = tenRows();
  stranger.prepare('DELETE FROM events WHERE seq >= 9').run();
  log.begin(noon + 60_000, requested());
  expect(found()).toEqual(['missing 9']);
});

test('a removed row is not hidden by moving up those behind it', () => {
  const { stranger, found } = tenRows();
  stranger.prepare('DELETE FROM events WHERE seq = 4').run();
  for (let seq = 5; seq <= 10; seq += 1) stranger.prepare('UPDATE events SET seq = ? WHERE seq = ?').run(seq - 1, seq);
  expect(found()).toEqual(['changed 4', 'moved 5', 'moved 6', 'moved 7', 'moved 8', 'moved 9', 'missing 10']);
});

test.for([
  { a: 4, b: 5 },
  { a: 3, b: 8 },
  { a: 9, b: 10 },
  { a: 1, b: 2 },
])('rows $a and $b, swapped, are named with their places, and no other row is blamed', ({ a, b }) => {
  const { stranger, audit } = tenRows();
  const move = stranger.prepare('UPDATE events SET seq = ? WHERE seq = ?');
  for (const [to, from] of [
    [99, a],
    [a, b],
    [b, 99],
  ])
    move.run(to, from);
  expect(audit.auditVerify().findings).toMatchObject([
    { kind: 'moved', seq: a, message: expect.stringContaining(`was written as row ${b}`) },
    { kind: 'moved', seq: b, message: expect.stringContaining(`was written as row ${a}`) },
  ]);
});

test('a forged row is found wherever it is put in', () => {
  for (const seq of [11, 15, 0, -3]) {
    const { row, insert, found } = tenRows();
    const forged = { ...row(10), seq };
    insert.run({ ...forged, hash: hashOf(row(10).hash, forged) });
    expect(found()).toEqual([`added ${seq}`]);
  }
  const { stranger, row, insert, found } = tenRows();
  for (let seq = 10; seq >= 5; seq -= 1) stranger.prepare('UPDATE events SET seq = ? WHERE seq = ?').run(seq + 1, seq);
  insert.run({ ...row(4), seq: 5, hash: hashOf(row(4).hash, { ...row(4), seq: 5 }) });
  expect(found()).toContain('added 11');
});

test('behind a forged row nothing is written, and a person is told what to do', () => {
  const { log, row, insert } = tenRows();
  insert.run({ ...row(10), seq: 11 });
  expect(() => log.begin(noon + 60_000, requested())).toThrow(
    expect.objectContaining({ code: 'STORAGE', hint: expect.stringContaining('audit verify') }),
  );
});

test('a record of the end that was removed or set back is found', () => {
  const removed = tenRows();
  removed.stranger.exec('DELETE FROM events_end');
  expect(removed.found()).toEqual(['missing 11']);
  const setBack = tenRows();
  setBack.stranger.prepare('UPDATE events_end SET seq = 8, hash = ?').run(setBack.row(8).hash);
  expect(setBack.found()).toEqual(['added 9', 'added 10']);
});

test('a log of many pages is verified to its end', () => {
  const { log, stranger, audit } = tenRows();
  const id = log.begin(noon + 60_000, requested());
  const warnings = Array.from({ length: 2500 }, (_, n) => ({ type: 'preflight-warning', message: String(n) }) as const);
  log.decide(id, () => warnings);
  expect(audit.auditVerify()).toMatchObject({ rows: 2511, intact: true });
  stranger.exec('DELETE FROM events WHERE seq = 2000');
  expect(audit.auditVerify().findings).toMatchObject([{ kind: 'missing', seq: 2000 }]);
});

test('the export is one event a line, in order, with readable times, and waits for who writes it', async () => {
  const { audit, row } = tenRows();
  const lines: string[] = [];
  let writing = false;
  const count = await audit.auditExport(async (line) => {
    expect(writing).toBe(false);
    writing = true;
    await new Promise(setImmediate);
    writing = false;
    lines.push(line);
  });
  expect(count).toBe(10);
  expect(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
  const events = lines.map((line) => JSON.parse(line));
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(events[0]).toMatchObject({
    at: '2026-11-22T12:00:00.000Z',
    runId: 'restore-2026-11-22T12-00-00Z',
    event: {
      type: 'requested',
      expiresAt: '2026-11-22T20:00:00.000Z',
      request: { restorePoint: '2026-11-21T08:00:00.000Z' },
    },
    hash: row(1).hash,
  });
});

test('a row that cannot be read any more is exported as the text it is', async () => {
  const { stranger, audit } = tenRows();
  stranger.exec(`UPDATE events SET body = '{"type":' WHERE seq = 2`);
  const lines: string[] = [];
  await audit.auditExport((line) => {
    lines.push(line);
  });
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ seq: 2, event: '{"type":' });
});

test('the hash is the documented one', () => {
  const { row } = tenRows();
  const { run_id: runId, ...second } = row(2);
  expect(row(2).hash).toBe(hashOf(row(1).hash, row(2)));
  expect(chainHash(row(1).hash, { ...second, runId })).toBe(row(2).hash);
});
