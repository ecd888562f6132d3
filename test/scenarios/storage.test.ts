import { expect, test } from 'vitest';
import type { SqliteFile } from '../../src/sqlite/database.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, start, startEngine } from '../support/engine.ts';
import { id, live, put, quote, runIt, sorted, types } from './quotes.ts';

/** Large enough that their images do not fit where the events of a run do. */
const large = (n: number, letter: string) => quote(n, letter.repeat(20_000));

/** A table of forty large items, all of them overwritten half an hour ago. */
async function damaged(engine: Engine): Promise<readonly string[]> {
  const numbers = Array.from({ length: 40 }, (_, n) => n + 1);
  await engine.table(
    'quotes-table',
    id,
    numbers.map((n) => large(n, 'a')),
  );
  await engine.at(start - 30 * minute, async () => {
    for (const n of numbers) await put(engine, 'quotes-table', large(n, 'b'));
  });
  return sorted(numbers.map((n) => large(n, 'a')));
}

const pages = (db: SqliteFile) => Number(db.pragma('page_count', { simple: true }));

test('a disk that is full before the swap stops it before it does harm, and says what to do', async () => {
  const engine = await startEngine();
  const wanted = await damaged(engine);
  const before = live(engine);
  const written = engine.aws.history.writes('quotes-table').length;
  engine.db.pragma(`max_page_count = ${pages(engine.db) + 60}`);
  const run = await runIt(engine);
  expect(run).toMatchObject({ state: 'FAILED', failure: { code: 'STORAGE' } });
  expect(run.failure?.message).toContain('the disk is full');
  expect(run.failure?.hint).toContain('Make room');
  expect(run.failure?.restoreTablesKept).toHaveLength(1);
  expect(types(engine, run)).not.toContain('swap-started');
  expect(engine.aws.history.writes('quotes-table')).toHaveLength(written);
  expect(live(engine)).toEqual(before);
  expect(engine.lock.livingHolder()).toBeUndefined();
  engine.db.pragma('max_page_count = 1000000');
  expect((await runIt(engine)).state).toBe('COMPLETED');
  expect(live(engine)).toEqual(wanted);
});

test.for([
  {
    trouble: 'is full',
    begin: (db: SqliteFile) => db.pragma(`max_page_count = ${pages(db)}`),
    end: 'max_page_count = 1000000',
  },
  { trouble: 'can only be read', begin: (db: SqliteFile) => db.pragma('query_only = ON'), end: 'query_only = OFF' },
])(
  'a disk that $trouble in the middle of the swap leaves a run that is finished or put back',
  async ({ begin, end }) => {
    const engine = await startEngine();
    const wanted = await damaged(engine);
    const before = live(engine);
    const { id: runId } = await engine.restores.request(engine.wish(), shell);
    const stopWatching = engine.log.watch(() => {
      if (engine.log.ofRun(runId).some(({ event }) => event.type === 'swap-started')) begin(engine.db);
    });
    // It rejects only with what could not be written down.
    const thrown = await engine.restores.execute(runId).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (thrown !== undefined) expect(thrown).toMatchObject({ code: 'STORAGE' });
    stopWatching();
    engine.db.pragma(end);
    if (engine.restores.run(runId)?.state === 'IN_PROGRESS') {
      await expect.poll(() => engine.restores.interrupted().map((run) => run.id)).toEqual([runId]);
      await engine.restores.resume(runId);
    }
    const run = engine.restores.run(runId);
    expect(['COMPLETED', 'ROLLED_BACK']).toContain(run?.state);
    expect(live(engine)).toEqual(run?.state === 'COMPLETED' ? wanted : before);
    expect(engine.lock.livingHolder()).toBeUndefined();
  },
);
