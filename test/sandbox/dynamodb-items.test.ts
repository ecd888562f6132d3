import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { batchPut, createTable, scanAll, startSandbox } from './aws-sandbox.ts';

const everyType: Record<string, AttributeValue> = {
  digits: { N: '12345678901234567890123456789012345678' },
  tiny: { N: '0.00000000000000000000000000000000000001' },
  negative: { N: '-99.5' },
  empty: { S: '' },
  unicode: { S: 'Grüße 👋 ' },
  bytes: { B: Uint8Array.from([0, 1, 2, 253, 254, 255]) },
  noBytes: { B: new Uint8Array() },
  yes: { BOOL: true },
  none: { NULL: true },
  strings: { SS: ['b', 'a'] },
  numbers: { NS: ['3', '1.5'] },
  binaries: { BS: [Uint8Array.from([9]), Uint8Array.from([8, 7])] },
  list: { L: [{ S: 'x' }, { M: { deep: { N: '1' } } }, { L: [] }] },
  map: { M: { a: { M: {} }, 'b.c': { NULL: true } } },
};

async function getItem(client: DynamoDBClient, key: Record<string, AttributeValue>) {
  const { Item } = await client.send(new GetItemCommand({ TableName: 'things', Key: key, ConsistentRead: true }));
  return Item;
}

test('every attribute type comes back bit for bit from get, scan, query and batch get', async () => {
  const { client, sandbox } = await startSandbox();
  await createTable(client, 'things');
  const item = { pk: { S: 'all' }, ...everyType };
  await client.send(new PutItemCommand({ TableName: 'things', Item: item }));

  expect(await getItem(client, { pk: { S: 'all' } })).toEqual(item);
  expect(await scanAll(client, 'things')).toEqual([item]);
  const query = await client.send(
    new QueryCommand({
      TableName: 'things',
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'all' } },
    }),
  );
  expect(query.Items).toEqual([item]);
  const batch = await client.send(
    new BatchGetItemCommand({ RequestItems: { things: { Keys: [{ pk: { S: 'all' } }] } } }),
  );
  expect(batch.Responses?.['things']).toEqual([item]);
  expect(sandbox.history.snapshot('things')).toHaveLength(1);
});

test('an attribute named __proto__ stays an attribute', async () => {
  const { client, sandbox } = await startSandbox();
  await createTable(client, 'things');
  sandbox.history.seed('things', [JSON.parse('{"pk":{"S":"a"},"__proto__":{"S":"b"}}')], 0);
  expect(JSON.stringify(sandbox.history.snapshot('things'))).toBe('[{"pk":{"S":"a"},"__proto__":{"S":"b"}}]');
});

test('an item of exactly 400 KB is stored, one byte more is refused, measured in UTF-8', async () => {
  const { client } = await startSandbox();
  await createTable(client, 'things');
  const room = 409_600 - 'pk'.length - 'k'.length - 'data'.length;
  const Item = { pk: { S: 'k' }, data: { S: 'é'.repeat((room - 1) / 2) + 'x'.repeat(1 + ((room - 1) % 2)) } };
  await client.send(new PutItemCommand({ TableName: 'things', Item }));
  expect(await getItem(client, { pk: { S: 'k' } })).toEqual(Item);

  const tooBig = { ...Item, data: { S: `${Item.data.S}x` } };
  const refusal = client.send(new PutItemCommand({ TableName: 'things', Item: tooBig }));
  await expect(refusal).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Item size has exceeded the maximum allowed size',
  });
});

test('numbers are returned in plain notation, and equal numbers are one key', async () => {
  const { client, sandbox } = await startSandbox();
  await createTable(client, 'things', { pk: 'N' });
  for (const N of ['100', '1E2', '1.0e+2', '00100.00']) {
    await client.send(new PutItemCommand({ TableName: 'things', Item: { pk: { N }, from: { S: N } } }));
  }
  expect(await scanAll(client, 'things')).toEqual([{ pk: { N: '100' }, from: { S: '00100.00' } }]);
  expect(sandbox.history.writes('things').map(({ key }) => key)).toEqual(Array(4).fill({ pk: { N: '100' } }));
});

test('a conditional put compares lists, maps, sets and numbers by what they mean', async () => {
  const { client } = await startSandbox();
  await createTable(client, 'things');
  const item = { pk: { S: 'all' }, ...everyType };
  await client.send(new PutItemCommand({ TableName: 'things', Item: item }));
  const names = Object.keys(everyType);
  const same = {
    ConditionExpression: names.map((_, index) => `#${index} = :${index}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.values(everyType).map((value, index) => [`:${index}`, value])),
      [`:${names.indexOf('strings')}`]: { SS: ['a', 'b'] },
      [`:${names.indexOf('negative')}`]: { N: '-9.950e1' },
    },
  };
  await client.send(new PutItemCommand({ TableName: 'things', Item: { ...item, seen: { N: '1' } }, ...same }));

  const changed = { ...same, ConditionExpression: '#0 = :0 AND NOT #1 = :1' };
  const failed = client.send(
    new PutItemCommand({
      TableName: 'things',
      Item: item,
      ...changed,
      ExpressionAttributeNames: { '#0': 'list', '#1': 'map' },
      ExpressionAttributeValues: { ':0': everyType['list'] ?? { S: '' }, ':1': everyType['map'] ?? { S: '' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
  );
  await expect(failed).rejects.toMatchObject({
    name: 'ConditionalCheckFailedException',
    Item: { ...item, seen: { N: '1' } },
  });
});

test.for([
  ['attribute_exists(pk)', true],
  ['attribute_not_exists(pk)', false],
  ['attribute_not_exists(nothing) AND attribute_exists(#map.a)', true],
  ['n > :one AND n <= :ten', true],
  ['n BETWEEN :one AND :ten', true],
  ['n IN (:one, :ten)', true],
  ['NOT (n = :ten) OR n < :one', false],
  ['begins_with(pk, :k)', true],
  ['contains(tags, :k)', true],
  ['contains(#list, :ten)', true],
  ['size(tags) = :one', true],
  ['#list[0] = :ten', true],
  ['attribute_type(n, :type)', true],
  ['nothing <> :one', true],
  ['nothing = :one', false],
] as const)('the condition %s is %s', async ([ConditionExpression, expected]) => {
  const { client } = await startSandbox();
  await createTable(client, 'things');
  const Item: Record<string, AttributeValue> = {
    pk: { S: 'k1' },
    n: { N: '10' },
    tags: { SS: ['k'] },
    map: { M: { a: { S: '' } } },
    list: { L: [{ N: '10' }] },
  };
  await client.send(new PutItemCommand({ TableName: 'things', Item }));
  const values: Record<string, AttributeValue> = {
    ':one': { N: '1' },
    ':ten': { N: '10.0' },
    ':k': { S: 'k' },
    ':type': { S: 'N' },
  };
  const used = (all: Record<string, unknown>) =>
    Object.keys(all).filter((name) => new RegExp(`${name}\\b`).test(ConditionExpression));
  const names: Record<string, string> = { '#map': 'map', '#list': 'list' };
  const result = client
    .send(
      new DeleteItemCommand({
        TableName: 'things',
        Key: { pk: { S: 'k1' } },
        ConditionExpression,
        ...(used(values).length > 0 && {
          ExpressionAttributeValues: Object.fromEntries(used(values).map((name) => [name, values[name] ?? { S: '' }])),
        }),
        ...(used(names).length > 0 && {
          ExpressionAttributeNames: Object.fromEntries(used(names).map((name) => [name, names[name] ?? ''])),
        }),
      }),
    )
    .then(
      () => true,
      (error: Error) => (error.name === 'ConditionalCheckFailedException' ? false : error.message),
    );
  expect(await result).toBe(expected);
});

test.for([
  ['pk = = :v', /Syntax error/],
  ['status = :v', /reserved keyword/],
  ['a = :missing', /not defined; attribute value: :missing/],
] as const)('the malformed condition %s is refused as AWS refuses it', async ([ConditionExpression, message]) => {
  const { client } = await startSandbox();
  await createTable(client, 'things');
  const put = client.send(
    new PutItemCommand({
      TableName: 'things',
      Item: { pk: { S: 'a' } },
      ConditionExpression,
      ExpressionAttributeValues: { ':v': { S: 'v' } },
    }),
  );
  await expect(put).rejects.toMatchObject({ name: 'ValidationException', message });
});

test('the history holds what each kind of write left behind, and when', async () => {
  const { client, sandbox, clock } = await startSandbox();
  await createTable(client, 'things');
  const start = clock();
  await client.send(new PutItemCommand({ TableName: 'things', Item: { pk: { S: 'a' }, n: { N: '1' } } }));
  clock.pass(1000);
  await client.send(
    new UpdateItemCommand({
      TableName: 'things',
      Key: { pk: { S: 'a' } },
      UpdateExpression: 'SET n = n + :one, #x = :one',
      ConditionExpression: '#x <> :two AND n = :one',
      ExpressionAttributeNames: { '#x': 'x' },
      ExpressionAttributeValues: { ':one': { N: '1' }, ':two': { N: '2' } },
    }),
  );
  clock.pass(1000);
  await client.send(
    new BatchWriteItemCommand({
      RequestItems: {
        things: [{ DeleteRequest: { Key: { pk: { S: 'a' } } } }, { PutRequest: { Item: { pk: { S: 'b' } } } }],
      },
    }),
  );
  expect(sandbox.history.writes('things')).toEqual([
    { at: start, key: { pk: { S: 'a' } }, kind: 'put' },
    { at: start + 1000, key: { pk: { S: 'a' } }, kind: 'update' },
    { at: start + 2000, key: { pk: { S: 'a' } }, kind: 'delete' },
    { at: start + 2000, key: { pk: { S: 'b' } }, kind: 'put' },
  ]);
  expect(sandbox.history.stateAt('things', start - 1)).toEqual([]);
  expect(sandbox.history.stateAt('things', start)).toEqual([{ pk: { S: 'a' }, n: { N: '1' } }]);
  expect(sandbox.history.stateAt('things', start + 1999)).toEqual([{ pk: { S: 'a' }, n: { N: '2' }, x: { N: '1' } }]);
  expect(sandbox.history.snapshot('things')).toEqual([{ pk: { S: 'b' } }]);
});

test('a refused write leaves no trace', async () => {
  const { client, sandbox } = await startSandbox();
  await createTable(client, 'things');
  const duplicates = { PutRequest: { Item: { pk: { S: 'a' } } } };
  await expect(
    client.send(new BatchWriteItemCommand({ RequestItems: { things: [duplicates, duplicates] } })),
  ).rejects.toMatchObject({ message: 'Provided list of item keys contains duplicates' });
  await expect(
    client.send(new PutItemCommand({ TableName: 'things', Item: { other: { S: 'a' } } })),
  ).rejects.toMatchObject({ message: 'One or more parameter values were invalid: Missing the key pk in the item' });
  const many = Array.from({ length: 26 }, (_, index) => ({ PutRequest: { Item: { pk: { S: `${index}` } } } }));
  await expect(client.send(new BatchWriteItemCommand({ RequestItems: { things: many } }))).rejects.toMatchObject({
    name: 'ValidationException',
  });
  expect(sandbox.history.writes('things')).toEqual([]);
});

test('a transaction writes all or nothing and says which condition failed', async () => {
  const { client, sandbox } = await startSandbox();
  await createTable(client, 'things');
  await createTable(client, 'others');
  await batchPut(client, 'things', [{ pk: { S: 'a' }, n: { N: '1' }, s: { S: 'text' } }]);
  const before = sandbox.history.snapshot('things');
  const putOther = { Put: { TableName: 'others', Item: { pk: { S: 'z' } } } };
  const failing = {
    ConditionCheck: {
      TableName: 'things',
      Key: { pk: { S: 'a' } },
      ConditionExpression: 'n = :two',
      ExpressionAttributeValues: { ':two': { N: '2' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    },
  };
  await expect(
    client.send(new TransactWriteItemsCommand({ TransactItems: [putOther, failing] })),
  ).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { n: { N: '1' } } }],
  });

  const impossible = {
    Update: {
      TableName: 'things',
      Key: { pk: { S: 'a' } },
      UpdateExpression: 'SET n = s + :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    },
  };
  await expect(
    client.send(new TransactWriteItemsCommand({ TransactItems: [putOther, impossible] })),
  ).rejects.toMatchObject({ CancellationReasons: [{ Code: 'None' }, { Code: 'ValidationError' }] });
  expect(sandbox.history.snapshot('others')).toEqual([]);
  expect(sandbox.history.snapshot('things')).toEqual(before);

  const good = { ClientRequestToken: 'once', TransactItems: [putOther] };
  await client.send(new TransactWriteItemsCommand(good));
  await client.send(new TransactWriteItemsCommand(good));
  expect(sandbox.history.writes('others')).toHaveLength(1);
  await expect(client.send(new TransactWriteItemsCommand({ ...good, TransactItems: [failing] }))).rejects.toMatchObject(
    { name: 'IdempotentParameterMismatchException' },
  );
  const { Responses } = await client.send(
    new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName: 'others', Key: { pk: { S: 'z' } } } }] }),
  );
  expect(Responses).toEqual([{ Item: { pk: { S: 'z' } } }]);
});

test('consumed capacity is told when asked for', async () => {
  const { client } = await startSandbox();
  await createTable(client, 'things');
  const Item = { pk: { S: 'a' }, data: { S: 'x'.repeat(5000) } };
  const put = await client.send(new PutItemCommand({ TableName: 'things', Item, ReturnConsumedCapacity: 'TOTAL' }));
  expect(put.ConsumedCapacity).toEqual({ TableName: 'things', CapacityUnits: 5 });
  const scan = await client.send(
    new ScanCommand({ TableName: 'things', ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }),
  );
  expect(scan.ConsumedCapacity).toEqual({ TableName: 'things', CapacityUnits: 2 });
});

test('a write made while the clock is set back does not undo a younger one', async () => {
  const { client, sandbox, clock } = await startSandbox();
  await createTable(client, 'things');
  const put = (v: string) =>
    client.send(new PutItemCommand({ TableName: 'things', Item: { pk: { S: 'a' }, v: { S: v } } }));
  clock.pass(2000);
  await put('younger');
  clock.pass(-1000);
  await put('older');
  expect(await getItem(client, { pk: { S: 'a' } })).toEqual({ pk: { S: 'a' }, v: { S: 'younger' } });
  expect(sandbox.history.stateAt('things', clock())).toEqual([{ pk: { S: 'a' }, v: { S: 'older' } }]);
});
