import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { asUserError } from '../../src/restore/errors.ts';
import type { Phase } from '../../src/restore/events.ts';
import { phases } from '../../src/restore/events.ts';
import type { Item } from '../../src/restore/item.ts';
import { journalStates } from '../../src/restore/journal-states.ts';
import type { Journal } from '../../src/restore/ports.ts';
import { stampOf } from '../../src/restore/run-id.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, slack, startEngine } from '../support/engine.ts';
import { alice, bob } from '../support/requests.ts';
import { damagedQuotes, live, phase, put, quote, quotes, runIt, sorted, tables } from './quotes.ts';

const table = 'quotes-table';

/** Every image the journal saved of a run. */
function saved(journal: Journal, runId: string): readonly string[] {
  const entries = journal.read(runId, 'quotes', journalStates, undefined, 1_000_000);
  return entries.flatMap((entry) => (entry.before === undefined ? [] : [JSON.stringify(entry.before)]));
}

/** A restore held just before its first write to the live table; the comparison is done. */
async function heldBeforeWriting(engine: Engine, options = {}) {
  const held = engine.aws.hold('UpdateItem', { table });
  const wish = engine.wish({ options: { ...engine.wish().options, ...options } });
  const { id: runId } = await engine.restores.request(wish, shell);
  const ended = engine.restores.execute(runId);
  await held.reached;
  return { runId, ended, release: () => held.release() };
}

/** Writes as the application would, past any hold. */
const applicationWrites = (engine: Engine, item: Item) =>
  engine.aws.history.seed(table, [item] as never, engine.clock.now());

describe('a swap that cannot be finished', () => {
  test('is put back, and the tables are what they were', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const before = live(engine);
    engine.aws.faults.add({ operation: 'UpdateItem', kind: 'access-denied', nth: 15 });
    const run = await runIt(engine);
    expect(run).toMatchObject({
      state: 'ROLLED_BACK',
      failure: { code: 'SWAP', phase: 'SWAP_DATA' },
      phases: { ROLL_BACK: { status: 'complete' } },
    });
    expect(live(engine)).toEqual(before);
    expect(run.tables[0]?.rolledBack?.putBack).toBeGreaterThan(0);
    expect(run.tables[0]?.rolledBack?.changedSince).toBe(0);
    expect(run.failure?.restoreTablesKept).toHaveLength(1);
    expect(engine.lock.livingHolder()).toBeUndefined();
  });

  test('is left as it is with --no-rollback, and says so', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const before = live(engine);
    engine.aws.faults.add({ operation: 'UpdateItem', kind: 'access-denied', nth: 15 });
    const run = await runIt(engine, engine.wish({ options: { ...engine.wish().options, rollback: false } }));
    expect(run).toMatchObject({ state: 'FAILED', failure: { code: 'SWAP' } });
    expect(run.failure?.hint).toContain('Partly written back: quotes-table. A restore to the same point finishes it.');
    expect(live(engine)).not.toEqual(before);
  });

  test('that cannot be put back either needs attention: it names each table’s state and what to type, and undo works', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const before = live(engine);
    engine.aws.faults.add({ operation: 'UpdateItem', kind: 'access-denied', nth: 15, count: 'all' });
    const run = await runIt(engine);
    expect(run).toMatchObject({ state: 'NEEDS_ATTENTION' });
    expect(run.failure?.hint).toContain('quotes-table: partly written');
    expect(run.failure?.hint).toContain(`undo ${run.id}`);
    engine.aws.faults.clear();
    const undo = engine.restores.undo(run.id, alice, 'clean up', shell);
    expect(await engine.restores.execute(undo.id)).toMatchObject({ state: 'COMPLETED' });
    expect(live(engine)).toEqual(before);
  });

  test('cancelled in its middle, is put back as well', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const before = live(engine);
    const { runId, ended, release } = await heldBeforeWriting(engine);
    engine.restores.cancel(runId, bob);
    release();
    expect(await ended).toMatchObject({ state: 'ROLLED_BACK', failure: { code: 'CANCELLED' } });
    expect(live(engine)).toEqual(before);
  });
});

describe('what the application writes between the comparison and our write', () => {
  test('is journalled before it is overwritten, counted, and comes back with an undo', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const { runId, ended, release } = await heldBeforeWriting(engine);
    const newer = quote(101, 'written meanwhile');
    applicationWrites(engine, newer);
    release();
    const run = await ended;
    expect(run).toMatchObject({ state: 'COMPLETED' });
    expect(run.tables[0]?.conflicts).toEqual({ overwritten: 1, kept: 0 });
    expect(live(engine)).toEqual(sorted(quotes(300)));
    expect(saved(engine.journal, runId)).toContain(JSON.stringify(newer));
    const undo = engine.restores.undo(runId, alice, 'wrong day', shell);
    expect(await engine.restores.execute(undo.id)).toMatchObject({ state: 'COMPLETED' });
    expect(live(engine)).toContain(JSON.stringify(newer));
  });

  test('stays with --on-conflict keep, and is counted', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const { ended, release } = await heldBeforeWriting(engine, { onConflict: 'keep' });
    const newer = quote(101, 'written meanwhile');
    applicationWrites(engine, newer);
    release();
    const run = await ended;
    expect(run).toMatchObject({ state: 'COMPLETED' });
    expect(run.tables[0]?.conflicts).toEqual({ overwritten: 0, kept: 1 });
    expect(live(engine)).toContain(JSON.stringify(newer));
  });

  test.for(['overwrite', 'keep'] as const)(
    'is saved also when it only adds an attribute that nobody had seen (%s)',
    async (onConflict) => {
      const engine = await startEngine();
      await damagedQuotes(engine);
      const { runId, ended, release } = await heldBeforeWriting(engine, { onConflict });
      const newer: Item = { id: { N: '101' }, text: { S: 'corrupt' }, neverSeenBefore: { BOOL: true } };
      applicationWrites(engine, newer);
      release();
      const run = await ended;
      expect(run).toMatchObject({ state: 'COMPLETED' });
      expect(saved(engine.journal, runId).map((text) => JSON.parse(text))).toContainEqual(newer);
      const isThere = engine.aws.history.snapshot(table).some((item) => 'neverSeenBefore' in item);
      expect(isThere).toBe(onConflict === 'keep');
    },
  );

  test('never disappears: with writers hammering the same keys, every image is in the table or in the journal', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const written: string[] = [];
    const overwrittenByItself = new Set<string>();
    const enough = new AbortController();
    const hammer = async (n: number) => {
      for (let turn = 0; !enough.signal.aborted && turn < 400; turn += 1) {
        const item = { id: { N: String(n) }, text: { S: `hammer ${n} ${turn}` } };
        const { Attributes } = await engine.client.send(
          new PutItemCommand({ TableName: table, Item: item, ReturnValues: 'ALL_OLD' }),
        );
        written.push(JSON.stringify(item));
        if (Attributes !== undefined) overwrittenByItself.add(String(Attributes['text']?.S));
      }
    };
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(runId);
    await phase(engine, runId, 'SWAP_DATA');
    const hammers = [1, 2, 101, 102, 1000, 1001].map(hammer);
    await phase(engine, runId, 'VERIFY_DATA');
    enough.abort();
    await Promise.all(hammers);
    await ended;
    const inTable = new Set(live(engine).map((text) => String(JSON.parse(text).text.S)));
    const inJournal = new Set(saved(engine.journal, runId).map((text) => String(JSON.parse(text).text.S)));
    const texts = written.map((text) => String(JSON.parse(text).text.S));
    expect(texts.length).toBeGreaterThan(20);
    const lost = texts.filter((text) => !inTable.has(text) && !inJournal.has(text) && !overwrittenByItself.has(text));
    expect(lost).toEqual([]);
  });
});

describe('an undo', () => {
  test('puts back exactly what the run overwrote; what was changed since is not touched, but counted', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const before = live(engine);
    const run = await runIt(engine);
    const since = quote(105, 'written after the restore');
    await put(engine, table, since);
    const undo = engine.restores.undo(run.id, alice, 'wrong hour', shell);
    const ended = await engine.restores.execute(undo.id);
    expect(ended).toMatchObject({ state: 'COMPLETED', request: { undoOf: run.id } });
    expect(ended.tables[0]?.conflicts).toEqual({ overwritten: 0, kept: 1 });
    const expected = before.map((text) => (JSON.parse(text).id.N === '105' ? JSON.stringify(since) : text));
    expect(live(engine)).toEqual(sorted(expected.map((text) => JSON.parse(text))));
    expect(await tables(engine)).toEqual([table]);
  });

  test('can itself be undone, and is not done twice', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const run = await runIt(engine);
    const undo = engine.restores.undo(run.id, alice, '', shell);
    await engine.restores.execute(undo.id);
    expect(() => engine.restores.undo(run.id, alice, '', shell)).toThrow(
      expect.objectContaining({ code: 'OUT_OF_DATE', hint: expect.stringContaining(`undo ${undo.id}`) }),
    );
    const redo = engine.restores.undo(undo.id, alice, '', shell);
    expect(await engine.restores.execute(redo.id)).toMatchObject({ state: 'COMPLETED' });
    expect(live(engine)).toEqual(sorted(quotes(300)));
  });

  test('that can neither be finished nor put back says how to finish it, for as long as its images are kept', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const before = live(engine);
    const run = await runIt(engine);
    const { id: undoId } = engine.restores.undo(run.id, alice, '', shell);
    engine.aws.faults.add({ operation: 'UpdateItem', kind: 'access-denied', nth: 15, count: 'all' });
    const halfway = await engine.restores.execute(undoId);
    engine.aws.faults.clear();
    expect(halfway.state).toBe('NEEDS_ATTENTION');
    expect(halfway.failure?.hint).toContain(`finish it with \`undo ${run.id}\``);
    expect(halfway.failure?.hint).toContain('stays in the journal for 35 days');
    for (const id of [run.id, undoId]) {
      const until = engine.restores.undoableUntil(id) ?? 0;
      expect(until - (halfway.endedAt ?? 0)).toBe(35 * 24 * 60 * minute);
    }
    const again = engine.restores.undo(run.id, alice, '', shell);
    expect(await engine.restores.execute(again.id)).toMatchObject({ state: 'COMPLETED' });
    expect(live(engine)).toEqual(before);
  });

  test('asks for the same approvals as a restore, and what is approved is that undo', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const run = await runIt(engine);
    const undo = engine.restores.undo(run.id, alice, '', slack);
    expect(undo).toMatchObject({ state: 'AWAITING_APPROVAL', approvalsNeeded: 1 });
    expect(undo.digest).not.toBe(run.digest);
    await expect(engine.restores.execute(undo.id)).rejects.toMatchObject({ code: 'OUT_OF_DATE' });
    engine.restores.approve(undo.id, bob, undo.digest);
    expect(await engine.restores.execute(undo.id)).toMatchObject({ state: 'COMPLETED' });
  });

  test('has nothing to do where nothing was written, and says what to do instead', async () => {
    const engine = await startEngine();
    await engine.table(table, [{ name: 'id', type: 'N' }], quotes(5));
    const run = await runIt(engine);
    expect(engine.restores.undoableUntil(run.id)).toBeUndefined();
    expect(() => engine.restores.undo(run.id, alice, '', shell)).toThrow(
      expect.objectContaining({ code: 'OUT_OF_DATE', hint: expect.stringContaining('restore to a second before') }),
    );
  });
});

describe('a run that was stopped', () => {
  const resumable: readonly Phase[] = phases.filter((name) => name !== 'ACQUIRE_LOCK' && name !== 'RELEASE_LOCK');

  test.for(resumable)('by a shutdown in %s goes on from there in another process', async (stopIn) => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const shutdown = new AbortController();
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(runId, shutdown.signal);
    await phase(engine, runId, stopIn);
    shutdown.abort();
    const stopped = await ended;
    if (stopped.state === 'IN_PROGRESS') {
      const other = engine.anotherProcess();
      expect(engine.log.ofRun(runId).map((row) => row.event.type)).toContain('paused');
      expect(other.restores.interrupted().map((run) => run.id)).toEqual([runId]);
      expect(await other.restores.resume(runId)).toMatchObject({ state: 'COMPLETED', resumed: true });
    }
    expect(live(engine)).toEqual(sorted(quotes(300)));
    expect(await tables(engine)).toEqual([table]);
    expect(engine.aws.requests.count('RestoreTableToPointInTime')).toBe(1);
    expect(engine.lock.livingHolder()).toBeUndefined();
  });

  test('in the middle of its swap and then cancelled is put back when it is resumed', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const before = live(engine);
    const shutdown = new AbortController();
    const held = engine.aws.hold('UpdateItem', { table });
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(runId, shutdown.signal);
    await held.reached;
    shutdown.abort();
    held.release();
    expect((await ended).state).toBe('IN_PROGRESS');
    expect(live(engine)).not.toEqual(before);
    const other = engine.anotherProcess();
    other.restores.cancel(runId, bob);
    expect(await other.restores.resume(runId)).toMatchObject({ state: 'ROLLED_BACK', failure: { code: 'CANCELLED' } });
    expect(live(engine)).toEqual(before);
  });

  test('stands in the way of a new one, which is told what to type', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const shutdown = new AbortController();
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const ended = engine.restores.execute(runId, shutdown.signal);
    await phase(engine, runId, 'AWAIT_ACTIVE');
    shutdown.abort();
    await ended;
    const refused = await runIt(engine);
    expect(refused.failure).toMatchObject({ code: 'RESTORE_IN_PROGRESS' });
    expect(refused.failure?.hint).toContain(`resume ${runId}`);
    expect(refused.failure?.hint).toContain(`cancel ${runId}`);
    await engine.restores.resume(runId);
    expect(await runIt(engine)).toMatchObject({ state: 'COMPLETED' });
  });

  test('cannot be resumed while somebody carries it out', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const { runId, ended, release } = await heldBeforeWriting(engine);
    await expect(engine.anotherProcess().restores.resume(runId)).rejects.toMatchObject({ code: 'OUT_OF_DATE' });
    release();
    await ended;
    await expect(engine.restores.resume(runId)).rejects.toMatchObject({ code: 'OUT_OF_DATE' });
  });

  test('whose holder was only paused: that one finds its lock gone and writes nothing more', async () => {
    const engine = await startEngine();
    await damagedQuotes(engine);
    const { runId, ended, release } = await heldBeforeWriting(engine);
    engine.lock.release(engine.lock.livingHolder()?.fencing ?? 0);
    const taken = engine.anotherProcess().lock.take('another-run');
    const before = engine.aws.history.writes(table).length;
    release();
    await ended;
    // The one batch that was under way when it was paused, whose entries are in the journal as attempted; then no more.
    const { attempted, written } = engine.journal.count(runId, 'quotes');
    expect(engine.aws.history.writes(table).length - before).toBeLessThanOrEqual(attempted + written);
    expect(taken.taken).toBe(true);
    expect(engine.restores.run(runId)?.state).toBe('IN_PROGRESS');
  });
});

test('what one bot begins is not ended by another one that was about to begin it as well', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const { id: runId } = await engine.restores.request(engine.wish(), shell);
  const winner = engine.anotherProcess();
  const { holder } = winner.lock.take(runId);
  const why = await engine.restores.execute(runId).catch((error: unknown) => error);
  expect(why).toMatchObject({ code: 'OUT_OF_DATE' });
  engine.restores.abandon(runId, asUserError(why));
  expect(engine.restores.run(runId)?.state).toBe('APPROVED');
  winner.lock.release(holder.fencing);
  expect(await winner.restores.execute(runId)).toMatchObject({ state: 'COMPLETED' });
});

test('a delete is checked against the restored table: an item that is there is never deleted', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const { runId, ended, release } = await heldBeforeWriting(engine);
  // As if a scan had missed the item: the journal says "delete", the restored table has it.
  engine.journal.add(runId, 'quotes', [{ before: quote(200), after: undefined }]);
  release();
  expect(await ended).toMatchObject({ state: 'COMPLETED' });
  expect(live(engine)).toContain(JSON.stringify(quote(200)));
});

test('two restores asked for in the same second have restore tables of their own, also when the first one kept its', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const first = await engine.restores.request(engine.wish(), shell);
  const [requested] = engine.log.ofRun(first.id).map(({ event }) => event);
  if (requested?.type !== 'requested') throw new Error('a run begins with its request');
  const second = engine.log.begin(stampOf(first.id).requestedAt, requested);
  expect(second).toBe(`${first.id}-2`);
  engine.aws.faults.add({ operation: 'UpdateItem', kind: 'access-denied' });
  const kept = (await engine.restores.execute(first.id)).failure?.restoreTablesKept;
  expect(kept).toHaveLength(1);
  const run = await engine.restores.execute(second);
  expect(run).toMatchObject({ state: 'COMPLETED', tables: [{ restoreTable: `${kept?.[0]}-2` }] });
});
