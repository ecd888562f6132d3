import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import { journalStates } from '../../src/restore/journal-states.ts';
import { minute, shell, start, startEngine } from '../support/engine.ts';
import { bob } from '../support/requests.ts';
import { damagedQuotes, id, live, put, quote, quotes } from './quotes.ts';

const table = 'quotes-table';

test('a rollback leaves an item as the application had it, also when only an attribute was added that nobody had seen', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const before = live(engine);
  const held = engine.aws.hold('PutItem', { table });
  const { id: runId } = await engine.restores.request(engine.wish(), shell);
  const ended = engine.restores.execute(runId);
  await held.reached;
  await expect.poll(() => live(engine).filter((text) => text.includes('corrupt'))).toEqual([]);
  const theirs: Item = { ...quote(105), neverSeenBefore: { BOOL: true } };
  engine.aws.history.seed(table, [theirs] as never, engine.clock.now());
  engine.restores.cancel(runId, bob);
  held.release();
  const run = await ended;
  expect(run).toMatchObject({ state: 'ROLLED_BACK' });
  expect(run.tables[0]?.rolledBack?.changedSince).toBe(1);
  const items = engine.aws.history.snapshot(table);
  expect(items).toContainEqual(theirs);
  const untouched = (text: string) => !text.startsWith('{"id":{"N":"105"}');
  expect(live(engine).filter(untouched)).toEqual(before.filter(untouched));
  const images = engine.journal.read(runId, 'quotes', journalStates, undefined, 1000).map((entry) => entry.before);
  expect(images).toContainEqual(theirs);
});

test('a lock lost in the middle of a batch stops the rest of it, and the run is left to whoever has the lock', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const held = engine.aws.hold('UpdateItem', { table });
  const { id: runId } = await engine.restores.request(engine.wish(), shell);
  const ended = engine.restores.execute(runId);
  // As many as are sent before the first has ended, of twenty, are on the wire: they cannot be called back.
  await expect.poll(() => engine.aws.requests.count('UpdateItem')).toBe(16);
  // In one go, so that no heartbeat comes to see it first.
  engine.lock.release(engine.lock.livingHolder()?.fencing ?? 0);
  engine.anotherProcess().lock.take('another-run');
  held.release();
  await ended;
  expect(engine.aws.requests.count('UpdateItem')).toBe(16);
  expect(engine.restores.run(runId)?.state).toBe('IN_PROGRESS');
  expect(engine.restores.run(runId)?.rollback).toBeUndefined();
});

test('a delete that took an attribute nobody had seen is put back with it, also when its batch was stopped', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const before = live(engine);
  const held = engine.aws.hold('UpdateItem', { table });
  const { id: runId } = await engine.restores.request(engine.wish(), shell);
  const ended = engine.restores.execute(runId);
  await held.reached;
  const theirs: Item = { ...quote(1000, 'junk'), neverSeenBefore: { BOOL: true } };
  engine.aws.history.seed(table, [theirs] as never, engine.clock.now());
  // The deletes go through and are answered; then one item of the same batch fails for good.
  engine.aws.faults.add({ operation: 'DeleteItem', kind: 'access-denied', nth: 5 });
  held.release();
  expect(await ended).toMatchObject({ state: 'ROLLED_BACK' });
  const images = engine.journal.read(runId, 'quotes', journalStates, undefined, 1000).map((entry) => entry.before);
  expect(images).toContainEqual(theirs);
  const untouched = (text: string) => !text.startsWith('{"id":{"N":"1000"}');
  expect(live(engine).filter(untouched)).toEqual(before.filter(untouched));
  expect(engine.aws.history.snapshot(table)).toContainEqual(theirs);
});

test('what a delete took that arrived after somebody else had put the run back can be undone', async () => {
  const engine = await startEngine();
  const junk = quote(1000, 'junk');
  await engine.table(table, id, quotes(3));
  await engine.at(start - 30 * minute, () => put(engine, table, junk));
  const held = engine.aws.hold('DeleteItem', { table });
  const { id: runId } = await engine.restores.request(engine.wish(), shell);
  const ended = engine.restores.execute(runId);
  await held.reached;
  engine.lock.release(engine.lock.livingHolder()?.fencing ?? 0);
  const { restores } = engine.anotherProcess();
  restores.cancel(runId, bob);
  expect(await restores.resume(runId)).toMatchObject({ state: 'ROLLED_BACK' });
  const theirs: Item = { ...junk, neverSeenBefore: { BOOL: true } };
  engine.aws.history.seed(table, [theirs] as never, engine.clock.now());
  held.release();
  await ended;
  expect(engine.aws.history.snapshot(table)).not.toContainEqual(theirs);
  expect(restores.undoableUntil(runId)).toBeDefined();
  const undo = restores.undo(runId, bob, '', shell);
  expect(await restores.execute(undo.id)).toMatchObject({ state: 'COMPLETED' });
  expect(engine.aws.history.snapshot(table)).toContainEqual(theirs);
  expect(() => restores.undo(runId, bob, '', shell)).toThrow(`is undone by ${undo.id}`);
});

describe.each(['overwrite', 'keep'] as const)('what the application did itself right before us (%s)', (onConflict) => {
  test.each(['undo', 'rollback'] as const)('is not ours: no %s takes it away', async (wayBack) => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const held = ['DeleteItem', 'PutItem'].map((operation) => engine.aws.hold(operation, { table }));
    const wish = engine.wish();
    const options = { ...wish.options, onConflict };
    const { id: runId } = await engine.restores.request({ ...wish, options }, shell);
    const ended = engine.restores.execute(runId);
    await Promise.all(held.map(({ reached }) => reached));
    const theirs = [quote(1), quote(2)];
    const changes = [...theirs.map((item) => ({ put: item })), { delete: { id: { N: '1000' } } }];
    await engine.aws.history.write(table, changes as never, engine.clock.now());
    if (wayBack === 'rollback') engine.restores.cancel(runId, bob);
    for (const { release } of held) release();
    const run = await ended;
    expect(run).toMatchObject({ state: wayBack === 'undo' ? 'COMPLETED' : 'ROLLED_BACK' });
    if (wayBack === 'undo') {
      const kept = onConflict === 'keep' ? 3 : 0;
      expect(run.tables[0]).toMatchObject({ conflicts: { overwritten: 0, kept } });
      const undo = engine.restores.undo(runId, bob, '', shell);
      expect(await engine.restores.execute(undo.id)).toMatchObject({ state: 'COMPLETED' });
    }
    const items = engine.aws.history.snapshot(table);
    for (const item of theirs) expect(items).toContainEqual(item);
    expect(items).not.toContainEqual(quote(3));
    expect(items).not.toContainEqual(quote(1000, 'junk'));
    expect(items).toContainEqual(quote(1001, 'junk'));
  });
});
