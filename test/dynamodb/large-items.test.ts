import { expect, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import type { GuardedChange } from '../../src/restore/ports.ts';
import { outcomesOf } from './outcomes.ts';
import { keySchema, sandboxTable, table } from './sandbox-table.ts';

/** Just under what DynamoDB stores, 400 KB; binary, so that it is a third larger on the wire. */
function large(n: number, fill: number): Item {
  return { id: { S: `item ${n}` }, at: { N: '1' }, image: { B: Buffer.alloc(409_000, fill).toString('base64') } };
}

const count = 28;
const keys = Array.from({ length: count }, (_, n) => ({ id: { S: `item ${n}` }, at: { N: '1' } }));

test('items of 400 KB are written, guarded by their old image, read and scanned whole', async () => {
  const { sandbox, items } = await sandboxTable();
  const [before, after] = [0, 1].map((fill) => keys.map((_, n) => large(n, fill))) as [Item[], Item[]];
  // Written in full batches of 25: 14 MB on the wire, of 16 that AWS takes.
  await items.write({ table, changes: before.map((item) => ({ kind: 'put', item })) });
  for (const { body } of sandbox.requests.list('BatchWriteItem')) {
    expect(JSON.stringify(body).length).toBeLessThan(16_000_000);
  }

  let writeUnits = 0;
  const changes = after.map((item, n): GuardedChange => ({ kind: 'put', item, expected: before[n] }));
  const outcomes = await outcomesOf(items, {
    table,
    keySchema,
    changes,
    onConsumed: (consumed) => {
      writeUnits += consumed.writeUnits;
    },
  });
  expect(outcomes.map((outcome) => outcome?.done)).toEqual(changes.map(() => true));
  expect(writeUnits).toBe(count * 400);

  const found = await items.read({ table, keySchema, keys });
  expect(found.map((item) => item?.['image'])).toEqual(after.map(({ image }) => image));

  const sizes: number[] = [];
  for await (const page of items.scan({ table, segment: 0, totalSegments: 1, consistent: true })) {
    sizes.push(page.items.length);
  }
  // A page ends at a megabyte: what is held in memory does not depend on how large the items are.
  expect(Math.max(...sizes)).toBeLessThanOrEqual(3);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
});
