import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import { perhapsWritten } from '../../src/restore/journal-states.ts';
import type { OnConflict } from '../../src/restore/request.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, start, startEngine } from '../support/engine.ts';
import { alice, bob } from '../support/requests.ts';
import { id, live, put, quote, quotes, remove, runIt } from './quotes.ts';

const table = 'quotes-table';
const corrupt: Item = quote(1, 'corrupt');
const restored: Item = quote(1);

/** A table of five quotes, of which the first was changed half an hour ago. */
async function oneCorruptQuote(engine: Engine): Promise<void> {
  await engine.table(table, id, quotes(5));
  await engine.at(start - 30 * minute, () => put(engine, table, corrupt));
}

const applicationWrites = (engine: Engine, item: Item) =>
  engine.aws.history.seed(table, [item] as never, engine.clock.now());
const first = (engine: Engine) => engine.aws.history.snapshot(table).find((item) => item['id']?.N === '1');

/** Our write is made and its reply lost; before we ask again, the application has written `theirs`. */
async function overtaken(engine: Engine, theirs: Item, onConflict: OnConflict) {
  await oneCorruptQuote(engine);
  engine.aws.faults.add({ operation: 'UpdateItem', kind: 'lose-reply' });
  const held = engine.aws.hold('UpdateItem', { table, point: 'after' });
  const wish = engine.wish({ options: { ...engine.wish().options, onConflict } });
  const { id: runId } = await engine.restores.request(wish, shell);
  const ended = engine.restores.execute(runId);
  await held.reached;
  expect(first(engine)).toEqual(restored);
  applicationWrites(engine, theirs);
  held.release();
  return { runId, run: await ended };
}

describe('an item that was written, with the reply lost, and changed by the application before we asked again', () => {
  test('is still owed to an undo: what was there before comes back once the application’s change is gone', async () => {
    const engine = await startEngine();
    const { runId, run } = await overtaken(engine, quote(1, 'meanwhile'), 'keep');
    expect(run).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(first(engine)).toEqual(quote(1, 'meanwhile'));
    applicationWrites(engine, restored);
    const undo = engine.restores.undo(runId, alice, '', shell);
    expect(await engine.restores.execute(undo.id)).toMatchObject({ state: 'COMPLETED' });
    expect(first(engine)).toEqual(corrupt);
  });

  test('is overwritten after journalling and counted once; an undo goes back to the application’s image', async () => {
    const engine = await startEngine();
    const { runId, run } = await overtaken(engine, quote(1, 'meanwhile'), 'overwrite');
    expect(run).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 1, kept: 0 } }] });
    expect(first(engine)).toEqual(restored);
    const images = engine.journal.read(runId, 'quotes', perhapsWritten, undefined, 10).map(({ before }) => before);
    expect(images).toEqual([corrupt, quote(1, 'meanwhile')]);
    const undo = engine.restores.undo(runId, alice, '', shell);
    const undone = await engine.restores.execute(undo.id);
    expect(undone).toMatchObject({
      state: 'COMPLETED',
      tables: [{ swapped: { put: 1, delete: 0 }, conflicts: { kept: 0 } }],
    });
    expect(first(engine)).toEqual(quote(1, 'meanwhile'));
  });

  test('counts as changed by the application when a rollback leaves it as the application had it', async () => {
    const engine = await startEngine();
    await engine.table(table, id, quotes(5));
    // The restored table has an item to put besides: that one fails for good.
    await engine.at(start - 30 * minute, async () => {
      await put(engine, table, corrupt);
      await remove(engine, table, quote(2));
    });
    engine.aws.faults.add({ operation: 'UpdateItem', kind: 'lose-reply' });
    engine.aws.faults.add({ operation: 'PutItem', kind: 'access-denied' });
    const denied = engine.aws.hold('PutItem', { table });
    const held = engine.aws.hold('UpdateItem', { table, point: 'after' });
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(runId);
    await held.reached;
    applicationWrites(engine, quote(1, 'meanwhile'));
    held.release();
    await expect.poll(() => engine.aws.requests.count('UpdateItem')).toBe(2);
    denied.release();
    expect(await ended).toMatchObject({
      state: 'ROLLED_BACK',
      tables: [{ rolledBack: { putBack: 1, changedSince: 1 } }],
    });
    expect(first(engine)).toEqual(quote(1, 'meanwhile'));
  });
});

describe('an item that was written several times, because the application added an attribute nobody had seen', () => {
  const theirs: Item = { ...corrupt, neverSeenBefore: { BOOL: true } };

  /** Held before our first write, so that the attribute comes after the comparison. */
  async function begun(engine: Engine) {
    await oneCorruptQuote(engine);
    const held = engine.aws.hold('UpdateItem', { table });
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(runId);
    await held.reached;
    applicationWrites(engine, theirs);
    return { runId, ended, release: () => held.release() };
  }

  test('is put back by an undo, step by step, and verified by where it ends', async () => {
    const engine = await startEngine();
    const { runId, ended, release } = await begun(engine);
    release();
    expect(await ended).toMatchObject({ state: 'COMPLETED' });
    expect(first(engine)).toEqual(restored);
    const undo = engine.restores.undo(runId, alice, '', shell);
    expect(await engine.restores.execute(undo.id)).toMatchObject({
      state: 'COMPLETED',
      tables: [{ swapped: { put: 1, delete: 0 }, conflicts: { overwritten: 0, kept: 0 } }],
    });
    expect(first(engine)).toEqual(theirs);
  });

  test('is put back by a rollback, and counts once', async () => {
    const engine = await startEngine();
    const { runId, ended, release } = await begun(engine);
    // The verification is where it is cancelled: everything is written by then.
    const verifying = engine.aws.hold('Scan', { table });
    release();
    await verifying.reached;
    engine.restores.cancel(runId, bob);
    verifying.release();
    expect(await ended).toMatchObject({
      state: 'ROLLED_BACK',
      tables: [{ rolledBack: { putBack: 1, changedSince: 0 } }],
    });
    expect(first(engine)).toEqual(theirs);
  });
});

test('an item that the application changes over and over while it is written counts once', async () => {
  const engine = await startEngine();
  await oneCorruptQuote(engine);
  let turn = 0;
  engine.aws.requests.onRequest(({ operation }) => {
    if (operation !== 'UpdateItem' || turn === 3) return;
    turn += 1;
    applicationWrites(engine, quote(1, `meanwhile ${turn}`));
  });
  const run = await runIt(engine);
  expect(run).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 1, kept: 0 } }] });
  expect(live(engine)).toHaveLength(5);
});

test('what a verification round writes over is one item to an undo, which goes back to the application’s last image', async () => {
  const engine = await startEngine();
  await oneCorruptQuote(engine);
  const writing = engine.aws.hold('UpdateItem', { table });
  const { id: runId } = await engine.restores.request(engine.wish(), shell);
  const ended = engine.restores.execute(runId);
  await writing.reached;
  const verifying = engine.aws.hold('Scan', { table });
  writing.release();
  await verifying.reached;
  applicationWrites(engine, quote(1, 'after our write'));
  verifying.release();
  expect(await ended).toMatchObject({ state: 'COMPLETED', tables: [{ rewritten: { put: 1, delete: 0 } }] });
  expect(first(engine)).toEqual(restored);
  const undo = engine.restores.undo(runId, alice, '', shell);
  expect(await engine.restores.execute(undo.id)).toMatchObject({
    state: 'COMPLETED',
    tables: [{ swapped: { put: 1, delete: 0 }, conflicts: { overwritten: 0, kept: 0 } }],
  });
  expect(first(engine)).toEqual(quote(1, 'after our write'));
});
