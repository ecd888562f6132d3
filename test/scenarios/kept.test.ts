import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import { journalStates, perhapsWritten } from '../../src/restore/journal-states.ts';
import type { OnConflict } from '../../src/restore/request.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, start, startEngine } from '../support/engine.ts';
import { alice } from '../support/requests.ts';
import { id, live, put, quote, quotes, sorted } from './quotes.ts';

const table = 'quotes-table';
const junk: Item = quote(1_000, 'junk');

/** Five quotes; half an hour ago the first one was changed, and one added. */
async function twoDifferences(engine: Engine): Promise<void> {
  await engine.table(table, id, quotes(5));
  await engine.at(start - 30 * minute, async () => {
    await put(engine, table, quote(1, 'corrupt'));
    await put(engine, table, junk);
  });
}

const applicationWrites = (engine: Engine, item: Item) =>
  engine.aws.history.seed(table, [item] as never, engine.clock.now());
const itemOf = (engine: Engine, n: number) =>
  engine.aws.history.snapshot(table).find((item) => item['id']?.N === String(n));

/** A restore in which the application writes `theirs` before our first request of that kind reaches AWS. */
async function restored(engine: Engine, operation: string, theirs: Item, onConflict: OnConflict) {
  const held = engine.aws.hold(operation, { table });
  const wish = engine.wish({ options: { ...engine.wish().options, onConflict } });
  const { id: runId } = await engine.restores.request(wish, shell);
  const ended = engine.restores.execute(runId);
  await held.reached;
  applicationWrites(engine, theirs);
  held.release();
  return { runId, run: await ended };
}

async function undone(engine: Engine, runId: string) {
  return engine.restores.execute(engine.restores.undo(runId, alice, '', shell).id);
}

describe('an item that was deleted over an attribute nobody had seen, and kept', () => {
  const theirs: Item = { ...junk, neverSeenBefore: { BOOL: true } };

  test('is put back at once, and an undo has nothing to do with it, whatever became of it since', async () => {
    const engine = await startEngine();
    await twoDifferences(engine);
    const { runId, run } = await restored(engine, 'DeleteItem', theirs, 'keep');
    expect(run).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(itemOf(engine, 1_000)).toEqual(theirs);
    const later: Item = { ...theirs, addedLater: { S: 'after the restore' } };
    applicationWrites(engine, later);
    const undo = await undone(engine, runId);
    expect(undo).toMatchObject({ state: 'COMPLETED', tables: [{ swapped: { put: 1, delete: 0 } }] });
    expect(live(engine)).toEqual(sorted([quote(1, 'corrupt'), ...quotes(5).slice(1), later]));
  });

  test('stays deleted when the application deletes it before the undo', async () => {
    const engine = await startEngine();
    await twoDifferences(engine);
    const { runId } = await restored(engine, 'DeleteItem', theirs, 'keep');
    await engine.remove(table, id, junk, engine.clock.now());
    expect(await undone(engine, runId)).toMatchObject({ state: 'COMPLETED' });
    expect(live(engine)).toEqual(sorted([quote(1, 'corrupt'), ...quotes(5).slice(1)]));
  });

  test('is put back first by another process, when ours was stopped right after the delete', async () => {
    const engine = await startEngine();
    await twoDifferences(engine);
    const held = engine.aws.hold('DeleteItem', { table });
    const wish = engine.wish({ options: { ...engine.wish().options, onConflict: 'keep' } });
    const { id: runId } = await engine.restores.request(wish, shell);
    const shutdown = new AbortController();
    const ended = engine.restores.execute(runId, shutdown.signal);
    await held.reached;
    applicationWrites(engine, theirs);
    shutdown.abort();
    held.release();
    expect(await ended).toMatchObject({ state: 'IN_PROGRESS' });
    const resumed = await engine.anotherProcess().restores.resume(runId);
    expect(resumed).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(itemOf(engine, 1_000)).toEqual(theirs);
  });
});

describe('an item that was written over an attribute nobody had seen, and changed again before that was put back', () => {
  const theirs: Item = { ...quote(1, 'corrupt'), neverSeenBefore: { BOOL: true } };

  /** `since` is written when our request that puts the item back has reached AWS. */
  async function changedBeforeItIsBack(engine: Engine, since: Item) {
    await twoDifferences(engine);
    let writes = 0;
    engine.aws.requests.onRequest(({ operation }) => {
      if (operation !== 'UpdateItem') return;
      writes += 1;
      if (writes === 2) applicationWrites(engine, since);
    });
    return restored(engine, 'UpdateItem', theirs, 'keep');
  }

  test('is as the application left it where that was one more attribute', async () => {
    const engine = await startEngine();
    const added = { addedToo: { S: 'before it was back' } };
    const { run } = await changedBeforeItIsBack(engine, { ...theirs, ...quote(1), ...added });
    expect(run).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(itemOf(engine, 1)).toEqual({ ...theirs, ...added });
  });

  test('is known to hold values of ours where that was anything else, and an undo counts it as changed since', async () => {
    const engine = await startEngine();
    const since: Item = { ...theirs, ...quote(1), neverSeenBefore: { BOOL: false }, text: { S: 'since' } };
    const { run, runId } = await changedBeforeItIsBack(engine, since);
    expect(run).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(itemOf(engine, 1)).toEqual(since);
    const images = engine.journal.read(runId, 'quotes', perhapsWritten, undefined, 10).map(({ before }) => before);
    expect(images).toContainEqual(theirs);
    expect(await undone(engine, runId)).toMatchObject({ tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(itemOf(engine, 1)).toEqual(since);
  });
});

describe('an undo of an item that the run wrote more than once', () => {
  const theirs: Item = { ...quote(1, 'corrupt'), neverSeenBefore: { BOOL: true } };

  test('leaves it exactly as the application left it since, also where it only added an attribute', async () => {
    const engine = await startEngine();
    await twoDifferences(engine);
    const { runId } = await restored(engine, 'UpdateItem', theirs, 'overwrite');
    const images = engine.journal.read(runId, 'quotes', perhapsWritten, undefined, 10).map(({ before }) => before);
    expect(images).toContainEqual(theirs);
    const later: Item = { ...quote(1), addedLater: { S: 'after the restore' } };
    applicationWrites(engine, later);
    const undo = await undone(engine, runId);
    expect(undo).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(itemOf(engine, 1)).toEqual(later);
    const redo = await undone(engine, undo.id);
    expect(redo).toMatchObject({ state: 'COMPLETED' });
    expect(itemOf(engine, 1)).toEqual(later);
  });

  /** Our write, the application's `since` after it, and our write over that by the verification. */
  async function verifiedOver(engine: Engine, since: Item) {
    await twoDifferences(engine);
    const writing = engine.aws.hold('UpdateItem', { table });
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(runId);
    await writing.reached;
    const verifying = engine.aws.hold('Scan', { table });
    writing.release();
    await verifying.reached;
    applicationWrites(engine, since);
    verifying.release();
    expect(await ended).toMatchObject({ state: 'COMPLETED', tables: [{ rewritten: { put: 1, delete: 0 } }] });
    return runId;
  }

  test('leaves all of its writes alone where it leaves the last one, also when the item then is as the one before made it', async () => {
    const engine = await startEngine();
    const runId = await verifiedOver(engine, quote(1, 'since'));
    applicationWrites(engine, quote(1, 'after the restore'));
    // The first of its two writes finds another item; before the second one the application makes it what that expects.
    let writes = 0;
    engine.aws.requests.onRequest(({ operation }) => {
      if (operation !== 'UpdateItem') return;
      writes += 1;
      if (writes === 2) applicationWrites(engine, quote(1));
    });
    const undo = await undone(engine, runId);
    expect(undo).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(writes).toBe(1);
    expect(itemOf(engine, 1)).toEqual(quote(1, 'after the restore'));
  });

  test('does so also in another process, and so does an undo of the undo', async () => {
    const engine = await startEngine();
    const runId = await verifiedOver(engine, quote(1, 'since'));
    const undo = await undone(engine, runId);
    expect(itemOf(engine, 1)).toEqual(quote(1, 'since'));
    applicationWrites(engine, quote(1, 'after the undo'));
    const { id: redoId } = engine.restores.undo(undo.id, alice, '', shell);
    const shutdown = new AbortController();
    const held = engine.aws.hold('UpdateItem', { table });
    const ended = engine.restores.execute(redoId, shutdown.signal);
    await held.reached;
    shutdown.abort();
    held.release();
    expect(await ended).toMatchObject({ state: 'IN_PROGRESS' });
    applicationWrites(engine, quote(1, 'corrupt'));
    expect(await engine.anotherProcess().restores.resume(redoId)).toMatchObject({ state: 'COMPLETED' });
    expect(itemOf(engine, 1)).toEqual(quote(1, 'corrupt'));
  });
});

test('an item that the application is always faster with is left to the verification, and counted there only', async () => {
  const engine = await startEngine();
  await twoDifferences(engine);
  let turn = 0;
  engine.aws.requests.onRequest(({ operation }) => {
    if (operation !== 'UpdateItem' || turn === 10) return;
    turn += 1;
    applicationWrites(engine, quote(1, `meanwhile ${turn}`));
  });
  const { id: runId } = await engine.restores.request(engine.wish(), shell);
  const run = await engine.restores.execute(runId);
  expect(run).toMatchObject({
    state: 'COMPLETED',
    tables: [{ conflicts: { overwritten: 0, kept: 0 }, rewritten: { put: 1, delete: 0 } }],
  });
  expect(live(engine)).toEqual(sorted(quotes(5)));
  const images = engine.journal.read(runId, 'quotes', journalStates, undefined, 100).map(({ before }) => before);
  for (let n = 1; n <= 10; n += 1) expect(images).toContainEqual(quote(1, `meanwhile ${n}`));
});
