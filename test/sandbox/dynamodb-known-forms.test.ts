import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsError } from '../../src/sandbox/aws-error.ts';
import { type Dynalite, loadDynalite } from '../../src/sandbox/dynamodb/dynalite.ts';
import type { Item } from '../../src/sandbox/dynamodb/item.ts';
import { operations } from '../../src/sandbox/dynamodb/operations.ts';
import { Region, type World } from '../../src/sandbox/dynamodb/region.ts';
import { jsonOf } from '../../src/sandbox/json-text.ts';
import type { Wire } from '../../src/sandbox/wire.ts';
import { noon } from './aws-sandbox.ts';

/** Everything here is asked of two regions: one that trusts the forms it knows, and one that asks dynalite each time. */
class AskingRegion extends Region {
  override isSound(): boolean {
    return false;
  }
}

const start = await loadDynalite();
const tables = ['things', 'others'];

async function twoRegions() {
  let now = noon;
  const world: World = {
    clock: () => now,
    restoreMs: 0,
    latestLagMs: 0,
    deleteMs: 0,
    firstPolicyMs: 0,
    laterPolicyMs: 0,
    scanOrder: 'hash',
  };
  const asked: string[] = [];
  const counting = (dynalite: Dynalite): Dynalite => {
    return (operation, body) => {
      asked.push(operation);
      return dynalite(operation, body);
    };
  };
  const trusting = new Region('eu-central-1', world, counting(start()));
  const asking = new AskingRegion('eu-central-1', world, start());
  for (const region of [trusting, asking]) for (const table of tables) await createTable(region, table);
  asked.length = 0;
  return {
    trusting,
    asking,
    /** What the first of the two has asked dynalite so far. */
    asked,
    both: async (operation: string, body: Wire) => {
      now += 1_000;
      return [await outcome(trusting, operation, body), await outcome(asking, operation, body)] as const;
    },
  };
}

async function createTable(region: Region, TableName: string, more: Wire = {}): Promise<void> {
  const names = ['pk', 'sk'];
  await outcome(region, 'CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: names.map((AttributeName, nth) => ({ AttributeName, AttributeType: nth === 0 ? 'S' : 'N' })),
    KeySchema: names.map((AttributeName, nth) => ({ AttributeName, KeyType: nth === 0 ? 'HASH' : 'RANGE' })),
    ...more,
  });
}

/** The reply, or the refusal, as it goes over the wire. */
async function outcome(region: Region, name: string, body: Wire): Promise<unknown> {
  const operation = operations[name];
  if (operation === undefined) throw new Error(`There is no ${name}`);
  const reply = await operation({ region, body }).catch((error: unknown) => {
    if (error instanceof AwsError) return { refused: error.name, because: error.message };
    throw error;
  });
  return JSON.parse(jsonOf(reply));
}

const key = fc.record({
  pk: fc.constantFrom('a', 'b', 'ü').map((S) => ({ S })),
  sk: fc.constantFrom('1', '1.0', '2e2', '-7').map((N) => ({ N })),
});
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    fc.string({ maxLength: 9, unit: 'grapheme' }).map((S) => ({ S })),
    fc.constantFrom('0', '-0.50', '1e-3', '12345678901234567890123456789012345678').map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true }),
    fc.array(tie('value'), { maxLength: 2 }).map((L) => ({ L })),
    fc.dictionary(fc.constantFrom('a', 'b.c'), tie('value'), { maxKeys: 2 }).map((M) => ({ M })),
  ),
})).value as fc.Arbitrary<Item[string]>;
/** Far enough from the next kilobyte: dynalite weighs numbers and other alphabets a byte differently. */
const weight = fc.constantFrom(0, 1_400, 3_400).map((length) => ({ text: { S: 'x'.repeat(length) } }));
const item = fc
  .tuple(key, fc.dictionary(fc.constantFrom('n', 'm', 'ö'), value, { maxKeys: 2 }), weight)
  .map((parts): Item => Object.assign({}, ...parts));
const capacity = fc.constantFrom({}, { ReturnConsumedCapacity: 'TOTAL' }, { ReturnConsumedCapacity: 'NONE' });

const batch = fc
  .tuple(
    fc.dictionary(
      fc.constantFrom(...tables),
      fc.array(
        fc.oneof(
          item.map((Item) => ({ PutRequest: { Item } })),
          key.map((Key) => ({ DeleteRequest: { Key } })),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      { minKeys: 1 },
    ),
    capacity,
  )
  .map(([RequestItems, more]) => ['BatchWriteItem', { RequestItems, ...more }] as const);
const single = fc.oneof(
  fc.tuple(item, capacity).map(([Item, more]) => ['PutItem', { Item, ReturnValues: 'ALL_OLD', ...more }] as const),
  fc.tuple(key, capacity).map(([Key, more]) => ['DeleteItem', { Key, ReturnValues: 'ALL_OLD', ...more }] as const),
  fc.tuple(key, value, capacity).map(([Key, set, more]) => {
    const update = {
      UpdateExpression: 'SET #n = :n REMOVE #m',
      ExpressionAttributeNames: { '#n': 'n', '#m': 'm' },
      ExpressionAttributeValues: { ':n': set },
    };
    return ['UpdateItem', { Key, ...update, ...more }] as const;
  }),
);
const write = fc.oneof(
  batch,
  fc
    .tuple(single, fc.constantFrom(...tables))
    .map(([[name, body], TableName]) => [name, { TableName, ...body }] as const),
);

test('writes that are carried out directly do and answer what dynalite does and answers', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 5, maxLength: 25 }), async (writes) => {
      const { trusting, asking, both } = await twoRegions();
      for (const [operation, body] of writes) {
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
    { numRuns: 25 },
  );
});

const put = (pk: string, more: Item = {}) => ({ PutRequest: { Item: { pk: { S: pk }, sk: { N: '1' }, ...more } } });
const gone = (pk: string) => ({ DeleteRequest: { Key: { pk: { S: pk }, sk: { N: '1' } } } });

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
