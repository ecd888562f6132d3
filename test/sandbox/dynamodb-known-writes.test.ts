import { expect, test } from 'vitest';
import type { Wire } from '../../src/sandbox/wire.ts';
import { put, twoRegions } from './two-regions.ts';

/** An update as a write-back sends it. */
const guarded = (pk: string, more: Wire = {}) => ({
  TableName: 'things',
  Key: { pk: { S: pk }, sk: { N: '1' } },
  UpdateExpression: 'SET #S0 = :S0',
  ConditionExpression: 'attribute_exists(#0) AND #1 = :1',
  ExpressionAttributeNames: { '#0': 'pk', '#1': 'n', '#S0': 'n' },
  ExpressionAttributeValues: { ':1': { N: '1' }, ':S0': { N: '2' } },
  ReturnValues: 'ALL_OLD',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  ReturnConsumedCapacity: 'TOTAL',
  ...more,
});

test('dynalite is asked about the first guarded update of a form, and about no other', async () => {
  const { both, asked } = await twoRegions();
  const items = ['a', 'b', 'c'].map((pk) => put(pk, { n: { N: '1' } }));
  await both('BatchWriteItem', { RequestItems: { things: items } });
  asked.length = 0;
  for (const pk of ['a', 'b', 'c']) {
    const [direct] = await both('UpdateItem', guarded(pk));
    expect(direct).toEqual({
      Attributes: { pk: { S: pk }, sk: { N: '1' }, n: { N: '1' } },
      ConsumedCapacity: { TableName: 'things', CapacityUnits: 1 },
    });
    if (pk === 'a') asked.length = 0;
  }
  expect((await both('UpdateItem', guarded('a')))[0]).toEqual({
    refused: 'ConditionalCheckFailedException',
    because: 'The conditional request failed',
    Item: { pk: { S: 'a' }, sk: { N: '1' }, n: { N: '2' } },
  });
  expect(asked).toEqual([]);
});

const namesOf = (more: Wire) => ({ ExpressionAttributeNames: { ...guarded('a').ExpressionAttributeNames, ...more } });
const valuesOf = (more: Wire) => ({
  ExpressionAttributeValues: { ...guarded('a').ExpressionAttributeValues, ...more },
});

test.for<[string, Wire]>([
  ['a number that is none', valuesOf({ ':1': { N: 'one' } })],
  ['a number of 39 digits', valuesOf({ ':S0': { N: '1'.repeat(39) } })],
  ['an empty value', valuesOf({ ':1': {} })],
  ['a value of two types', valuesOf({ ':1': { N: '1', S: '1' } })],
  ['a member twice in a set', valuesOf({ ':S0': { NS: ['1', '1.0'] } })],
  ['an empty set', valuesOf({ ':S0': { L: [{ SS: [] }] } })],
  ['a null that is false', valuesOf({ ':S0': { NULL: false } })],
  ['a value that nobody uses', valuesOf({ ':2': { N: '1' } })],
  ['a value that is missing', { ExpressionAttributeValues: { ':1': { N: '1' } } }],
  ['a name that nobody uses', namesOf({ '#2': 'n' })],
  ['a name that is a number', namesOf({ '#1': 1 })],
  ['a name for the key to be set', namesOf({ '#S0': 'pk' })],
  ['no names', { ExpressionAttributeNames: null }],
  ['a key that lacks a part', { Key: { pk: { S: 'a' } } }],
  ['a key with more than the key', { Key: { pk: { S: 'a' }, sk: { N: '1' }, n: { N: '1' } } }],
  ['a key of another type', { Key: { pk: { S: 'a' }, sk: { S: '1' } } }],
  ['an empty key', { Key: { pk: { S: '' }, sk: { N: '1' } } }],
  ['an item that becomes too large', valuesOf({ ':S0': { S: 'x'.repeat(409_600) } })],
  ['another condition that is malformed', { ConditionExpression: 'attribute_exists(#0) AND #1 = = :1' }],
  ['another update that is malformed', { UpdateExpression: 'SET #S0 : :S0' }],
  ['an empty condition', { ConditionExpression: '' }],
  ['old values that are not to be had', { ReturnValues: 'SOME_OLD' }],
  ['a capacity that is not to be had', { ReturnConsumedCapacity: 'SOME' }],
])('a guarded update with %s is answered as dynalite answers it, though its form seems known', async ([, more]) => {
  const { both, trusting } = await twoRegions();
  await both('PutItem', { TableName: 'things', ...put('a', { n: { N: '1' } }).PutRequest });
  await both('PutItem', { TableName: 'things', ...put('b', { n: { N: '1' } }).PutRequest });
  await both('UpdateItem', guarded('b'));
  const [direct, judged] = await both('UpdateItem', guarded('a', more));
  expect(direct).toEqual(judged);
  expect(direct).toHaveProperty('refused');
  expect(trusting.usable('things').history.current(trusting.usable('things').keyOf(guarded('a').Key))).toHaveProperty(
    'n.N',
    '1',
  );
});

test.for([
  [
    '#1 BETWEEN :low AND :high',
    { ':low': { N: '1' }, ':high': { N: '2' } },
    { ':low': { N: '2' }, ':high': { N: '1' } },
  ],
  ['attribute_type(#1, :t)', { ':t': { S: 'N' } }, { ':t': { S: 'no type' } }],
])('the values of %s are judged each time', async ([ConditionExpression, good, bad]) => {
  const { both } = await twoRegions();
  await both('PutItem', { TableName: 'things', ...put('a', { n: { N: '1' } }).PutRequest });
  const body = {
    TableName: 'things',
    Key: guarded('a').Key,
    ConditionExpression,
    ExpressionAttributeNames: { '#1': 'n' },
  };
  await both('UpdateItem', { ...body, ExpressionAttributeValues: good });
  const [direct, judged] = await both('UpdateItem', { ...body, ExpressionAttributeValues: bad });
  expect(direct).toEqual(judged);
  expect(direct).toMatchObject({ refused: 'ValidationException' });
});
