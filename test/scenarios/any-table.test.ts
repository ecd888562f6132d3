import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttributeValue, Item } from '../../src/restore/item.ts';
import { item } from '../support/arbitrary-items.ts';
import type { Keys } from '../support/engine.ts';
import { minute, shell, start, startEngine } from '../support/engine.ts';

const keyValue: Record<'S' | 'N' | 'B', fc.Arbitrary<AttributeValue>> = {
  S: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).map((S) => ({ S })),
  N: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => ({ N: String(n / 1000) })),
  B: fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => ({ B: Buffer.from(bytes).toString('base64') })),
};

/** The sandbox's dynalite takes an attribute called `__proto__` for a prototype; the comparison has tests of its own for it. */
const storable = item.filter((one) => !JSON.stringify(one).includes('"__proto__"'));

const keyType = fc.constantFrom('S', 'N', 'B');

/** Key attributes; what the table held at the restore point, what was written after it, and what was deleted. */
const history = fc.record({ partition: keyType, sort: fc.option(keyType) }).chain(({ partition, sort }) => {
  const keys: Keys = [{ name: 'pk', type: partition }, ...(sort === null ? [] : [{ name: 'sk', type: sort } as const])];
  const values = Object.fromEntries(keys.map(({ name, type }) => [name, keyValue[type]]));
  const key = fc.record(values, { noNullPrototype: true });
  const items = fc.array(
    fc.tuple(storable, key).map(([attributes, keyOfIt]): Item => ({ ...attributes, ...keyOfIt })),
    { maxLength: 40 },
  );
  const removed = fc.array(fc.nat({ max: 60 }));
  return fc.tuple(fc.constant(keys), items, items, removed);
});

/** Attribute order and the order of sets mean nothing. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([name, inner]) => [
      name,
      /^[SNB]S$/.test(name) && Array.isArray(inner)
        ? [...inner].sort((a, b) => String(a).localeCompare(String(b)))
        : canonical(inner),
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
const asSet = (items: readonly unknown[]) => items.map((one) => JSON.stringify(canonical(one))).sort();

test('whatever a table held then and holds now, a restore makes it what it was', async () => {
  let runs = 0;
  const property = fc.asyncProperty(history, async ([keys, original, changed, removed]) => {
    runs += 1;
    const table = `any-table-${runs}`;
    const engine = await startEngine({ environment: { tables: [{ label: 'any', table }] } });
    await engine.table(table, keys, original);
    const before = asSet(engine.aws.history.snapshot(table));
    const doomed = original.filter((_, index) => removed.includes(index));
    engine.aws.history.seed(table, changed as never, start - 30 * minute);
    for (const one of doomed) await engine.remove(table, keys, one, start - 20 * minute);
    const { id } = await engine.restores.request(engine.wish(), shell);
    const run = await engine.restores.execute(id);
    expect(run.failure).toBeUndefined();
    expect(asSet(engine.aws.history.snapshot(table))).toEqual(before);
  });
  await fc.assert(property, { numRuns: 20, endOnFailure: true });
});
