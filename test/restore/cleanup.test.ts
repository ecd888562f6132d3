import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { createAws } from '../../src/dynamodb/aws.ts';
import type { CleanupParts } from '../../src/restore/cleanup.ts';
import { cleanUpLeftovers } from '../../src/restore/cleanup.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import type { Run } from '../../src/restore/run.ts';
import { damagedQuotes, runIt, tables, types } from '../scenarios/quotes.ts';
import type { Engine } from '../support/engine.ts';
import { minute, startEngine } from '../support/engine.ts';
import { aRequest, requested } from '../support/requests.ts';

const hour = 60 * minute;
const day = 24 * hour;

/** Cleans up as a program would that is started `after` ms from now. */
function cleanUp(engine: Engine, after: number, changes: Partial<CleanupParts> = {}) {
  const { log, environment } = engine;
  const { awsFor, close } = createAws({ maxAttempts: 1 });
  onTestFinished(close);
  const clock = { now: () => engine.clock.now() + after, sleep: engine.clock.sleep };
  return cleanUpLeftovers({ log, awsFor, environments: [environment], clock, olderThanMs: day, ...changes });
}

/** A run that gave up while AWS was still making its table. */
async function timedOut(engine: Engine, takesMs: number): Promise<{ run: Run; restoreTable: string }> {
  await damagedQuotes(engine);
  engine.aws.faults.add({ operation: 'RestoreTableToPointInTime', kind: 'restore-takes', ms: takesMs });
  const wish = engine.wish();
  const run = await runIt(engine, { ...wish, options: { ...wish.options, timeoutMinutes: 1 } });
  expect(run).toMatchObject({ state: 'FAILED', failure: { code: 'TIMEOUT' } });
  const restoreTable = run.tables[0]?.restoreTable;
  if (restoreTable === undefined) throw new Error('The run has recorded no restore table');
  return { run, restoreTable };
}

/** A run whose record says that it had `restoreTable` made, and, unless it is to stay open, that it failed then. */
function recordedRun(engine: Engine, restoreTable: string, ...more: readonly RunEvent[]): string {
  const request = aRequest({ tables: [{ label: 'quotes', table: 'quotes-table' }] });
  const id = engine.log.begin(engine.clock.now(), requested({ request, approvalsNeeded: 0 }));
  const arn = 'arn:aws:dynamodb:eu-central-1:000000000000:table/quotes-table';
  engine.log.decide(id, () => [{ type: 'started' }]);
  engine.log.decide(id, () => [{ type: 'table-restoring', label: 'quotes', restoreTable, arn }, ...more]);
  return id;
}

const failed: RunEvent = {
  type: 'failed',
  durationMs: 1,
  code: 'TIMEOUT',
  message: 'it took too long',
  hint: '',
  phase: 'AWAIT_ACTIVE',
  restoreTablesKept: [],
};

const createTable = (engine: Engine, TableName: string) =>
  engine.client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );

test('a table that came to life after its run had given up is deleted a day later, and nothing else is', async () => {
  const engine = await startEngine();
  const { run, restoreTable } = await timedOut(engine, 5 * minute);
  await createTable(engine, 'quotes-table-restore-20251122T120000Z');
  await expect.poll(async () => (await tables(engine))?.includes(restoreTable)).toBe(true);
  await engine.clock.sleep(6 * minute);
  expect(await cleanUp(engine, 23 * hour)).toEqual({ tables: [], fences: [] });
  expect(await cleanUp(engine, day)).toEqual({
    tables: [{ runId: run.id, environment: 'prod', label: 'quotes', restoreTable, outcome: 'deleted', reason: '' }],
    fences: [],
  });
  await expect.poll(() => tables(engine)).toEqual(['quotes-table', 'quotes-table-restore-20251122T120000Z']);
  expect(types(engine, run).slice(-2)).toEqual(['table-deleting', 'table-deleted']);
  expect(engine.log.run(run.id)).toMatchObject({ state: 'FAILED', tables: [{ restoreTableDeleted: true }] });
  expect(await cleanUp(engine, 2 * day)).toEqual({ tables: [], fences: [] });
});

test('a table that AWS is still making is left for later, at any age', async () => {
  const engine = await startEngine();
  const { restoreTable } = await timedOut(engine, 200 * day);
  const report = await cleanUp(engine, 0, { olderThanMs: 0 });
  expect(report.tables).toMatchObject([{ restoreTable, outcome: 'later', reason: 'AWS is still making it.' }]);
  expect((await cleanUp(engine, 10 * day)).tables).toMatchObject([{ outcome: 'later' }]);
  expect(await tables(engine)).toContain(restoreTable);
});

test('what AWS refuses is reported each time, recorded once, and done as soon as it allows it', async () => {
  const engine = await startEngine();
  const { run } = await timedOut(engine, 5 * minute);
  await engine.clock.sleep(6 * minute);
  const fault = { operation: 'DeleteTable', kind: 'access-denied', count: 'all' } as const;
  engine.aws.faults.add(fault);
  for (let time = 1; time <= 3; time += 1) {
    expect((await cleanUp(engine, time * day)).tables).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('dynamodb:DeleteTable') },
    ]);
  }
  const said = types(engine, run).filter((type) => type.startsWith('table-delet'));
  expect(said).toEqual(['table-deleting', 'table-delete-failed']);
  engine.aws.faults.clear();
  expect((await cleanUp(engine, 4 * day)).tables).toMatchObject([{ outcome: 'deleted' }]);
});

test('a table that somebody deleted by hand is gone, and not asked for again', async () => {
  const engine = await startEngine();
  const { restoreTable } = await timedOut(engine, 5 * minute);
  await engine.clock.sleep(6 * minute);
  await engine.client.send(new DeleteTableCommand({ TableName: restoreTable }));
  await expect.poll(() => tables(engine)).toEqual(['quotes-table']);
  // So soon after the request it might still appear.
  expect((await cleanUp(engine, 0, { olderThanMs: 0 })).tables).toMatchObject([{ outcome: 'gone' }]);
  expect((await cleanUp(engine, day)).tables).toMatchObject([{ outcome: 'gone' }]);
  expect((await cleanUp(engine, day)).tables).toEqual([]);
});

test('a table of the recorded name that is older than the record is not ours', async () => {
  const engine = await startEngine();
  await engine.table('orders', [{ name: 'id', type: 'N' }], []);
  recordedRun(engine, 'orders', failed);
  expect((await cleanUp(engine, day)).tables).toMatchObject([{ restoreTable: 'orders', outcome: 'not-ours' }]);
  expect(await tables(engine)).toEqual(['orders']);
});

test('a table that AWS restores from something else is not ours', async () => {
  const engine = await startEngine();
  const { restoreTable } = await timedOut(engine, 200 * day);
  const request = aRequest({ restorePoint: 1 });
  const id = engine.log.begin(engine.clock.now(), requested({ request, approvalsNeeded: 0 }));
  const intent = { type: 'table-restoring', label: 'quotes', restoreTable, arn: 'arn:of:another' } as const;
  engine.log.decide(id, () => [{ type: 'started' }, intent]);
  engine.log.decide(id, () => [failed]);
  const { tables: found } = await cleanUp(engine, day);
  expect(found.find((table) => table.runId === id)).toMatchObject({ outcome: 'not-ours' });
});

test('a live table is not deleted, whatever the record says', async () => {
  const engine = await startEngine({
    environment: {
      tables: [
        { label: 'quotes', table: 'quotes-table' },
        { label: 'new', table: 'new-table' },
      ],
    },
  });
  recordedRun(engine, 'new-table', failed);
  await createTable(engine, 'new-table');
  await engine.clock.sleep(minute);
  await expect(cleanUp(engine, day)).rejects.toThrow('new-table is a live table');
  expect(await tables(engine)).toEqual(['new-table']);
  expect(engine.aws.requests.list('DeleteTable')).toEqual([]);
});

test('a table that AWS refused to make is nobody’s business', async () => {
  const engine = await startEngine();
  await createTable(engine, 'quotes-copy');
  const refused = { type: 'table-restore-refused', label: 'quotes', code: 'TABLE_EXISTS', message: '' } as const;
  recordedRun(engine, 'quotes-copy', refused, failed);
  expect((await cleanUp(engine, day)).tables).toEqual([]);
});

test('a table that a running restore uses is left alone', async () => {
  const engine = await startEngine();
  await createTable(engine, 'quotes-copy');
  recordedRun(engine, 'quotes-copy', failed);
  const running = recordedRun(engine, 'quotes-copy');
  expect((await cleanUp(engine, day)).tables).toMatchObject([{ outcome: 'in-use', reason: `${running} uses it.` }]);
  expect(await tables(engine)).toEqual(['quotes-copy']);
});

test('what an environment that is no longer configured left is named, and keeps nobody from the rest', async () => {
  const engine = await startEngine();
  await createTable(engine, 'quotes-copy');
  recordedRun(engine, 'quotes-copy', failed);
  const report = await cleanUp(engine, day, { environments: [{ ...engine.environment, name: 'other' }] });
  expect(report.tables).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('"prod"') }]);
});

test('what a run left is looked for in its own account, whatever role the environment has by now', async () => {
  const engine = await startEngine();
  await createTable(engine, 'quotes-copy');
  recordedRun(engine, 'quotes-copy', failed);
  const roleArn = 'arn:aws:iam::999999999999:role/of-another-account';
  const report = await cleanUp(engine, day, { environments: [{ ...engine.environment, roleArn }] });
  expect(report.tables).toMatchObject([{ outcome: 'deleted' }]);
  expect(engine.aws.requests.count('AssumeRole')).toBe(0);
});

test('a table that is not found where its live table is not either does not count as deleted', async () => {
  const engine = await startEngine();
  const id = recordedRun(engine, 'quotes-copy', failed);
  const report = await cleanUp(engine, day);
  expect(report.tables).toMatchObject([{ outcome: 'failed', reason: expect.stringContaining('another account') }]);
  expect(engine.restores.run(id)?.tables[0]?.restoreTableDeleted).toBe(false);
});

test('two who clean up at once do no harm', async () => {
  const engine = await startEngine();
  const { run } = await timedOut(engine, 5 * minute);
  await engine.clock.sleep(6 * minute);
  const reports = await Promise.all([cleanUp(engine, day), cleanUp(engine, day)]);
  for (const { tables: cleaned } of reports)
    expect(cleaned).toMatchObject([{ restoreTable: run.tables[0]?.restoreTable }]);
  await expect.poll(() => tables(engine)).toEqual(['quotes-table']);
  expect(types(engine, run).filter((type) => type === 'table-deleted')).toHaveLength(1);
});

test('a fence that outlived its run is taken down; one that cannot be is reported, and recorded once', async () => {
  const engine = await startEngine();
  await engine.table('quotes-table', [{ name: 'id', type: 'N' }], []);
  const arn = 'arn:aws:dynamodb:eu-central-1:000000000000:table/quotes-table';
  const raising = { type: 'fence-raising', label: 'quotes', arn, sid: 'PitrRestore', startsAt: 1, endsAt: 2 } as const;
  const id = recordedRun(engine, 'quotes-copy', raising, failed);
  engine.aws.faults.add({ operation: 'GetResourcePolicy', kind: 'access-denied', count: 'all' });
  for (let time = 1; time <= 2; time += 1) {
    expect((await cleanUp(engine, time * day)).fences).toMatchObject([
      { runId: id, label: 'quotes', outcome: 'failed', reason: expect.stringContaining('dynamodb:GetResourcePolicy') },
    ]);
  }
  const fences = () =>
    engine.log.ofRun(id).flatMap(({ event }) => (event.type.startsWith('fence') ? [event.type] : []));
  expect(fences()).toEqual(['fence-raising', 'fence-lowering', 'fence-left']);
  engine.aws.faults.clear();
  expect((await cleanUp(engine, 3 * day)).fences).toMatchObject([{ outcome: 'lowered', reason: '' }]);
  expect(fences().at(-1)).toBe('fence-lowered');
  expect((await cleanUp(engine, 4 * day)).fences).toEqual([]);
});

test('a signal stops it before the next table', async () => {
  const engine = await startEngine();
  recordedRun(engine, 'quotes-copy', failed);
  await expect(cleanUp(engine, day, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
});

test('one place in all of the source deletes tables', () => {
  const source = join(import.meta.dirname, '..', '..', 'src');
  const callers = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('sandbox'))
    .filter((name) => /\btables\.delete\(|DeleteTableCommand\(/.test(readFileSync(join(source, name), 'utf8')));
  expect(callers.sort()).toEqual([
    join('dynamodb', 'delete-table.ts'),
    // What `doctor` asks for, of a name that no table has: whether it would be allowed.
    join('dynamodb', 'permissions.ts'),
    join('restore', 'delete-restore-table.ts'),
    // What a drill is given in place of it, which refuses live tables once more.
    join('restore', 'drill.ts'),
  ]);
});
