import { describe, expect, test } from 'vitest';
import type { RunId } from '../../src/restore/events.ts';
import type { Item } from '../../src/restore/item.ts';
import { pauseCaution } from '../../src/restore/pause-caution.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, start, startEngine } from '../support/engine.ts';
import { alice } from '../support/requests.ts';

const keys = [{ name: 'id', type: 'S' as const }];
const deleted = 200;

function items(count: number): readonly Item[] {
  return Array.from({ length: count }, (_, n) => ({ id: { S: `item ${n}` }, text: { S: 'x'.repeat(1_500) } }));
}

/** A run that has to put 200 items back, and a second process that steers it. */
async function bigSwap(changes: Parameters<typeof startEngine>[0] = {}) {
  const engine = await startEngine(changes);
  await engine.table('quotes-table', keys, items(deleted + 100));
  for (const item of items(deleted)) await engine.remove('quotes-table', keys, item, start - 30 * minute);
  const { id } = await engine.restores.request(engine.wish(), shell);
  return { engine, id, elsewhere: engine.anotherProcess() };
}

const puts = ({ aws }: Engine) => aws.requests.count('PutItem');
const typesOf = ({ log }: Engine, id: RunId) => log.ofRun(id).map(({ event }) => event.type);

/** Pauses the run from the other process when it has begun to write, and resolves when it stands still. */
async function pauseInTheMiddle({ engine, id, elsewhere }: Awaited<ReturnType<typeof bigSwap>>): Promise<number> {
  await new Promise<void>((resolve) => {
    const stop = engine.aws.requests.onRequest(({ operation }) => {
      if (operation !== 'PutItem' || puts(engine) < 20) return;
      stop();
      // Another process is heard twice a second; by then a quick machine would have written everything.
      const held = engine.aws.hold('PutItem');
      const unwatch = engine.log.watch(() => {
        unwatch();
        held.release();
      });
      elsewhere.restores.setSpeed(id, 'pause', alice);
      resolve();
    });
  });
  let before = -1;
  await expect
    .poll(
      () => {
        const [last, now] = [before, puts(engine)];
        before = now;
        return now === last;
      },
      { interval: 400 },
    )
    .toBe(true);
  return before;
}

describe('a pause', () => {
  test('from another process stops every new request, keeps lock and record, and goes on where it was', async () => {
    const swap = await bigSwap();
    const { engine, id, elsewhere } = swap;
    const running = engine.restores.execute(id);
    const written = await pauseInTheMiddle(swap);
    expect(written).toBeLessThan(deleted);
    expect(elsewhere.restores.livingHolder()?.runId).toBe(id);
    expect(elsewhere.restores.run(id)).toMatchObject({ state: 'IN_PROGRESS', speed: 'pause', speedSet: { by: alice } });
    elsewhere.restores.setSpeed(id, 'fast', alice);
    expect(await running).toMatchObject({ state: 'COMPLETED', speed: 'fast' });
    expect(puts(engine)).toBe(deleted);
    // A person's pause is not the stop of a program.
    expect(typesOf(engine, id)).not.toContain('paused');
  });

  test('does not keep a cancel from working, nor what was written from being put back', async () => {
    const swap = await bigSwap();
    const { engine, id, elsewhere } = swap;
    const running = engine.restores.execute(id);
    const written = await pauseInTheMiddle(swap);
    elsewhere.restores.cancel(id, alice);
    const ended = await running;
    expect(ended).toMatchObject({ state: 'ROLLED_BACK', speed: 'pause' });
    expect(ended.tables[0]?.rolledBack).toMatchObject({ changedSince: 0 });
    expect(engine.aws.requests.count('DeleteItem')).toBeGreaterThanOrEqual(deleted + written);
  });
});

test('while it is put back, a restore cannot be paused', async () => {
  const swap = await bigSwap();
  const { engine, id, elsewhere } = swap;
  const running = engine.restores.execute(id);
  await pauseInTheMiddle(swap);
  const held = engine.aws.hold('DeleteItem');
  elsewhere.restores.cancel(id, alice);
  await held.reached;
  elsewhere.restores.setSpeed(id, 'slow', alice);
  expect(() => elsewhere.restores.setSpeed(id, 'pause', alice)).toThrow('putting back what it wrote');
  held.release();
  expect(await running).toMatchObject({ state: 'ROLLED_BACK' });
});

test('what AWS says a restore and its undo cost is on record', async () => {
  const { engine, id } = await bigSwap();
  engine.aws.capacity.enforce({ onDemandReadUnits: 1_000_000, onDemandWriteUnits: 1_000_000 });
  const ended = await engine.restores.execute(id);
  const table = ended.tables[0];
  const { capacity } = engine.aws;
  expect(table?.consumed?.writeUnits).toBe(capacity.tally('quotes-table', 'Write').units);
  // 200 items of 1.5 KB.
  expect(table?.consumed?.writeUnits).toBe(400);
  const [live, copy] = ['quotes-table', table?.restoreTable ?? ''].map((name) => capacity.tally(name, 'Read').units);
  expect(table?.consumed?.readUnits).toBe((live ?? 0) + (copy ?? 0));
  const undo = engine.restores.undo(id, alice, 'never mind', shell);
  const undone = await engine.restores.execute(undo.id);
  expect(undone.tables[0]?.consumed?.writeUnits).toBe(400);
});

describe('a run that does not come to its end tells all that AWS counted of it', () => {
  const refusedFrom = (nth: number, restOfAws: object = {}) =>
    ({ operation: 'PutItem', kind: 'access-denied', nth, count: 'all', ...restOfAws }) as const;

  /** What the run has on record of the table's cost, beside what the table's own meter says. */
  const told = ({ aws, restores }: Engine, id: RunId) => {
    const [table] = restores.run(id)?.tables ?? [];
    const reads = ['quotes-table', table?.restoreTable ?? ''].map((name) => aws.capacity.tally(name, 'Read').units);
    return {
      record: table?.consumed,
      meter: {
        readUnits: reads.reduce((sum, units) => sum + units, 0),
        writeUnits: aws.capacity.tally('quotes-table', 'Write').units,
      },
    };
  };

  test.for([
    { state: 'FAILED', options: { rollback: false }, denied: ['PutItem'] },
    { state: 'ROLLED_BACK', options: {}, denied: ['PutItem'] },
    { state: 'NEEDS_ATTENTION', options: {}, denied: ['PutItem', 'DeleteItem'] },
  ] as const)('$state', async ({ state, options, denied }) => {
    const { engine } = await bigSwap();
    engine.aws.capacity.enforce({ onDemandReadUnits: 1_000_000, onDemandWriteUnits: 1_000_000 });
    for (const operation of denied) engine.aws.faults.add(refusedFrom(operation === 'PutItem' ? 50 : 5, { operation }));
    const wish = engine.wish();
    const { id } = await engine.restores.request({ ...wish, options: { ...wish.options, ...options } }, shell);
    const run = await engine.restores.execute(id);
    expect(run.state).toBe(state);
    const { record, meter } = told(engine, id);
    expect(meter.writeUnits).toBeGreaterThan(50);
    expect(record).toEqual(meter);
    expect(run.isPartlyCounted).toBeUndefined();
  });

  /** Twelve megabytes, so that a page is not all: five items are missing. */
  const largeItems = async () => {
    const engine = await startEngine();
    const all = Array.from({ length: 40 }, (_, n) => ({ id: { S: `item ${n}` }, text: { S: 'x'.repeat(300_000) } }));
    await engine.table('quotes-table', keys, all);
    for (const item of all.slice(0, 5)) await engine.remove('quotes-table', keys, item, start - 30 * minute);
    engine.aws.capacity.enforce({ onDemandReadUnits: 1_000_000, onDemandWriteUnits: 1_000_000 });
    const { id } = await engine.restores.request(engine.wish(), shell);
    return { engine, id };
  };

  /** A page of either side in each of four lanes: their replies were waited for no more. A page of such items is 1.2 MB. */
  const expectAllButWhatWasUnderWay = ({ record, meter }: ReturnType<typeof told>) => {
    const { readUnits = 0, writeUnits } = record ?? {};
    expect(writeUnits).toBe(meter.writeUnits);
    expect(readUnits).toBeGreaterThan(100);
    expect(meter.readUnits - readUnits).toBeGreaterThanOrEqual(0);
    expect(meter.readUnits - readUnits).toBeLessThanOrEqual(4 * (147 + 294));
  };

  test.for([
    { phase: 'VERIFY_COUNTS', state: 'FAILED' },
    { phase: 'VERIFY_DATA', state: 'ROLLED_BACK' },
  ] as const)('also where reading fails, in $phase: much has been read by then', async ({ phase, state }) => {
    const { engine, id } = await largeItems();
    const stopWatching = engine.log.watch(() => {
      if (engine.restores.run(id)?.phase !== phase) return;
      stopWatching();
      engine.aws.faults.add({ operation: 'Scan', kind: 'access-denied', nth: 15, count: 'all' });
    });
    const run = await engine.restores.execute(id);
    expect(run).toMatchObject({ state, failure: { phase }, isPartlyCounted: true });
    expectAllButWhatWasUnderWay(told(engine, id));
  });

  test('also where reading is interrupted, and begun again by the next process', async () => {
    const { engine, id } = await largeItems();
    const shutdown = new AbortController();
    let scans = 0;
    engine.aws.requests.onRequest(({ operation }) => {
      if (operation === 'Scan') scans += 1;
      if (scans === 9) shutdown.abort();
    });
    expect(await engine.restores.execute(id, shutdown.signal)).toMatchObject({ state: 'IN_PROGRESS' });
    expect(await engine.restores.resume(id)).toMatchObject({ state: 'COMPLETED', isPartlyCounted: true });
    expectAllButWhatWasUnderWay(told(engine, id));
  });

  test('and an undo what it read to verify', async () => {
    const { engine, id } = await largeItems();
    await engine.restores.execute(id);
    const undo = engine.restores.undo(id, alice, 'never mind', shell);
    await engine.restores.execute(undo.id);
    engine.aws.capacity.enforce({ onDemandReadUnits: 2_000_000, onDemandWriteUnits: 2_000_000 });
    const redo = engine.restores.undo(undo.id, alice, 'it was right', shell);
    await engine.restores.execute(redo.id);
    const { record, meter } = told(engine, redo.id);
    expect(meter.readUnits).toBeGreaterThan(300);
    expect(record).toEqual(meter);
  });

  test('what the swap cost is on record before it is put back, in case that is cut off', async () => {
    const { engine, id } = await bigSwap();
    engine.aws.capacity.enforce({ onDemandReadUnits: 1_000_000, onDemandWriteUnits: 1_000_000 });
    engine.aws.faults.add(refusedFrom(50));
    const held = engine.aws.hold('DeleteItem');
    const running = engine.restores.execute(id);
    await held.reached;
    const { record, meter } = told(engine, id);
    expect(meter.writeUnits).toBeGreaterThan(50);
    expect(record?.writeUnits).toBe(meter.writeUnits);
    held.release();
    await running;
  });
});

test('a ceiling of the environment is kept to', async () => {
  const { engine, id } = await bigSwap({ environment: { maxWriteUnits: 200 } });
  engine.aws.capacity.enforce({ onDemandWriteUnits: 1_000_000 });
  const times: number[] = [];
  engine.aws.requests.onRequest(({ operation }) => {
    if (operation === 'PutItem') times.push(performance.now());
  });
  await engine.restores.execute(id);
  // 400 units at 200 a second.
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  expect(engine.aws.capacity.tally('quotes-table', 'Write')).toMatchObject({ units: 400, refused: 0 });
  expect(seconds).toBeGreaterThan(1.5);
});

test('whoever pauses behind a fence is told when it opens', () => {
  const fence = {
    state: 'proven',
    arn: 'a',
    sid: 's',
    startsAt: 0,
    endsAt: Date.parse('2026-11-22T14:05:00Z'),
  } as const;
  const table = { restoreAccepted: true, restoreConfirmed: true, swap: 'pending', restoreTableDeleted: false } as const;
  const run = { tables: [{ label: 'quotes', table: 'quotes-table', ...table, fence }] };
  expect(pauseCaution({ ...run, speed: 'pause' })).toContain('it opens at 2026-11-22T14:05:00Z');
  expect(pauseCaution({ ...run, speed: 'slow' })).toBeUndefined();
  expect(pauseCaution({ tables: [], speed: 'pause' })).toBeUndefined();
});
