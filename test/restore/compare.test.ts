import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  Comparison,
  ComparisonInput,
  ComparisonProgress,
  Difference,
  ScanPage,
} from '../../src/restore/compare.ts';
import { compareTables } from '../../src/restore/compare.ts';
import type { AttributeValue, Item } from '../../src/restore/item.ts';
import * as arbitrary from '../support/arbitrary-items.ts';
import { MemoryOverflow } from '../support/memory-overflow.ts';

const byId = { partition: 'id' } as const;

describe('any two tables', () => {
  test('applying the differences to the live table gives the restored one, and the counts add up', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ tables, restored, live, budget, keys }) => {
        const overflow = new MemoryOverflow();
        let opened = 0;
        const batches: (readonly Difference[])[] = [];
        const progress: ComparisonProgress[] = [];
        const comparison = await compareTables({
          onProgress: (soFar) => progress.push(soFar),
          keySchema: keys.schema,
          restored: restored.map(iterable),
          live: live.map(iterable),
          onDifferences: (batch) => void batches.push(batch),
          openOverflow: () => {
            opened += 1;
            return overflow;
          },
          ...(budget === undefined ? {} : { memoryBudgetBytes: budget }),
        });

        const target = apply(tables.live, batches.flat(), keys);
        expect(target).toEqual(tables.restored);
        const expected = expectedCounts(tables);
        expect({
          put: comparison.put,
          delete: comparison.delete,
          unchanged: comparison.unchanged,
        }).toEqual(expected);
        expect(batches.flat()).toHaveLength(expected.put + expected.delete);
        expect(comparison.restored.items).toBe(tables.restored.size);
        expect(comparison.live.items).toBe(tables.live.size);
        expect(comparison.restored.digest === comparison.live.digest).toBe(expected.put + expected.delete === 0);
        expect(batches.every((batch) => batch.length >= 1 && batch.length <= 100)).toBe(true);
        expect(progress.at(-1)).toEqual({
          restored: tables.restored.size,
          live: tables.live.size,
          waiting: 0,
          overflowed: 0,
          ...expected,
          readUnits: { restored: 0, live: 0 },
        });
        expect(overflow.closed).toBe(opened);
      }),
      { numRuns: 300 },
    );
  });

  test('an equal pair is equal however the two sides spell it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitrary.item, { maxLength: 20 }), async (attributes) => {
        const items = attributes.map((item, index) => ({
          ...item,
          id: { N: String(index + 1) },
        }));
        const comparison = await compare([[items]], [[items.map(arbitrary.respell).reverse()]]);
        expect(comparison).toMatchObject({
          put: 0,
          delete: 0,
          unchanged: items.length,
        });
        expect(comparison.live).toEqual(comparison.restored);
      }),
    );
  });
});

describe('differences', () => {
  test('carry both images, and a deleted item has no live one', async () => {
    const found: Difference[] = [];
    await compare([[[numbered(1, 'was'), numbered(2, 'gone')]]], [[[numbered(3, 'new'), numbered(1, 'is')]]], {
      onDifferences: (batch) => void found.push(...batch),
    });
    expect(found).toEqual([
      { kind: 'put', restored: numbered(1, 'was'), live: numbered(1, 'is') },
      { kind: 'put', restored: numbered(2, 'gone'), live: undefined },
      { kind: 'delete', live: numbered(3, 'new') },
    ]);
  });

  test('come as soon as both partners were seen, and the scans wait until they are taken', async () => {
    const steps: string[] = [];
    let release: () => void = () => {};
    const taken = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* restored(): AsyncGenerator<ScanPage> {
      for (const page of [1, 2, 3, 4]) {
        steps.push(`read ${page}`);
        yield { items: [numbered(page, 'was')] };
      }
    }
    const done = compareTables({
      keySchema: byId,
      restored: [restored()],
      live: [iterable(plain([[numbered(1, 'is')], [numbered(2, 'is')], [numbered(3, 'is')], [numbered(4, 'is')]]))],
      onDifferences: async ([first]) => {
        steps.push(`difference ${first?.kind}`);
        await taken;
      },
    });
    await settled();
    expect(steps).toEqual(['read 1', 'difference put']);
    release();
    await done;
    expect(steps.filter((step) => step === 'difference put')).toHaveLength(4);
  });

  test('come at most 100 and at most about 1 MB at a time', async () => {
    const batches: (readonly Difference[])[] = [];
    const onDifferences = (batch: readonly Difference[]) => void batches.push(batch);
    const small = Array.from({ length: 250 }, (_, index) => numbered(index, 'x'));
    await compare([[small]], [], { onDifferences });
    expect(batches.map((batch) => batch.length)).toEqual([100, 100, 50]);

    batches.length = 0;
    const large = Array.from({ length: 7 }, (_, index) => numbered(index, 'x'.repeat(390_000)));
    await compare([], [[large]], { onDifferences });
    expect(batches.map((batch) => batch.length)).toEqual([2, 2, 2, 1]);
  });
});

describe('the join', () => {
  test('finds a partner in another segment, also when the sides have different numbers of segments', async () => {
    const items = Array.from({ length: 100 }, (_, index) => numbered(index, 'same'));
    const restored = [[items.slice(0, 10)], [items.slice(10, 80)], [items.slice(80)]];
    const live = [[items.slice(60)], [], [[]], [items.slice(30, 60), items.slice(0, 30)], [[]]];
    expect(await compare(restored, live)).toMatchObject({
      put: 0,
      delete: 0,
      unchanged: 100,
    });
  });

  test('of nothing with nothing is nothing', async () => {
    const nothing = { items: 0, digest: '0'.repeat(32) };
    expect(await compare([], [])).toEqual({
      restored: nothing,
      live: nothing,
      put: 0,
      delete: 0,
      unchanged: 0,
    });
    expect(await compare([[], [[]]], [])).toMatchObject({
      put: 0,
      delete: 0,
      unchanged: 0,
    });
  });

  test('finds the same without digests', async () => {
    const restored = [[[numbered(1, 'a'), numbered(2, 'a'), numbered(3, 'a')]]];
    const live = [[[numbered(1, 'a'), numbered(2, 'b'), numbered(4, 'a')]]];
    const { restored: then, live: now, ...found } = await compare(restored, live);
    expect(now.digest).not.toBe(then.digest);
    expect(await compare(restored, live, { withDigests: false })).toEqual({
      ...found,
      restored: { items: 3 },
      live: { items: 3 },
    });
  });

  test('keeps few items waiting while the scans go in the same order, whatever their speed and the damage', async () => {
    const total = 200_000;
    const segments = 4;
    const progress: ComparisonProgress[] = [];
    // Every tenth item was deleted from the live table and every hundredth changed: 20 000 wait to the end, no more.
    const comparison = await compareTables({
      keySchema: byId,
      restored: Array.from({ length: segments }, (_, segment) =>
        scan(segment, { total, segments, pageItems: 1000, hops: 0 }, (id) => numbered(id, 'same')),
      ),
      live: Array.from({ length: segments }, (_, segment) =>
        scan(segment, { total, segments, pageItems: 700, hops: segment * 3 }, (id) =>
          id % 10 === 0 ? undefined : numbered(id, id % 100 === 1 ? 'changed' : 'same'),
        ),
      ),
      onDifferences: () => {},
      onProgress: (soFar) => progress.push(soFar),
    });
    expect(comparison).toMatchObject({
      put: 22_000,
      delete: 0,
      unchanged: 178_000,
    });
    const skew = progress.map(({ waiting, restored }) => waiting - restored / 10);
    expect(Math.max(...skew)).toBeLessThan(segments * 3 * 1000);
    expect(progress.at(-1)).toEqual({
      restored: 200_000,
      live: 180_000,
      waiting: 0,
      overflowed: 0,
      put: 22_000,
      delete: 0,
      unchanged: 178_000,
      readUnits: { restored: 0, live: 0 },
    });
  });

  test('opens the overflow only when the budget is spent, once, and keeps to the budget from then on', async () => {
    const items = Array.from({ length: 3000 }, (_, index) => numbered(index, 'same'));
    const pages = chunks(items, 100);
    const run = async (live: readonly (readonly Item[])[], memoryBudgetBytes: number) => {
      const overflow = new MemoryOverflow();
      let opened = 0;
      let most = 0;
      const comparison = await compare([pages], [live], {
        memoryBudgetBytes,
        openOverflow: () => {
          opened += 1;
          return overflow;
        },
        onProgress: ({ waiting }) => {
          most = Math.max(most, waiting);
        },
      });
      return {
        unchanged: comparison.unchanged,
        opened,
        closed: overflow.closed,
        most,
        spilled: overflow.stored > 0,
      };
    };
    expect(await run(pages, 200_000)).toMatchObject({
      unchanged: 3000,
      opened: 0,
      closed: 0,
      spilled: false,
    });
    const backwards = await run(pages.toReversed(), 200_000);
    expect(backwards).toMatchObject({
      unchanged: 3000,
      opened: 1,
      closed: 1,
      spilled: true,
    });
    // Items that wait take a quarter of it; one of this test counts as some 250 bytes of memory.
    expect(backwards.most).toBeLessThan(200_000 / 4 / 190);
  });

  test.for([undefined, 0])(
    'a key seen twice while it waits counts once, the last seen wins (budget %s)',
    async (budget) => {
      const found: Difference[] = [];
      const live = [[[numbered(1, 'first')], [numbered(1, 'second')], [numbered(2, 'first'), numbered(2, 'second')]]];
      // The restored item is in a later segment: everything of the live table waits for it.
      const comparison = await compare([[], [[], [], [], [numbered(1, 'second')]]], live, {
        onDifferences: (batch) => void found.push(...batch),
        openOverflow: () => new MemoryOverflow(),
        ...(budget === undefined ? {} : { memoryBudgetBytes: budget }),
      });
      expect(found).toEqual([{ kind: 'delete', live: numbered(2, 'second') }]);
      expect(comparison).toMatchObject({
        put: 0,
        delete: 1,
        unchanged: 1,
        live: { items: 2 },
        restored: { items: 1 },
      });
    },
  );

  test('the largest items under the longest keys meet, also in the overflow, and fill no batch beyond its limit', async () => {
    const large = (id: number, text: string): Item => ({
      id: { S: `${id}`.padStart(2048, 'k') },
      at: { S: `${id}`.padStart(1024, 's') },
      text: { S: text.repeat(390_000) },
    });
    const restored = Array.from({ length: 6 }, (_, id) => large(id, 'a'));
    const live = restored.toReversed().map((item, index) => (index < 3 ? item : { ...item, text: { S: 'b' } }));
    const batches: (readonly Difference[])[] = [];
    const comparison = await compare([chunks(restored, 2)], [chunks(live, 2)], {
      keySchema: { partition: 'id', sort: 'at' },
      onDifferences: (batch) => void batches.push(batch),
      memoryBudgetBytes: 1_000_000,
      openOverflow: () => new MemoryOverflow(),
    });
    expect(comparison).toMatchObject({ put: 3, delete: 0, unchanged: 3 });
    expect(batches.every((batch) => JSON.stringify(batch).length < 1_000_000)).toBe(true);
  });

  test('a key seen again after it met its partner counts as one more item, and the digests show it', async () => {
    const comparison = await compare([[[numbered(1, 'a')]]], [[[numbered(1, 'a')], [numbered(1, 'a')]]]);
    expect(comparison).toMatchObject({
      put: 0,
      delete: 1,
      unchanged: 1,
      live: { items: 2 },
      restored: { items: 1 },
    });
    expect(comparison.live.digest).not.toBe(comparison.restored.digest);
  });
});

describe('a comparison that cannot go on', () => {
  test.for(['restored', 'live'] as const)('closes everything and passes on what a %s scan threw', async (side) => {
    const failure = new Error('expired credentials');
    const { input, closed, overflow } = endless();
    const broken = async function* (): AsyncGenerator<ScanPage> {
      yield { items: [numbered(1, 'x')] };
      throw failure;
    };
    await expect(compareTables({ ...input, [side]: [...input[side], broken()] })).rejects.toBe(failure);
    expect(new Set(closed)).toEqual(new Set(['live 0', 'live 1', 'restored 0', 'restored 1']));
    expect(overflow.closed).toBe(1);
  });

  test('closes everything and passes on what the taker of differences threw', async () => {
    const failure = new Error('disk full');
    const { input, closed, overflow } = endless();
    const clash = iterable(plain([[numbered(-1, 'was')]]));
    const other = iterable(plain([[numbered(-1, 'is')]]));
    const onDifferences = () => Promise.reject(failure);
    await expect(
      compareTables({
        ...input,
        restored: [...input.restored, clash],
        live: [...input.live, other],
        onDifferences,
      }),
    ).rejects.toBe(failure);
    expect(closed).toHaveLength(4);
    expect(overflow.closed).toBeLessThanOrEqual(1);
  });

  test('closes everything and rejects with the reason when the signal aborts in the middle', async () => {
    const reason = new Error('cancelled by Alice');
    const controller = new AbortController();
    const { input, closed, overflow } = endless();
    let pages = 0;
    const onProgress = () => {
      pages += 1;
      if (pages === 20) {
        controller.abort(reason);
      }
    };
    await expect(compareTables({ ...input, onProgress, signal: controller.signal })).rejects.toBe(reason);
    expect(new Set(closed)).toEqual(new Set(['live 0', 'live 1', 'restored 0', 'restored 1']));
    expect(overflow.closed).toBe(1);
  });

  test('stops waiting for a scan that answers no more when the signal aborts', async () => {
    const controller = new AbortController();
    const silent: AsyncIterable<ScanPage> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => ({ done: true, value: undefined }),
      }),
    };
    const done = compareTables({
      keySchema: byId,
      restored: [silent],
      live: [],
      onDifferences: () => {},
      signal: controller.signal,
    });
    controller.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
  });

  test('does not begin when the signal has aborted already', async () => {
    const { input, closed } = endless();
    let read = false;
    const onProgress = ({ restored, live }: ComparisonProgress) => {
      read ||= restored + live > 0;
    };
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(compareTables({ ...input, onProgress, signal })).rejects.toThrow('too late');
    expect({ read, closed }).toEqual({ read: false, closed: [] });
  });

  test('says so when an item lacks its key, without showing the item', async () => {
    await expect(compare([[[{ other: { S: 'secret' } }]]], [])).rejects.toThrow(
      'An item lacks the key attribute "id". Is this the key schema of its table?',
    );
  });

  test('passes on that the overflow cannot be opened', async () => {
    const openOverflow = () => {
      throw new Error('no space left');
    };
    await expect(
      compare([[[numbered(1, 'x')]]], [], {
        memoryBudgetBytes: 0,
        openOverflow,
      }),
    ).rejects.toThrow('no space left');
  });
});

type Page = { readonly items: readonly Item[]; readonly hops: number };
type Tables = {
  readonly restored: ReadonlyMap<string, string>;
  readonly live: ReadonlyMap<string, string>;
};
type Keys = {
  readonly schema: { readonly partition: string; readonly sort?: string };
  /** Item of the key that a test knows under this identity, spelled in one of several ways. */
  readonly spell: (identity: string, spelling: number) => Item;
  /** The identity again, found without any of the code under test. */
  readonly identify: (item: Item) => string;
};

const spellings: Readonly<Record<string, (id: number, spelling: number) => AttributeValue>> = {
  S: (id) => ({ S: `key ${id}` }),
  N: (id, spelling) => ({
    N: [`${id}`, `${id}.0`, `${id * 10}E-1`, `0${id}.00E+0`][spelling % 4] ?? '',
  }),
  B: (id) => ({ B: Buffer.from([id, 255 - id]).toString('base64') }),
};

function readKey(value: AttributeValue | undefined): number {
  if (value !== undefined && 'S' in value) {
    return Number(value.S.slice(4));
  }
  if (value !== undefined && 'N' in value) {
    return Number(value.N);
  }
  return value !== undefined && 'B' in value ? (Buffer.from(value.B, 'base64')[0] ?? -1) : -1;
}

/** Identities are `partition/sort`, or `partition/0` where the table has no sort key. */
function keysOf(partition: string, sort: string | undefined): Keys {
  return {
    schema: sort === undefined ? { partition: 'id' } : { partition: 'id', sort: 'at' },
    spell: (identity, spelling) => {
      const [id = 0, at = 0] = identity.split('/').map(Number);
      const key: Item = {
        id: spellings[partition]?.(id, spelling) ?? { NULL: true },
      };
      return sort === undefined ? key : { ...key, at: spellings[sort]?.(at, spelling) ?? { NULL: true } };
    },
    identify: (item) => `${readKey(item['id'])}/${sort === undefined ? 0 : readKey(item['at'])}`,
  };
}

const keyTypes = fc.constantFrom('S', 'N', 'B');
const tableKeys = fc
  .record({
    partition: keyTypes,
    sort: fc.option(keyTypes, { nil: undefined }),
  })
  .map(({ partition, sort }) => ({
    ...keysOf(partition, sort),
    sorted: sort !== undefined,
  }));

/** What a test knows of a table: identity of the key → version of the rest. */
const table = (sorted: boolean) =>
  fc.array(
    fc.tuple(fc.integer({ min: 1, max: 30 }), fc.nat(sorted ? 3 : 0), fc.constantFrom('{"S":"v1"}', '{"S":"v2"}')),
    {
      maxLength: 40,
    },
  );

const scenario = tableKeys.chain((keys) =>
  fc
    .record({
      restored: table(keys.sorted),
      live: table(keys.sorted),
      inCommon: table(keys.sorted),
      attributes: arbitrary.item,
    })
    .chain(({ restored, live, inCommon, attributes }) => {
      const tables: Tables = {
        restored: model([...restored, ...inCommon]),
        live: model([...live, ...inCommon]),
      };
      return fc.record({
        keys: fc.constant(keys),
        tables: fc.constant(tables),
        restored: scansOf(tables.restored, keys, attributes),
        live: scansOf(tables.live, keys, attributes),
        budget: fc.constantFrom(undefined, 0, 1000, 5000, 20_000),
      });
    }),
);

function model(rows: readonly (readonly [number, number, string])[]): ReadonlyMap<string, string> {
  return new Map(rows.map(([id, at, version]) => [`${id}/${at}`, version]));
}

/** Any order, any segmentation, any paging (empty pages too), any timing, any spelling. */
function scansOf(
  rows: ReadonlyMap<string, string>,
  keys: Keys,
  attributes: Item,
): fc.Arbitrary<readonly (readonly Page[])[]> {
  const items = [...rows].map(([identity, version]) =>
    fc.nat(7).map((spelling) => {
      const item = {
        ...attributes,
        ...keys.spell(identity, spelling),
        version: JSON.parse(version),
      };
      return spelling > 3 ? arbitrary.respell(item) : item;
    }),
  );
  return fc
    .record({
      items: fc.tuple(...items).chain((all) => fc.shuffledSubarray(all, { minLength: all.length })),
      pageItems: fc.integer({ min: 1, max: 12 }),
      segments: fc.integer({ min: 1, max: 4 }),
      hops: fc.array(fc.nat(6), { minLength: 1, maxLength: 10 }),
      empty: fc.boolean(),
    })
    .map(({ items: all, pageItems, segments, hops, empty }) => {
      const pages = chunks(all, pageItems).map((page, index) => ({
        items: page,
        hops: hops[index % hops.length] ?? 0,
      }));
      const paged = empty ? pages.flatMap((page) => [{ items: [], hops: 0 }, page]) : pages;
      return Array.from({ length: segments }, (_, segment) =>
        paged.filter((_page, index) => index % segments === segment),
      );
    });
}

function apply(live: ReadonlyMap<string, string>, differences: readonly Difference[], keys: Keys): Map<string, string> {
  const target = new Map(live);
  for (const difference of differences) {
    const before = difference.live === undefined ? undefined : versionOf(difference.live);
    const identity = keys.identify(difference.kind === 'put' ? difference.restored : difference.live);
    expect(before).toBe(live.get(identity));
    if (difference.kind === 'put') {
      target.set(identity, versionOf(difference.restored));
    } else {
      target.delete(identity);
    }
  }
  return target;
}

function versionOf(item: Item): string {
  return JSON.stringify(item['version']);
}

function expectedCounts({ restored, live }: Tables): Pick<Comparison, 'put' | 'delete' | 'unchanged'> {
  const unchanged = [...restored].filter(([identity, version]) => live.get(identity) === version).length;
  const deleted = [...live.keys()].filter((identity) => !restored.has(identity)).length;
  return { put: restored.size - unchanged, delete: deleted, unchanged };
}

function numbered(id: number, text: string): Item {
  return { id: { N: String(id) }, text: { S: text } };
}

function plain(pages: readonly (readonly Item[])[]): readonly Page[] {
  return pages.map((items) => ({ items, hops: 0 }));
}

async function* iterable(pages: readonly Page[]): AsyncGenerator<ScanPage> {
  for (const { items, hops } of pages) {
    await hop(hops);
    yield { items };
  }
}

/** Lets other work go first that many times: a slow scan, without a clock. */
async function hop(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    await Promise.resolve();
  }
}

/** Until everything that can happen without input has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function chunks<T>(all: readonly T[], length: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / length) }, (_, index) =>
    all.slice(index * length, (index + 1) * length),
  );
}

type Scan = {
  readonly total: number;
  readonly segments: number;
  readonly pageItems: number;
  readonly hops: number;
};

async function* scan(segment: number, shape: Scan, itemOf: (id: number) => Item | undefined): AsyncGenerator<ScanPage> {
  const perSegment = shape.total / shape.segments;
  for (let start = 0; start < perSegment; start += shape.pageItems) {
    await hop(shape.hops);
    const length = Math.min(shape.pageItems, perSegment - start);
    const ids = Array.from({ length }, (_, index) => segment * perSegment + start + index);
    yield { items: ids.map(itemOf).filter((item) => item !== undefined) };
  }
}

/** Two scans of two segments each that never end, never meet, and tell when they are closed. */
function endless() {
  const closed: string[] = [];
  const overflow = new MemoryOverflow();
  let last = 0;
  async function* pages(name: string): AsyncGenerator<ScanPage> {
    try {
      for (;;) {
        await hop(1);
        last += 1;
        yield { items: [numbered(last, name)] };
      }
    } finally {
      closed.push(name);
    }
  }
  const input: ComparisonInput = {
    keySchema: byId,
    restored: [pages('restored 0'), pages('restored 1')],
    live: [pages('live 0'), pages('live 1')],
    onDifferences: () => {},
    openOverflow: () => overflow,
    memoryBudgetBytes: 0,
  };
  return { input, closed, overflow };
}

function compare(
  restored: readonly (readonly (readonly Item[])[])[],
  live: readonly (readonly (readonly Item[])[])[],
  options: Partial<ComparisonInput> = {},
): Promise<Comparison> {
  return compareTables({
    keySchema: byId,
    restored: restored.map((pages) => iterable(plain(pages))),
    live: live.map((pages) => iterable(plain(pages))),
    onDifferences: () => {},
    ...options,
  });
}
