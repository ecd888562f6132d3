import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import { journalStates } from '../../src/restore/journal-states.ts';
import type { OnConflict } from '../../src/restore/request.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, start, startEngine } from '../support/engine.ts';
import { alice, bob } from '../support/requests.ts';
import { id, live, put, quote, quotes, sorted } from './quotes.ts';

const table = 'quotes-table';
const corrupt: Item = quote(1, 'corrupt');
const added = { neverSeenBefore: { BOOL: true } } as const;
/** What the application left before our write; and what our write makes of it. */
const theirs: Item = { ...corrupt, ...added };
const mixture: Item = { ...quote(1), ...added };

async function oneCorruptQuote(engine: Engine): Promise<void> {
  await engine.table(table, id, quotes(5));
  await engine.at(start - 30 * minute, () => put(engine, table, corrupt));
}

const applicationWrites = (engine: Engine, item: Item) =>
  engine.aws.history.seed(table, [item] as never, engine.clock.now());
const first = (engine: Engine) => engine.aws.history.snapshot(table).find((item) => item['id']?.N === '1');
const images = (engine: Engine, runId: string) =>
  engine.journal.read(runId, 'quotes', journalStates, undefined, 100).map(({ before }) => before);

/** The application adds an attribute after the comparison; then our write is made, and its reply lost. */
async function begun(engine: Engine, onConflict: OnConflict = 'overwrite') {
  await oneCorruptQuote(engine);
  const held = engine.aws.hold('UpdateItem', { table });
  engine.aws.faults.add({ operation: 'UpdateItem', kind: 'lose-reply' });
  const wish = engine.wish({ options: { ...engine.wish().options, onConflict } });
  const { id: runId } = await engine.restores.request(wish, shell);
  const ended = engine.restores.execute(runId);
  await held.reached;
  applicationWrites(engine, theirs);
  return { runId, ended, release: () => held.release() };
}

async function undone(engine: Engine, runId: string) {
  return engine.restores.execute(engine.restores.undo(runId, alice, '', shell).id);
}

describe('a write over an attribute that nobody had seen, with its reply lost', () => {
  test('is undone to what the application had', async () => {
    const engine = await startEngine();
    const { runId, ended, release } = await begun(engine);
    release();
    expect(await ended).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 1, kept: 0 } }] });
    expect(live(engine)).toEqual(sorted(quotes(5)));
    expect(images(engine, runId)).toEqual(expect.arrayContaining([corrupt, theirs, mixture]));
    const undo = await undone(engine, runId);
    expect(undo).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 0 } }] });
    expect(first(engine)).toEqual(theirs);
    expect(await undone(engine, undo.id)).toMatchObject({ state: 'COMPLETED' });
    expect(live(engine)).toEqual(sorted(quotes(5)));
  });

  test('is rolled back to what the application had', async () => {
    const engine = await startEngine();
    const { runId, ended, release } = await begun(engine);
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

  test('is undone to what the application had also where nothing more could be written, and nobody knows of the write', async () => {
    const engine = await startEngine();
    const { runId, ended, release } = await begun(engine);
    engine.aws.faults.add({ operation: 'UpdateItem', kind: 'access-denied', nth: 2, count: 'all' });
    release();
    expect(await ended).toMatchObject({ state: 'NEEDS_ATTENTION' });
    expect(first(engine)).toEqual(mixture);
    engine.aws.faults.clear();
    expect(await undone(engine, runId)).toMatchObject({
      state: 'COMPLETED',
      tables: [{ swapped: { put: 1, delete: 0 }, conflicts: { overwritten: 0, kept: 0 } }],
    });
    expect(first(engine)).toEqual(theirs);
  });

  test('is put back where the application’s writes are kept, and leaves nothing to undo', async () => {
    const engine = await startEngine();
    const { runId, ended, release } = await begun(engine, 'keep');
    release();
    expect(await ended).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(first(engine)).toEqual(theirs);
    expect(images(engine, runId)).toEqual(expect.arrayContaining([corrupt, theirs]));
    expect(engine.restores.undoableUntil(runId)).toBeUndefined();
  });
});

describe('an undo that writes over an attribute which the application added since, with its reply lost', () => {
  test('leaves the item as the application left it, and counts it', async () => {
    const engine = await startEngine();
    await oneCorruptQuote(engine);
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    expect(await engine.restores.execute(runId)).toMatchObject({ state: 'COMPLETED' });
    applicationWrites(engine, mixture);
    engine.aws.faults.add({ operation: 'UpdateItem', kind: 'lose-reply' });
    const undo = await undone(engine, runId);
    expect(undo).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 0, kept: 1 } }] });
    expect(first(engine)).toEqual(mixture);
  });
});

describe('a rollback that writes over an attribute which the application added since', () => {
  test.for([{ lost: false }, { lost: true }])(
    'leaves the item as the application left it, and counts it (reply lost: $lost)',
    async ({ lost }) => {
      const engine = await startEngine();
      await oneCorruptQuote(engine);
      const { id: runId } = await engine.restores.request(engine.wish(), shell);
      const verifying = engine.aws.hold('Scan', { table });
      const ended = engine.restores.execute(runId);
      // The comparison before the swap is let through.
      await verifying.reached;
      const writing = engine.aws.hold('UpdateItem', { table });
      verifying.release();
      await writing.reached;
      const again = engine.aws.hold('Scan', { table });
      writing.release();
      await again.reached;
      applicationWrites(engine, mixture);
      if (lost) engine.aws.faults.add({ operation: 'UpdateItem', kind: 'lose-reply' });
      engine.restores.cancel(runId, bob);
      again.release();
      expect(await ended).toMatchObject({
        state: 'ROLLED_BACK',
        tables: [{ rolledBack: { putBack: 0, changedSince: 1 } }],
      });
      expect(first(engine)).toEqual(mixture);
      expect(images(engine, runId)).toContainEqual(mixture);
    },
  );
});
