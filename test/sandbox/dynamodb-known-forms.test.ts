import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Wire } from '../../src/sandbox/wire.ts';
import { writes } from './random-writes.ts';
import { createTable, gone, put, tables, twoRegions } from './two-regions.ts';

test('writes that are carried out directly do and answer what dynalite does and answers', async () => {
  await fc.assert(
    fc.asyncProperty(writes, async (sent) => {
      const { trusting, asking, both } = await twoRegions();
      for (const [operation, body] of sent) {
        const [direct, judged] = await both(operation, body);
        expect(direct).toEqual(judged);
      }
      for (const name of tables) {
        const [direct, judged] = [trusting, asking].map((region) => region.usable(name).history);
        expect(direct?.writes()).toEqual(judged?.writes());
        expect(direct?.stateAt(Number.POSITIVE_INFINITY)).toEqual(judged?.stateAt(Number.POSITIVE_INFINITY));
        expect(direct?.sizeBytes).toBe(judged?.sizeBytes);
        // What dynalite holds by now, or is told of when it is asked.
        for (const S of ['a', 'b', 'ü']) {
          const [told, held] = await both('Query', {
            TableName: name,
            KeyConditionExpression: 'pk = :p',
            ExpressionAttributeValues: { ':p': { S } },
          });
          expect(told).toEqual(held);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('dynalite is asked about the first batch of a form, and about no other', async () => {
  const { both, asked } = await twoRegions();
  for (const pk of ['a', 'b', 'c']) await both('BatchWriteItem', { RequestItems: { things: [put(pk), gone('d')] } });
  expect(asked).toEqual(['BatchWriteItem']);
});

test.for<[string, Wire]>([
  ['two writes of one item', { RequestItems: { things: [put('a'), put('a')] } }],
  ['a put and a delete of one item', { RequestItems: { things: [put('a'), gone('a')] } }],
  ['twenty-six writes', { RequestItems: { things: Array.from({ length: 26 }, (_, nth) => put(`${nth}`)) } }],
  ['an unknown table', { RequestItems: { things: [put('a')], nowhere: [put('a')] } }],
  ['an empty list', { RequestItems: { things: [] } }],
  ['nothing', { RequestItems: {} }],
  ['an item without its key', { RequestItems: { things: [{ PutRequest: { Item: { pk: { S: 'a' } } } }] } }],
  ['a key of another type', { RequestItems: { things: [put('a', { sk: { S: '1' } })] } }],
  ['an empty key', { RequestItems: { things: [put('')] } }],
  ['a key that is too long', { RequestItems: { things: [put('k'.repeat(2_049))] } }],
  [
    'a delete with more than the key',
    { RequestItems: { things: [{ DeleteRequest: { Key: put('a', { n: { N: '1' } }).PutRequest.Item } }] } },
  ],
  ['an item that is too large', { RequestItems: { things: [put('a', { text: { S: 'x'.repeat(409_600) } })] } }],
  ['an empty set', { RequestItems: { things: [put('a', { set: { SS: [] } })] } }],
  ['a null that is false', { RequestItems: { things: [put('a', { none: { NULL: false } })] } }],
  ['a write that is neither', { RequestItems: { things: [{}] } }],
  ['a capacity that is not to be had', { RequestItems: { things: [put('a')] }, ReturnConsumedCapacity: 'SOME' }],
])('a batch with %s is answered as dynalite answers it, though its form seems known', async ([, body]) => {
  const { trusting, both } = await twoRegions();
  await both('BatchWriteItem', { RequestItems: { things: [put('x')] } });
  await both('BatchWriteItem', { RequestItems: { things: [put('x'), gone('y')] } });
  const [direct, judged] = await both('BatchWriteItem', body);
  expect(direct).toEqual(judged);
  expect(direct).toHaveProperty('refused');
  expect(trusting.usable('things').history.itemCount).toBe(1);
});

test('a table with an index is dynalite’s to write, each time', async () => {
  const { trusting, both, asked } = await twoRegions();
  const GlobalSecondaryIndexes = [
    { IndexName: 'by-n', KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
  ];
  await createTable(trusting, 'indexed', { GlobalSecondaryIndexes });
  asked.length = 0;
  for (const pk of ['a', 'b']) await both('BatchWriteItem', { RequestItems: { indexed: [put(pk)] } });
  expect(asked).toEqual(['BatchWriteItem', 'BatchWriteItem']);
});
