import { expect, test, vi } from 'vitest';
import { entriesAtOnce } from '../../src/restore/journal-items.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, start, startEngine } from '../support/engine.ts';
import { id, live, quote, quotes, runIt } from './quotes.ts';

const table = 'quotes-table';
const few = 10;

/** Half an hour ago, more was added than one page of the journal holds. */
async function muchAdded(engine: Engine): Promise<readonly string[]> {
  await engine.table(table, id, quotes(few));
  const before = live(engine);
  const junk = Array.from({ length: entriesAtOnce + few }, (_, n) => quote(1_000 + n, 'junk'));
  engine.aws.history.seed(table, junk as never, start - 30 * minute);
  return before;
}

test('while a page is written the next one is made ready, and nothing of it is attempted', async () => {
  const engine = await startEngine();
  const before = await muchAdded(engine);
  const held = engine.aws.hold('DeleteItem', { table });
  const { id: runId } = await engine.restores.request(engine.wish(), shell);
  const ended = engine.restores.execute(runId);
  await held.reached;
  // Before an item is deleted, the restored table is asked for it, a hundred items at a time.
  const checks = Math.ceil(entriesAtOnce / 100) + Math.ceil(few / 100);
  await vi.waitFor(() => expect(engine.aws.requests.count('BatchGetItem')).toBe(checks), { timeout: 20_000 });
  expect(engine.journal.count(runId, 'quotes')).toMatchObject({ attempted: entriesAtOnce, pending: few, written: 0 });
  held.release();
  expect(await ended).toMatchObject({ state: 'COMPLETED', tables: [{ swapped: { delete: entriesAtOnce + few } }] });
  expect(live(engine)).toEqual(before);
});

test('a page that cannot be written does not wait for the next one to be ready: the swap is put back', async () => {
  let reads = 0;
  const engine = await startEngine({
    aws: (aws) => ({
      ...aws,
      items: {
        ...aws.items,
        async read(order) {
          reads += 1;
          if (reads !== 2) return aws.items.read(order);
          return new Promise((_, reject) => {
            order.signal?.addEventListener('abort', () => reject(order.signal?.reason));
          });
        },
      },
    }),
  });
  await muchAdded(engine);
  const damaged = live(engine);
  engine.aws.faults.add({ operation: 'DeleteItem', kind: 'access-denied', nth: entriesAtOnce / 2 });
  expect(await runIt(engine)).toMatchObject({ state: 'ROLLED_BACK', failure: { code: 'SWAP' } });
  expect(live(engine)).toEqual(damaged);
});
