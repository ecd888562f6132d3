import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import { minute, shell, slack, start, startEngine } from '../support/engine.ts';
import { leakWarnings } from '../support/leak-warnings.ts';
import { bob } from '../support/requests.ts';
import { damagedQuotes, id, live, phase, put, quote, quotes, remove, runIt, sorted, tables, types } from './quotes.ts';

describe('a restore', () => {
  test('puts every table back to the instant, item by item, and leaves nothing behind', async () => {
    const engine = await startEngine({
      environment: {
        tables: [
          { label: 'quotes', table: 'quotes-table' },
          { label: 'more', table: 'more-quotes' },
        ],
      },
    });
    await damagedQuotes(engine);
    await damagedQuotes(engine, 'more-quotes');
    const run = await runIt(engine);
    expect(run).toMatchObject({ state: 'COMPLETED', phase: 'RELEASE_LOCK' });
    expect(live(engine)).toEqual(sorted(quotes(300)));
    expect(live(engine, 'more-quotes')).toEqual(sorted(quotes(300)));
    expect(await tables(engine)).toEqual(['more-quotes', 'quotes-table']);
    expect(engine.lock.livingHolder()).toBeUndefined();
  });

  test('of a dozen tables makes Node warn of no leak', async () => {
    const warnings = leakWarnings();
    const dozen = Array.from({ length: 12 }, (_, nth) => ({ label: `label-${nth}`, table: `table-${nth}` }));
    const engine = await startEngine({ environment: { tables: dozen } });
    for (const { table } of dozen) await damagedQuotes(engine, table);
    const run = await runIt(engine);
    expect(run).toMatchObject({ state: 'COMPLETED' });
    expect(warnings).toEqual([]);
  });

  test('writes what differs and not one item more', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const before = engine.aws.history.writes('quotes-table').length;
    const run = await runIt(engine);
    expect(engine.aws.history.writes('quotes-table').length - before).toBe(35);
    expect(run.tables[0]?.comparison).toMatchObject({
      liveItems: 295,
      restoredItems: 300,
      put: 30,
      delete: 5,
      unchanged: 270,
    });
  });

  test('says completed only with the same digest on both sides after the last write', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const run = await runIt(engine);
    const [table] = run.tables;
    expect(table?.verification).toMatchObject({ put: 0, delete: 0, unchanged: 300 });
    expect(table?.verification?.liveDigest).toBe(table?.verification?.restoredDigest);
  });

  test('names its restore tables after the table and the second, without indexes, on demand, all at once', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const run = await runIt(engine);
    const [call] = engine.aws.requests.list('RestoreTableToPointInTime');
    expect(call?.body).toMatchObject({
      SourceTableName: 'quotes-table',
      BillingModeOverride: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexOverride: [],
      LocalSecondaryIndexOverride: [],
      RestoreDateTime: (start - 60 * minute) / 1000,
    });
    const second = run.id.slice('restore-'.length).replaceAll('-', '');
    expect(second).toMatch(/^\d{8}T\d{6}Z$/);
    expect(call?.body['TargetTableName']).toBe(`quotes-table-restore-${second}`);
  });

  test('writes every intent down before it acts', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const held = engine.aws.hold('RestoreTableToPointInTime');
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(runId);
    await held.reached;
    expect(engine.log.ofRun(runId).at(-1)?.event).toMatchObject({ type: 'table-restoring', label: 'quotes' });
    held.release();
    expect(types(engine, await ended)).toContain('table-restore-accepted');
  });

  test('of a table that is as it was writes nothing and asks nobody', async () => {
    const engine = await startEngine();
    await engine.table('quotes-table', id, quotes(50));
    const before = engine.aws.history.writes('quotes-table').length;
    const always = { ...engine.wish().options, planConfirmation: 'always' } as const;
    expect(await runIt(engine, engine.wish({ options: always }))).toMatchObject({ state: 'COMPLETED', plan: 'none' });
    expect(engine.aws.history.writes('quotes-table')).toHaveLength(before);
  });

  test('carries every attribute type and a 400 KB item bit for bit', async () => {
    const engine = await startEngine();
    const everything: Item = {
      id: { N: '1' },
      digits: { N: '12345678901234567890123456789012345678' },
      small: { N: '-1.2345678901234567890123456789012345678E-120' },
      binary: { B: 'AAECAwT/' },
      empty: { S: '' },
      emptyBinary: { B: '' },
      words: { SS: ['b', 'a', 'ß'] },
      numbers: { NS: ['1', '2.5', '-3'] },
      blobs: { BS: ['AA==', '/w=='] },
      nothing: { NULL: true },
      flag: { BOOL: false },
      list: { L: [{ S: 'x' }, { L: [] }, { M: {} }] },
      map: { M: { deep: { M: { deeper: { N: '0.1' } } } } },
    };
    const large: Item = { id: { N: '2' }, body: { S: 'x'.repeat(400 * 1024 - 100) } };
    await engine.table('quotes-table', id, [everything, large]);
    const before = live(engine);
    await engine.at(start - 30 * minute, async () => {
      await put(engine, 'quotes-table', { id: { N: '1' }, gone: { BOOL: true } });
      await remove(engine, 'quotes-table', large);
    });
    expect(await runIt(engine)).toMatchObject({ state: 'COMPLETED' });
    expect(live(engine)).toEqual(before);
  });

  test('corrects what the application writes meanwhile, and says when it cannot', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    let writes = 0;
    const scans = engine.aws.requests.onRequest(({ operation, table }) => {
      // A busy application: whenever one of the comparisons begins to read, an item has just been written.
      if (operation !== 'Scan' || table !== 'quotes-table') return;
      writes += 1;
      engine.aws.history.seed(table, [quote(1, `busy ${writes}`)] as never, engine.clock.now());
    });
    const run = await runIt(engine);
    scans();
    expect(run).toMatchObject({ state: 'FAILED', failure: { code: 'VERIFY', phase: 'VERIFY_DATA' } });
    expect(run.failure?.message).toContain('still differs from the restore point after 3 rounds: 1 items to put');
  });
});

describe('the plan', () => {
  const asking = async (changes: Parameters<typeof startEngine>[0] = {}) => {
    const engine = await startEngine(changes);
    await damagedQuotes(engine);
    const options = { ...engine.wish().options, planConfirmation: 'when-counts-differ' } as const;
    const { id: runId, digest } = await engine.restores.request(engine.wish({ options }), slack);
    engine.restores.approve(runId, bob, digest);
    const ended = engine.restores.execute(runId);
    const shown = new Promise<void>((resolve) => {
      const look = () => {
        if (engine.restores.run(runId)?.plan !== 'shown') return;
        stop();
        resolve();
      };
      const stop = engine.log.watch(look);
    });
    return { engine, runId, ended, shown };
  };

  test('is asked for in the thread when the counts differ, and nothing is written before the answer', async () => {
    const { engine, runId, ended, shown } = await asking();
    const before = engine.aws.history.writes('quotes-table').length;
    await shown;
    expect(engine.aws.history.writes('quotes-table')).toHaveLength(before);
    engine.restores.confirmPlan(runId, bob);
    expect(await ended).toMatchObject({ state: 'COMPLETED', plan: 'confirmed' });
  });

  test('refused, it stops the run, keeps the restore tables and names them', async () => {
    const { engine, runId, ended, shown } = await asking();
    await shown;
    engine.restores.refusePlan(runId, bob);
    const run = await ended;
    expect(run).toMatchObject({
      state: 'FAILED',
      failure: { code: 'PLAN_NOT_CONFIRMED', message: 'The plan was refused.' },
    });
    expect(run.failure?.hint).toContain('The live tables were not touched.');
    expect(run.failure?.restoreTablesKept).toEqual([run.tables[0]?.restoreTable]);
    expect(await tables(engine)).toContain(run.tables[0]?.restoreTable);
  });

  test('without an answer in time is a no', async () => {
    const { ended } = await asking({ pace: { planAnswerMs: 10 * minute } });
    expect(await ended).toMatchObject({
      failure: { code: 'PLAN_NOT_CONFIRMED', message: 'Nobody confirmed the plan in time.' },
    });
  });
});

describe('the requirement’s six error scenarios', () => {
  test('1. a second restore is refused and told who holds the lock', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const held = engine.aws.hold('RestoreTableToPointInTime');
    const first = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(first.id);
    await held.reached;
    const other = engine.anotherProcess();
    const second = await other.restores.request(engine.wish(), shell);
    const refused = await other.restores.execute(second.id);
    expect(refused.failure?.code).toBe('RESTORE_IN_PROGRESS');
    expect(refused.failure?.message).toContain('Another restore operation is running. Please wait or check lock file.');
    expect(refused.failure?.message).toContain(`${first.id} by slack:T0SANDBOX/U0ALICE`);
    expect(refused.failure?.message).toContain('INITIATE_RESTORE');
    expect(refused.failure?.hint).toContain(`cancel ${first.id}`);
    held.release();
    expect(await ended).toMatchObject({ state: 'COMPLETED' });
  });

  test('2. AWS refuses the restore', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    engine.aws.faults.add({
      operation: 'RestoreTableToPointInTime',
      kind: 'error',
      name: 'LimitExceededException',
      count: 'all',
    });
    const run = await runIt(engine);
    expect(run).toMatchObject({ state: 'FAILED', failure: { code: 'INITIATE_RESTORE', restoreTablesKept: [] } });
    expect(run.failure?.message).toMatch(/^Failed to initiate PITR restore for quotes-table: /);
    expect(engine.lock.livingHolder()).toBeUndefined();
  });

  test('3. the restore takes too long', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    engine.aws.faults.add({ operation: 'RestoreTableToPointInTime', kind: 'restore-never-ends' });
    const options = { ...engine.wish().options, timeoutMinutes: 5 };
    const run = await runIt(engine, engine.wish({ options }));
    expect(run.failure).toMatchObject({
      code: 'TIMEOUT',
      message: 'Restore operation timed out. Restore tables preserved for manual recovery.',
      restoreTablesKept: [run.tables[0]?.restoreTable],
    });
  });

  test('4. the counts differ and nobody can be asked', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const options = { ...engine.wish().options, planConfirmation: 'when-counts-differ' } as const;
    const run = await runIt(engine, engine.wish({ options }));
    expect(run.failure).toMatchObject({
      code: 'ITEM_COUNT_MISMATCH',
      message: 'Item count mismatch detected. Original: 295, Restore: 300',
      restoreTablesKept: [run.tables[0]?.restoreTable],
    });
  });

  test('5. the swap fails, and says what state the table is in', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    engine.aws.faults.add({ operation: 'UpdateItem', kind: 'access-denied', nth: 15 });
    const run = await runIt(engine);
    expect(run.state).toBe('ROLLED_BACK');
    expect(run.failure).toMatchObject({ code: 'SWAP', restoreTablesKept: [run.tables[0]?.restoreTable] });
    expect(run.failure?.message).toMatch(/^Failed to swap data for quotes-table: /);
    expect(run.failure?.hint).toContain('The live tables are what they were before the swap.');
    engine.aws.faults.clear();
    expect(await runIt(engine)).toMatchObject({ state: 'COMPLETED' });
  });

  test('6. a restore table cannot be deleted: the restore succeeded all the same', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    engine.aws.faults.add({ operation: 'DeleteTable', kind: 'access-denied', count: 'all' });
    const run = await runIt(engine);
    expect(run).toMatchObject({ state: 'COMPLETED' });
    expect(types(engine, run)).toContain('table-delete-failed');
    expect(await tables(engine)).toContain(run.tables[0]?.restoreTable);
  });
});

describe('trouble on the way', () => {
  test('throttling costs time, not items', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    engine.aws.faults.add({ operation: 'UpdateItem', kind: 'throttle', probability: 0.3, count: 'all' });
    engine.aws.faults.add({ operation: 'Scan', kind: 'throttle', probability: 0.3, count: 'all' });
    expect(await runIt(engine)).toMatchObject({ state: 'COMPLETED' });
    expect(live(engine)).toEqual(sorted(quotes(300)));
  });

  test('a restore whose reply was lost is adopted, not begun twice', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    engine.aws.faults.add({ operation: 'RestoreTableToPointInTime', kind: 'restore-takes', ms: 10 * minute });
    engine.aws.faults.add({ operation: 'RestoreTableToPointInTime', kind: 'lose-reply' });
    const run = await runIt(engine);
    expect(run.failure).toBeUndefined();
    expect(await tables(engine)).toEqual(['quotes-table']);
  });

  test('a cancel stops it at the next safe point and names what is left', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    engine.aws.faults.add({ operation: 'RestoreTableToPointInTime', kind: 'restore-never-ends' });
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(runId);
    await phase(engine, runId, 'AWAIT_ACTIVE');
    engine.anotherProcess().restores.cancel(runId, bob);
    const run = await ended;
    expect(run).toMatchObject({ state: 'CANCELLED', failure: { message: 'Cancelled by slack:T0SANDBOX/U0BOB.' } });
    expect(run.failure?.hint).toBe('The live tables were not touched.');
    expect(run.failure?.restoreTablesKept).toHaveLength(1);
  });
});

describe('a configuration that changed between request and approval', () => {
  test.for([
    ['its region', { region: 'us-east-1' }],
    ['its role', { roleArn: 'arn:aws:iam::123456789012:role/other' }],
    ['its tables', { tables: [{ label: 'quotes', table: 'other-table' }] }],
  ] as const)('in %s makes the approval, and the start, a refusal', async ([, changed]) => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const { id: runId, digest } = await engine.restores.request(engine.wish(), slack);
    const other = engine.anotherProcess(changed);
    const refusal = expect.objectContaining({ code: 'OUT_OF_DATE', message: expect.stringContaining('has changed') });
    expect(() => other.restores.approve(runId, bob, digest)).toThrow(refusal);
    engine.restores.approve(runId, bob, digest);
    await expect(other.restores.execute(runId)).rejects.toThrow(refusal);
    expect(engine.restores.run(runId)?.state).toBe('APPROVED');
  });
});

test('a dry run reads and changes nothing', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const before = await tables(engine);
  const report = await engine.restores.dryRun(engine.wish());
  expect(report).toMatchObject({ passed: true });
  expect(report.checks.length).toBeGreaterThan(3);
  expect(await tables(engine)).toEqual(before);
  expect(engine.restores.history(10)).toEqual([]);
  expect(engine.lock.livingHolder()).toBeUndefined();
});
