import { expect, test } from 'vitest';
import { PageMemory } from '../../src/dynamodb/page-memory.ts';
import { RawItems } from '../../src/restore/comparison/raw-items.ts';
import { cannedAws } from './canned-aws.ts';
import { connect } from './connect.ts';

const order = { table: 'shop-orders', segment: 0, totalSegments: 1, consistent: true };

function startOf(input: unknown): string {
  return JSON.parse(JSON.stringify(input)).ExclusiveStartKey?.id.N ?? '0';
}

/** A page of 100 to 900 KB, unlike any other. */
function page(nth: number, pages: number, word = String(nth)) {
  const item = { id: { N: String(nth) }, text: { S: word.repeat(100_000 * ((nth * 4) % 9 || 9)) } };
  return { body: { Items: [item], Count: 1, ...(nth < pages ? { LastEvaluatedKey: { id: item.id } } : {}) } };
}

function take(memory: PageMemory, bytes: number): Buffer {
  const taken = memory.takeFor(bytes);
  if (taken === undefined) throw new Error('There is memory for so many bytes');
  return taken;
}

test('large pages come whole and in their order, though those of two scans take turns in the same memory', async () => {
  const aws = await cannedAws(({ input }) => page(Number(startOf(input)) + 1, 9, input.TableName));
  const { items } = connect(aws.url);
  const scans = ['a', 'b'].map((table) => items.scan({ ...order, table })[Symbol.asyncIterator]());
  for (let nth = 1; nth <= 9; nth += 1) {
    // The first one is looked at when the second one has come, and perhaps the pages after them.
    const pages = [];
    for (const scan of scans) pages.push((await scan.next()).value?.items);
    const seen = pages.map((found) => (found instanceof RawItems ? found.parsed() : found));
    expect(seen).toEqual([page(nth, 9, 'a').body.Items, page(nth, 9, 'b').body.Items]);
  }
});

test('whoever looks at a page after the next one was asked for is refused: its memory may be that of another', async () => {
  const aws = await cannedAws((_, nth) => page(nth, 3));
  const kept: RawItems[] = [];
  for await (const { items } of connect(aws.url).items.scan(order)) if (items instanceof RawItems) kept.push(items);
  const [first] = kept;
  expect(kept).toHaveLength(3);
  expect(() => first?.length).toThrow('A page was looked at after the next one was asked for');
  expect(() => first?.text(0)).toThrow('A page was looked at after the next one was asked for');
});

test('what was given back is taken again where it fits, and so much of it is kept and no more', () => {
  const memory = new PageMemory();
  take(memory, 100_000);
  const first = take(memory, 600_000);
  memory.giveBack(first);
  expect(take(memory, 1_500_000).buffer).not.toBe(first.buffer);
  const again = take(memory, 1_000_000);
  expect(again.buffer).toBe(first.buffer);
  expect(again).toHaveLength(1_000_000);

  const large = Array.from({ length: 5 }, () => take(memory, 10_000_000));
  for (const buffer of large) memory.giveBack(buffer);
  const known = new Set(large.map(({ buffer }) => buffer));
  const taken = large.map(() => take(memory, 10_000_000));
  expect(taken.filter(({ buffer }) => known.has(buffer))).toHaveLength(3);
});

test('nothing is kept when nobody reads any more', () => {
  const memory = new PageMemory();
  const [one, other] = [take(memory, 100_000), take(memory, 100_000)];
  memory.giveBack(one);
  memory.giveBack(other);
  const known = new Set([one.buffer, other.buffer]);
  expect(known.has(take(memory, 100_000).buffer)).toBe(false);
});

test('there is none for what is small, and for what nobody knows the length of', () => {
  const memory = new PageMemory();
  expect(memory.takeFor(1_000)).toBeUndefined();
  expect(memory.takeFor(Number(undefined))).toBeUndefined();
});
