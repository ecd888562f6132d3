import { PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { drillRecords } from '../../src/restore/drills.ts';
import { journalStates } from '../../src/restore/journal-states.ts';
import type { Wish } from '../../src/restore/restores.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, slack, start, startEngine } from '../support/engine.ts';
import { damagedQuotes, live, phase, runIt, tables, types } from './quotes.ts';

const table = 'quotes-table';
const drill = (engine: Engine, wish: Partial<Wish> = {}) => engine.wish({ drill: true, words: 'latest', ...wish });

/** Every call of DynamoDB's that changes a table, its items or its settings. */
const writes = [
  ...['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems', 'PartiQLUpdate', 'PartiQLInsert'],
  ...['PartiQLDelete', 'UpdateTable', 'DeleteTable', 'UpdateTimeToLive', 'UpdateContinuousBackups', 'TagResource'],
].map((name) => `dynamodb:${name}`);

async function denyWrites(engine: Engine): Promise<void> {
  const ResourceArn = `arn:aws:dynamodb:eu-central-1:000000000000:table/${table}`;
  const statement = { Sid: 'ReadOnly', Effect: 'Deny', Principal: '*', Action: writes, Resource: ResourceArn };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await engine.client.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
  // A policy is in force some seconds after it was put.
  await engine.clock.sleep(2 * minute);
}

test('a drill restores, compares, reports how much would be put back, and deletes; a policy that denies every write on the live table does not disturb it', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  await denyWrites(engine);
  const before = live(engine);
  const run = await runIt(engine, drill(engine), slack);
  expect(run).toMatchObject({
    state: 'COMPLETED',
    approvalsNeeded: 0,
    phases: { SWAP_DATA: { status: 'skipped' }, VERIFY_DATA: { status: 'skipped' }, CLEANUP: { status: 'complete' } },
  });
  expect(run.tables[0]).toMatchObject({ comparison: { put: 30, delete: 5, unchanged: 270 }, swap: 'pending' });
  expect(run.tables[0]?.restoreMs).toBeGreaterThan(0);
  expect(live(engine)).toEqual(before);
  expect(await tables(engine)).toEqual([table]);
  expect(writesTo(engine)).toEqual([]);
  expect(types(engine, run)).not.toContain('preflight-warning');
});

test('a drill keeps no image of any item, and there is nothing to undo', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const run = await runIt(engine, drill(engine));
  expect(engine.journal.read(run.id, 'quotes', journalStates, undefined, 10)).toEqual([]);
  expect(engine.restores.undoableUntil(run.id)).toBeUndefined();
});

test('a drill that fails deletes what it had made, and says what AWS is still making', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  engine.aws.faults.add({ operation: 'Scan', kind: 'access-denied', nth: 2, count: 'all' });
  const failed = await runIt(engine, drill(engine));
  expect(failed).toMatchObject({ state: 'FAILED', failure: { restoreTablesKept: [] } });
  expect(failed.failure?.hint).toMatch(/The live tables were not touched\.$/);
  expect(await tables(engine)).toEqual([table]);

  engine.aws.faults.clear();
  engine.aws.faults.add({ operation: 'RestoreTableToPointInTime', kind: 'restore-takes', ms: 40 * minute });
  const { options } = engine.wish();
  const late = await runIt(engine, { ...drill(engine), options: { ...options, timeoutMinutes: 30 } });
  expect(late).toMatchObject({ state: 'FAILED', failure: { code: 'TIMEOUT' } });
  expect(late.failure?.restoreTablesKept).toHaveLength(1);
  expect(late.failure?.hint).toContain('What AWS is still making cannot be stopped: `cleanup` deletes it afterwards');
});

test('a restore does not wait for a drill: the drill stops, is cleared away, and says why', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  engine.aws.faults.add({ operation: 'RestoreTableToPointInTime', kind: 'restore-never-ends' });
  const rehearsal = await engine.restores.request(drill(engine), shell);
  const rehearsed = engine.restores.execute(rehearsal.id);
  await phase(engine, rehearsal.id, 'AWAIT_ACTIVE');

  const second = await runIt(engine, drill(engine));
  expect(second).toMatchObject({ state: 'FAILED', failure: { code: 'RESTORE_IN_PROGRESS' } });

  const { id } = await engine.restores.request(engine.wish(), shell);
  expect(await engine.restores.execute(id)).toMatchObject({ state: 'COMPLETED' });
  const { state, failure } = await rehearsed;
  expect(state).toBe('CANCELLED');
  expect(failure?.message).toBe(`Stopped to make way for ${id}: a drill keeps nobody waiting.`);
});

test('a drill whose process was stopped is resumed, or ended by whoever comes next', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const stop = new AbortController();
  const interrupted = async () => {
    const { id } = await engine.restores.request(drill(engine), shell);
    const shutdown = new AbortController();
    const ended = engine.restores.execute(id, shutdown.signal);
    await phase(engine, id, 'AWAIT_ACTIVE');
    shutdown.abort();
    await ended;
    return id;
  };
  const first = await interrupted();
  expect(await engine.restores.resume(first, stop.signal)).toMatchObject({ state: 'COMPLETED' });
  expect(writesTo(engine)).toEqual([]);
  const second = await interrupted();
  expect(await runIt(engine)).toMatchObject({ state: 'COMPLETED' });
  expect(engine.restores.run(second)).toMatchObject({ state: 'CANCELLED', failure: { phase: 'AWAIT_ACTIVE' } });
});

test('what is known of drills: the last complete one of all tables, and whether it is too long ago', async () => {
  const engine = await startEngine({ environment: { drillEveryDays: 30 } });
  await damagedQuotes(engine);
  expect(engine.restores.drills()).toEqual([{ environment: 'prod', everyDays: 30, overdue: true }]);
  await runIt(engine);
  expect(engine.restores.drills()[0]?.overdue).toBe(true);
  const { endedAt = 0 } = await runIt(engine, drill(engine));
  expect(engine.restores.drills()).toEqual([{ environment: 'prod', everyDays: 30, lastAt: endedAt, overdue: false }]);
  const later = start + 31 * 24 * 60 * minute;
  const drillsOf = () => engine.restores.history(10).filter(({ request }) => request.drill === true);
  const wider = { ...engine.environment, tables: [...engine.environment.tables, { label: 'more', table: 'more' }] };
  expect(drillRecords([engine.environment], drillsOf, later)[0]?.overdue).toBe(true);
  expect(drillRecords([wider], drillsOf, endedAt)[0]).not.toHaveProperty('lastAt');
});

/** Calls about the live table that could have changed it: reading it, and restoring from it, are none. */
function writesTo(engine: Engine): readonly string[] {
  return engine.aws.requests
    .list()
    .filter(({ tables: about, at }) => about.includes(table) && at >= start)
    .map(({ operation }) => operation)
    .filter((operation) => writes.includes(`dynamodb:${operation}`));
}

test('of a table that was emptied, progress is what is read of its restored copy; when it was read, nothing is left', async () => {
  const engine = await startEngine();
  const keys = [{ name: 'id', type: 'S' as const }];
  const items = Array.from({ length: 5 }, (_, n) => ({ id: { S: `item ${n}` }, text: { S: 'x'.repeat(5_000) } }));
  await engine.table(table, keys, items);
  for (const item of items) await engine.remove(table, keys, item, start - 30 * minute);
  const { id } = await runIt(engine, drill(engine, { words: 'an hour ago' }));
  const { done, total, bytes, isDone } = engine.progress.get(id).get('quotes') ?? {};
  expect({ done, total, isDone }).toEqual({ done: 5, total: 5, isDone: true });
  expect(bytes).toBeGreaterThan(25_000);
});
