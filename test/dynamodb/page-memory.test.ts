import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { PageMemory, readInto } from '../../src/dynamodb/page-memory.ts';
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
  memory.take(1);
  const first = memory.take(600_000);
  memory.giveBack(first);
  expect(memory.take(1_500_000).buffer).not.toBe(first.buffer);
  const again = memory.take(1_000_000);
  expect(again.buffer).toBe(first.buffer);
  expect(again).toHaveLength(1_000_000);

  const large = Array.from({ length: 5 }, () => memory.take(10_000_000));
  for (const buffer of large) memory.giveBack(buffer);
  const known = new Set(large.map(({ buffer }) => buffer));
  const taken = large.map(() => memory.take(10_000_000));
  expect(taken.filter(({ buffer }) => known.has(buffer))).toHaveLength(3);
});

test('nothing is kept when nobody reads any more', () => {
  const memory = new PageMemory();
  const [one, other] = [memory.take(100_000), memory.take(100_000)];
  memory.giveBack(one);
  memory.giveBack(other);
  const known = new Set([one.buffer, other.buffer]);
  expect(known.has(memory.take(100_000).buffer)).toBe(false);
});

test('a body that is not as long as was said is refused, a small one is left alone', async () => {
  const memory = new PageMemory();
  const said = (length: number, bytes: number) =>
    readInto(memory, { body: Readable.from([Buffer.alloc(bytes)]), headers: { 'content-length': String(length) } });
  await expect(said(100_000, 99_999)).rejects.toThrow('A reply has 99999 bytes where 100000 were said');
  await expect(said(100_000, 100_001)).rejects.toThrow('A reply has 100001 bytes where 100000 were said');
  expect(await said(100_000, 100_000)).toHaveLength(100_000);
  expect(await said(1_000, 1_000)).toBeUndefined();
  expect(await readInto(memory, { body: Readable.from(['{}']), headers: {} })).toBeUndefined();
});
