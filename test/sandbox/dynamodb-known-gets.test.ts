import { expect, test } from 'vitest';
import { isRecord, type Wire } from '../../src/sandbox/wire.ts';
import { put, twoRegions } from './two-regions.ts';

const key = (pk: string) => ({ pk: { S: pk }, sk: { N: '1' } });
const get = (keys: readonly unknown[], more: Wire = {}, options: Wire = { ConsistentRead: true }) => ({
  RequestItems: { things: { Keys: keys, ...options } },
  ReturnConsumedCapacity: 'TOTAL',
  ...more,
});

/** dynalite gives the items of a table in any order. */
function inOrder(reply: unknown): unknown {
  if (!isRecord(reply) || !isRecord(reply['Responses'])) return reply;
  const tables = Object.entries(reply['Responses']).map(([table, items]) => [table, new Set(Object(items))]);
  return { ...reply, Responses: Object.fromEntries(tables) };
}

async function withItems() {
  const regions = await twoRegions();
  const large = { text: { S: 'x'.repeat(5_000) } };
  await regions.both('BatchWriteItem', { RequestItems: { things: [put('a', { n: { N: '1' } }), put('b', large)] } });
  regions.asked.length = 0;
  return regions;
}

test('dynalite is asked about the first BatchGetItem of a form, and about no other', async () => {
  const { both, asked } = await withItems();
  for (const keys of [['a'], ['a', 'b', 'gone'], ['gone']]) {
    const [direct, judged] = await both('BatchGetItem', get(keys.map(key)));
    expect(inOrder(direct)).toEqual(inOrder(judged));
  }
  expect(asked.filter((operation) => operation === 'BatchGetItem')).toEqual(['BatchGetItem']);
});

test.for<[string, Wire, Wire?]>([
  ['reads that may be stale', {}, { ConsistentRead: false }],
  ['no consistency', {}, {}],
  ['no capacity', { ReturnConsumedCapacity: 'NONE' }],
  ['several tables', { RequestItems: { things: { Keys: [key('a')] }, others: { Keys: [key('a')] } } }],
])('a BatchGetItem with %s is answered as dynalite answers it', async ([, more, options]) => {
  const { both } = await withItems();
  for (const keys of [['a', 'b', 'gone'], ['b']]) {
    const [direct, judged] = await both('BatchGetItem', get(keys.map(key), more, options));
    expect(inOrder(direct)).toEqual(inOrder(judged));
  }
});

test('a BatchGetItem of an item that was changed directly gives what it is now', async () => {
  const { both } = await withItems();
  for (const n of ['2', '3', '4']) {
    await both('BatchWriteItem', { RequestItems: { things: [put('a', { n: { N: n } })] } });
    const [direct, judged] = await both('BatchGetItem', get([key('a')]));
    expect(direct).toEqual(judged);
    expect(direct).toMatchObject({ Responses: { things: [{ ...key('a'), n: { N: n } }] } });
  }
});

test.for<[string, Wire]>([
  ['one key twice', get([key('a'), key('a')])],
  ['more than a hundred keys', get(Array.from({ length: 101 }, (_, nth) => key(`${nth}`)))],
  ['no keys', get([])],
  ['no tables', { RequestItems: {} }],
  ['an unknown table', { RequestItems: { nowhere: { Keys: [key('a')] } } }],
  ['a key that lacks a part', get([{ pk: { S: 'a' } }])],
  ['a key with more than the key', get([{ ...key('a'), n: { N: '1' } }])],
  ['a key of another type', get([{ pk: { N: '1' }, sk: { N: '1' } }])],
  ['a capacity that is not to be had', get([key('a')], { ReturnConsumedCapacity: 'SOME' })],
])('a BatchGetItem with %s is refused as dynalite refuses it, though its form seems known', async ([, body]) => {
  const { both } = await withItems();
  await both('BatchGetItem', get([key('a')]));
  const [direct, judged] = await both('BatchGetItem', body);
  expect(direct).toEqual(judged);
  expect(direct).toHaveProperty('refused');
});

test('more than a reply holds is dynalite’s to leave unprocessed', async () => {
  const { both } = await withItems();
  const names = ['a', 'b', 'c', 'd'];
  for (const pk of names) {
    await both('PutItem', { TableName: 'things', Item: { ...key(pk), text: { S: 'x'.repeat(399_000) } } });
  }
  await both('BatchGetItem', get([key('a')]));
  const [direct] = await both('BatchGetItem', get(names.map(key)));
  expect(direct).toMatchObject({ UnprocessedKeys: { things: { Keys: [expect.anything()] } } });
});

test('a projection is dynalite’s, each time', async () => {
  const { both, asked } = await withItems();
  asked.length = 0;
  for (let nth = 0; nth < 2; nth += 1) await both('BatchGetItem', get([key('a')], {}, { ProjectionExpression: 'pk' }));
  expect(asked).toEqual(['BatchGetItem', 'BatchGetItem']);
});
