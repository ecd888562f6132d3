import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareTables } from '../../src/restore/compare.ts';
import { itemHash, itemTextHash } from '../../src/restore/comparison/digest.ts';
import type { RawItems } from '../../src/restore/comparison/raw-items.ts';
import { splitReply } from '../../src/restore/comparison/raw-items.ts';
import type { Item } from '../../src/restore/item.ts';
import { sameItem } from '../../src/restore/item.ts';
import * as arbitrary from '../support/arbitrary-items.ts';

/** However a reply may be written: in one piece, or with spaces; the items first, last or in between. */
const spaces = fc.constantFrom('', ' ', '\t', 2);
const around = fc.constantFrom(
  (Items: readonly Item[]) => ({ Items }),
  (Items: readonly Item[]) => ({ Count: 1, Items, LastEvaluatedKey: { Items: { S: '"Items":[' } }, ScannedCount: 2 }),
  (Items: readonly Item[]) => ({ ConsumedCapacity: { TableName: 'Items' }, LastEvaluatedKey: { a: { L: [] } }, Items }),
);

/** Texts of every length about that at which their end is looked for in another way, full of what ends texts and items. */
const trickyText = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '\\"', '{', '}', '[', ']', ',', 'é', '\n', '"Items":['),
  maxLength: 90,
});
const trickyItem: fc.Arbitrary<Item> = fc
  .array(fc.tuple(trickyText, trickyText), { maxLength: 4 })
  .map((attributes) => Object.fromEntries(attributes.map(([name, S]) => [name, { S }])));

describe('the items of a reply', () => {
  test('are the same as parsed, and the rest is the reply without them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(arbitrary.item, trickyItem), { maxLength: 5 }),
        around,
        spaces,
        (items, reply, space) => {
          const split = splitReply(Buffer.from(JSON.stringify(reply(items), null, space)));
          expect(split?.items.parsed()).toEqual(items);
          expect(JSON.parse(split?.rest ?? '')).toEqual(reply([]));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('have the hash of the parsed item, however they are written', () => {
    fc.assert(
      fc.property(arbitrary.item, spaces, (item, space) => {
        for (const spelled of [item, arbitrary.respell(item)]) {
          expect(itemTextHash(JSON.stringify(spelled, null, space))).toBe(itemHash(item));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('look the same only if they are the same', () => {
    fc.assert(
      fc.property(arbitrary.item, arbitrary.item, (a, b) => {
        expect(raw([a, b], '').isSame(0, raw([b, a], ''), 1)).toBe(true);
        if (raw([a], '').isSame(0, raw([b], ''), 0)) expect(sameItem(a, b)).toBe(true);
      }),
    );
  });

  test('have different hashes where they differ in half a character', () => {
    const hashes = ['\\ud800', '\\ud801', '\\ufffd'].map((half) => itemTextHash(`{"id":{"S":"${half}"}}`));
    expect(new Set(hashes).size).toBe(3);
  });

  test('are hashed in a moment, also with tens of thousands of names that are data', () => {
    const names = Array.from({ length: 40_000 }, (_, index) => (Math.imul(index, 2_654_435_761) >>> 0).toString(36));
    const byName = Object.fromEntries(names.map((name) => [name, { N: '1' }]));
    const begun = process.cpuUsage();
    itemTextHash(JSON.stringify({ id: { S: '1' }, byName: { M: byName } }));
    // Of the processor's time: how much of it we get is not the hash's doing.
    expect(process.cpuUsage(begun).user / 1_000).toBeLessThan(1_500);
  });

  test('of a type that nobody knows are refused, not skipped', () => {
    expect(() => itemTextHash('{"id":{"X":"1"}}')).toThrow('of a type this program does not know');
  });

  test.for([
    '{"Count":1}',
    '{"Responses":{"Items":[{"id":{"S":"1"}}]}}',
    '{"Items":null}',
    '{"Items":[{"id":',
    '',
    '[]',
  ])('are not found in %s', (body) => {
    expect(splitReply(Buffer.from(body))).toBeUndefined();
  });
});

test('a comparison of raw pages finds what one of parsed pages finds', async () => {
  const numbered = fc
    .array(fc.tuple(fc.nat(30), arbitrary.item), { maxLength: 30 })
    .map((rows) =>
      [...new Map(rows).entries()]
        .sort(([a], [b]) => a - b)
        .map(([id, item]): Item => ({ ...item, id: { N: String(id) } })),
    );
  await fc.assert(
    fc.asyncProperty(numbered, numbered, spaces, async (restored, some, space) => {
      const live = [...restored.filter((_, index) => index % 5 > 0), ...some.slice(0, 4).map(arbitrary.respell)];
      const wires = [(items: readonly Item[]) => raw(items, space), (items: readonly Item[]) => items];
      const [ofRaw, ofParsed] = await Promise.all(wires.map((wire) => compareBy(wire, restored, live)));
      expect(ofRaw).toEqual(ofParsed);
    }),
  );
});

async function compareBy(wire: (items: readonly Item[]) => RawItems | readonly Item[], ...sides: readonly Item[][]) {
  const differences: unknown[] = [];
  const scan = async function* (items: readonly Item[] = []) {
    yield { items: wire(items.slice(0, 3)) };
    yield { items: wire(items.slice(3)) };
  };
  const comparison = await compareTables({
    keySchema: { partition: 'id' },
    restored: [scan(sides[0])],
    live: [scan(sides[1])],
    onDifferences: (batch) => void differences.push(...batch),
  });
  return { comparison, differences };
}

function raw(items: readonly Item[], space: string | number): RawItems {
  const split = splitReply(Buffer.from(JSON.stringify({ Items: items }, null, space)));
  if (split === undefined) throw new Error('There are items');
  return split.items;
}
