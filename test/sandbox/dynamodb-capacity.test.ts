import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  PutItemCommand,
  ScanCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import type { CapacityRules } from '../../src/sandbox/dynamodb/capacity.ts';
import { startSandbox } from './aws-sandbox.ts';

const TableName = 'shop-orders';

/** A table whose second passes only when the test says so. */
async function limitedTable(capacity: Partial<CapacityRules>, provisioned?: number) {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const { sandbox, client } = await startSandbox({ clock: () => now });
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      ...(provisioned === undefined
        ? { BillingMode: 'PAY_PER_REQUEST' }
        : { ProvisionedThroughput: { ReadCapacityUnits: provisioned, WriteCapacityUnits: provisioned } }),
    }),
  );
  sandbox.capacity.enforce(capacity);
  const pass = (ms: number) => {
    now += ms;
  };
  return { sandbox, client, pass };
}

const put = async (client: DynamoDBClient, id: string, text = '') =>
  client.send(new PutItemCommand({ TableName, Item: { id: { S: id }, text: { S: text } } }));

test('a table takes what it has for a second, and more when time has passed', async () => {
  const { sandbox, client, pass } = await limitedTable({ onDemandWriteUnits: 3 });
  for (const id of ['a', 'b', 'c']) await put(client, id);
  await expect(put(client, 'd')).rejects.toMatchObject({
    name: 'ThrottlingException',
    throttlingReasons: [
      { reason: 'TableWriteKeyRangeThroughputExceeded', resource: expect.stringContaining(TableName) },
    ],
  });
  pass(1_000);
  await put(client, 'd');
  expect(sandbox.capacity.tally(TableName, 'Write')).toEqual({ served: 4, refused: 1, units: 4 });
});

test('an item is paid for by its size, in advance of none and in debt afterwards', async () => {
  const { client, pass } = await limitedTable({ onDemandWriteUnits: 2 });
  await put(client, 'large', 'x'.repeat(5_000));
  pass(1_000);
  await expect(put(client, 'next')).rejects.toThrow();
  pass(1_000);
  await put(client, 'next');
});

test('a provisioned table gives what it saved up, and says which limit it was', async () => {
  const { client, pass } = await limitedTable({ provisionedBurstSeconds: 3 }, 2);
  for (const id of ['1', '2', '3', '4', '5', '6']) await put(client, id);
  await expect(put(client, '7')).rejects.toMatchObject({
    name: 'ProvisionedThroughputExceededException',
    ThrottlingReasons: [{ reason: 'TableWriteProvisionedThroughputExceeded' }],
  });
  pass(500);
  await put(client, '7');
});

test('a maximum that somebody set on a table counts before what AWS would give', async () => {
  const { client } = await limitedTable({});
  await client.send(new UpdateTableCommand({ TableName, OnDemandThroughput: { MaxWriteRequestUnits: 1 } }));
  await put(client, 'a');
  await expect(put(client, 'b')).rejects.toMatchObject({
    throttlingReasons: [{ reason: 'TableWriteMaxOnDemandThroughputExceeded' }],
  });
});

test('of the account there is only so much for all tables', async () => {
  const { client } = await limitedTable({ accountWriteUnits: 1 });
  await put(client, 'a');
  await expect(put(client, 'b')).rejects.toMatchObject({
    name: 'RequestLimitExceeded',
    ThrottlingReasons: [{ reason: 'TableWriteAccountLimitExceeded' }],
  });
});

test('a hot key range is refused while the others are served', async () => {
  const { client } = await limitedTable({ keyRanges: 64, keyRangeWriteUnits: 2 });
  for (let turn = 0; turn < 2; turn += 1) await put(client, 'hot');
  await expect(put(client, 'hot')).rejects.toMatchObject({
    throttlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded' }],
  });
  await put(client, 'somewhere else');
});

test('a batch is done as far as the table goes, and refused when that is not at all', async () => {
  const { client } = await limitedTable({ onDemandWriteUnits: 10 });
  const batch = (from: number) =>
    new BatchWriteItemCommand({
      RequestItems: {
        [TableName]: Array.from({ length: 25 }, (_, nth) => ({
          PutRequest: { Item: { id: { S: String(from + nth) } } },
        })),
      },
    });
  const reply = await client.send(batch(0));
  expect(reply.UnprocessedItems?.[TableName]).toHaveLength(15);
  expect((await client.send(new ScanCommand({ TableName }))).Count).toBe(10);
  await expect(client.send(batch(25))).rejects.toMatchObject({ name: 'ThrottlingException' });
});

test('reads are counted by the page, and only told to those who ask', async () => {
  const { sandbox, client } = await limitedTable({ onDemandReadUnits: 1 });
  await put(client, 'a', 'x'.repeat(9_000));
  const page = await client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  expect(page.ConsumedCapacity).toBeUndefined();
  expect(sandbox.capacity.tally(TableName, 'Read').units).toBe(3);
  await expect(client.send(new ScanCommand({ TableName }))).rejects.toMatchObject({
    throttlingReasons: [{ reason: 'TableReadKeyRangeThroughputExceeded' }],
  });
});

test('the rules can be set, looked at and lifted over HTTP', async () => {
  const { sandbox, client } = await limitedTable({ onDemandWriteUnits: 1 });
  const control = `${sandbox.url}/sandbox/capacity`;
  await put(client, 'a');
  await expect(put(client, 'b')).rejects.toThrow();
  await fetch(control, { method: 'DELETE' });
  await put(client, 'b');
  const set = await fetch(control, { method: 'PUT', body: '{"onDemandWriteUnits": 2}' });
  expect(await set.json()).toMatchObject({ onDemandWriteUnits: 2, onDemandReadUnits: 12_000 });
  expect(await (await fetch(control)).json()).toMatchObject({ onDemandWriteUnits: 2 });
  const wrong = await fetch(control, { method: 'PUT', body: '{"writes": 2}' });
  expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('writes')]);
});
