import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  QueryCommand,
  RestoreTableToPointInTimeCommand,
  type RestoreTableToPointInTimeCommandInput,
  ScanCommand,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { batchPut, createTable, enableRecovery, minute, noon, scanAll, startSandbox } from './aws-sandbox.ts';

const restoreMs = 10_000;

async function withRecovery(more: Parameters<typeof startSandbox>[0] = {}) {
  const started = await startSandbox({ restoreMs, latestLagMs: 0, ...more });
  await createTable(started.client, 'source');
  await enableRecovery(started.client, 'source');
  return started;
}

function restore(client: DynamoDBClient, more: Partial<RestoreTableToPointInTimeCommandInput> = {}) {
  return client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: 'source',
      TargetTableName: 'target',
      ...(more.UseLatestRestorableTime === undefined && { RestoreDateTime: new Date(noon) }),
      ...more,
    }),
  );
}

async function recovery(client: DynamoDBClient, TableName = 'source') {
  const { ContinuousBackupsDescription } = await client.send(new DescribeContinuousBackupsCommand({ TableName }));
  return ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
}

async function table(client: DynamoDBClient, TableName = 'target') {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  return Table;
}

test.for([
  [-1, 'old'],
  [0, 'new'],
  [999, 'new'],
  [1000, 'deleted'],
] as const)('a restore to %d ms after a write finds the item %s', async ([offset, expected]) => {
  const { client, clock } = await withRecovery();
  const put = (state: string) =>
    client.send(new PutItemCommand({ TableName: 'source', Item: { pk: { S: 'a' }, state: { S: state } } }));
  await put('old');
  clock.pass(minute);
  const written = clock();
  await put('new');
  clock.pass(1000);
  await batchPut(client, 'source', [{ pk: { S: 'b' } }]);
  await client.send(
    new BatchWriteItemCommand({ RequestItems: { source: [{ DeleteRequest: { Key: { pk: { S: 'a' } } } }] } }),
  );
  clock.pass(minute);
  await restore(client, { RestoreDateTime: new Date(written + offset) });
  clock.pass(restoreMs);
  const found = (await scanAll(client, 'target')).find(({ pk }) => pk?.S === 'a');
  expect(found?.['state']?.S ?? 'deleted').toBe(expected);
});

test('the restorable window follows the period, the lag and the moment of enabling', async () => {
  const { client, clock } = await startSandbox();
  await createTable(client, 'source');
  expect(await recovery(client)).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
  await enableRecovery(client, 'source', 2);
  const window = (earliest: number, latest: number) => ({
    PointInTimeRecoveryStatus: 'ENABLED',
    RecoveryPeriodInDays: 2,
    EarliestRestorableDateTime: new Date(earliest),
    LatestRestorableDateTime: new Date(latest),
  });
  clock.pass(3 * minute);
  expect(await recovery(client)).toEqual(window(noon, noon));
  clock.pass(7 * minute);
  expect(await recovery(client)).toEqual(window(noon, noon + 5 * minute));
  clock.pass(3 * 24 * 60 * minute);
  expect(await recovery(client)).toEqual(window(clock() - 2 * 24 * 60 * minute, clock() - 5 * minute));
});

test('turning recovery off and on again forgets what was before', async () => {
  const { client, sandbox, clock } = await withRecovery();
  await batchPut(client, 'source', [{ pk: { S: 'a' }, v: { N: '1' } }]);
  clock.pass(minute);
  await batchPut(client, 'source', [{ pk: { S: 'a' }, v: { N: '2' } }]);
  clock.pass(minute);
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName: 'source',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    }),
  );
  await expect(restore(client)).rejects.toMatchObject({ name: 'PointInTimeRecoveryUnavailableException' });
  await enableRecovery(client, 'source');
  await expect(restore(client)).rejects.toMatchObject({ name: 'InvalidRestoreTimeException' });
  await restore(client, { UseLatestRestorableTime: true });
  clock.pass(restoreMs);
  expect(await scanAll(client, 'target')).toEqual([{ pk: { S: 'a' }, v: { N: '2' } }]);
  expect(sandbox.history.writes('source')).toHaveLength(1);
});

test.for([0, 36])('a recovery period of %d days is refused', async (days) => {
  const { client } = await withRecovery();
  await expect(enableRecovery(client, 'source', days)).rejects.toMatchObject({ name: 'ValidationException' });
});

const index = {
  IndexName: 'by-other',
  KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
};

async function withIndexes() {
  const started = await startSandbox({ restoreMs, latestLagMs: 0 });
  await createTable(
    started.client,
    'source',
    { sk: 'N' },
    {
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
        { AttributeName: 'other', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [index],
      LocalSecondaryIndexes: [
        {
          IndexName: 'local',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'other', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      DeletionProtectionEnabled: true,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      SSESpecification: { Enabled: true },
      Tags: [{ Key: 'team', Value: 'a' }],
    },
  );
  await enableRecovery(started.client, 'source');
  await batchPut(started.client, 'source', [{ pk: { S: 'a' }, sk: { N: '1' }, other: { S: 'x' } }]);
  return started;
}

test('a restore takes over indexes, billing and encryption, and nothing else', async () => {
  const { client, clock } = await withIndexes();
  await restore(client);
  clock.pass(restoreMs);
  const target = await table(client);
  expect(target?.GlobalSecondaryIndexes?.map(({ IndexName, IndexStatus }) => [IndexName, IndexStatus])).toEqual([
    ['by-other', 'ACTIVE'],
  ]);
  expect(target?.LocalSecondaryIndexes).toHaveLength(1);
  expect(target).toMatchObject({
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    SSEDescription: { Status: 'ENABLED' },
    DeletionProtectionEnabled: false,
  });
  expect(target).not.toHaveProperty('LatestStreamArn');
  expect(await recovery(client, 'target')).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
  const tags = await client.send(new ListTagsOfResourceCommand({ ResourceArn: target?.TableArn }));
  expect(tags.Tags).toEqual([]);
  const byIndex = await client.send(
    new QueryCommand({
      TableName: 'target',
      IndexName: 'by-other',
      KeyConditionExpression: '#other = :x',
      ExpressionAttributeNames: { '#other': 'other' },
      ExpressionAttributeValues: { ':x': { S: 'x' } },
    }),
  );
  expect(byIndex.Items).toHaveLength(1);
});

test('explicit empty overrides leave all indexes out, wrong ones are refused', async () => {
  const { client, clock } = await withIndexes();
  await expect(
    restore(client, { GlobalSecondaryIndexOverride: [{ ...index, IndexName: 'unknown' }] }),
  ).rejects.toMatchObject({ name: 'ValidationException' });
  await restore(client, { GlobalSecondaryIndexOverride: [], LocalSecondaryIndexOverride: [] });
  clock.pass(restoreMs);
  const target = await table(client);
  expect(target?.GlobalSecondaryIndexes).toBeUndefined();
  expect(target?.LocalSecondaryIndexes).toBeUndefined();
  expect(target?.AttributeDefinitions?.map(({ AttributeName }) => AttributeName)).toEqual(['pk', 'sk']);
  expect(await scanAll(client, 'target')).toHaveLength(1);
});

test('a restore can ask for another billing mode', async () => {
  const { client } = await withRecovery();
  await expect(restore(client, { BillingModeOverride: 'PROVISIONED' })).rejects.toMatchObject({
    name: 'ValidationException',
  });
  const { TableDescription } = await restore(client, {
    BillingModeOverride: 'PROVISIONED',
    ProvisionedThroughputOverride: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
  });
  expect(TableDescription).toMatchObject({
    TableStatus: 'CREATING',
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
  });
});

test('a 38-digit number, an empty string, a binary and a set survive the restore', async () => {
  const { client, clock } = await withRecovery();
  const item = {
    pk: { S: 'a' },
    n: { N: '99999999999999999999999999999999999999' },
    s: { S: '' },
    b: { B: Uint8Array.from([0, 255]) },
    ns: { NS: ['2', '1'] },
    big: { S: 'x'.repeat(400_000) },
  };
  await batchPut(client, 'source', [item]);
  await restore(client);
  clock.pass(restoreMs);
  const { Item } = await client.send(new GetItemCommand({ TableName: 'target', Key: { pk: { S: 'a' } } }));
  expect(Item).toEqual(item);
});

describe('while the target is being restored', () => {
  async function restoring() {
    const started = await withRecovery();
    const { TableDescription } = await restore(started.client);
    return { ...started, arn: TableDescription?.TableArn };
  }

  test('DescribeTable shows where it comes from, until it is ACTIVE', async () => {
    const { client, clock } = await restoring();
    clock.pass(restoreMs - 1);
    expect(await table(client)).toMatchObject({
      TableStatus: 'CREATING',
      RestoreSummary: {
        SourceTableArn: 'arn:aws:dynamodb:eu-central-1:000000000000:table/source',
        RestoreDateTime: new Date(noon),
        RestoreInProgress: true,
      },
    });
    clock.pass(1);
    const active = await table(client);
    expect(active?.TableStatus).toBe('ACTIVE');
    expect(active).not.toHaveProperty('RestoreSummary');
  });

  const key = { pk: { S: 'a' } };
  const TableName = 'target';
  test.for([
    ['GetItem', () => new GetItemCommand({ TableName, Key: key }), 'ResourceNotFoundException'],
    ['PutItem', () => new PutItemCommand({ TableName, Item: key }), 'ResourceNotFoundException'],
    ['Scan', () => new ScanCommand({ TableName }), 'ResourceNotFoundException'],
    [
      'TagResource',
      (arn?: string) => new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: 'a', Value: 'b' }] }),
      'ResourceNotFoundException',
    ],
    [
      'UpdateTimeToLive',
      () =>
        new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'ttl' } }),
      'ResourceNotFoundException',
    ],
    [
      'UpdateTable',
      () => new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }),
      'ResourceNotFoundException',
    ],
    [
      'PutResourcePolicy',
      (arn?: string) => new PutResourcePolicyCommand({ ResourceArn: arn, Policy: '{}' }),
      'ResourceNotFoundException',
    ],
    ['DescribeContinuousBackups', () => new DescribeContinuousBackupsCommand({ TableName }), 'TableNotFoundException'],
    [
      'UpdateContinuousBackups',
      () =>
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      'TableNotFoundException',
    ],
    [
      'CreateTable',
      () =>
        new CreateTableCommand({
          TableName,
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
        }),
      'ResourceInUseException',
    ],
    ['DeleteTable', () => new DeleteTableCommand({ TableName }), 'ResourceInUseException'],
  ] as const)('%s is refused', async ([, command, name]) => {
    const { client, arn } = await restoring();
    const send = client.send.bind(client) as (command: unknown) => Promise<unknown>;
    await expect(send(command(arn))).rejects.toMatchObject({ name });
  });
});

describe('a restore is refused', () => {
  const tooEarly = { RestoreDateTime: new Date(noon - 1000) };

  test('by its form before anything else', async () => {
    const { client } = await startSandbox();
    for (const wrong of [
      { UseLatestRestorableTime: true, RestoreDateTime: new Date(noon) },
      { UseLatestRestorableTime: false },
      { SourceTableArn: 'arn:aws:dynamodb:eu-central-1:000000000000:table/source' },
      { TargetTableName: 'a b c' },
      { SourceTableName: undefined, SourceTableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/source' },
    ]) {
      await expect(restore(client, wrong)).rejects.toMatchObject({ name: 'ValidationException' });
    }
  });

  test('then for its source, recovery, time and target, in this order', async () => {
    const { client, clock } = await startSandbox({ latestLagMs: 0 });
    await createTable(client, 'target');
    await expect(restore(client, tooEarly)).rejects.toMatchObject({ name: 'TableNotFoundException' });
    await createTable(client, 'source');
    await expect(restore(client, tooEarly)).rejects.toMatchObject({
      name: 'PointInTimeRecoveryUnavailableException',
      message: "Point in time recovery is not enabled for table 'source'",
    });
    await enableRecovery(client, 'source');
    clock.pass(minute);
    await expect(restore(client, tooEarly)).rejects.toMatchObject({
      name: 'InvalidRestoreTimeException',
      message: /2026-03-10T12:00:00.000Z and 2026-03-10T12:01:00.000Z/,
    });
    await expect(restore(client, { RestoreDateTime: new Date(clock() + 1000) })).rejects.toMatchObject({
      name: 'InvalidRestoreTimeException',
    });
    await expect(restore(client)).rejects.toMatchObject({ name: 'TableAlreadyExistsException' });
    await restore(client, { TargetTableName: 'other' });
    await expect(restore(client, { TargetTableName: 'other' })).rejects.toMatchObject({ name: 'TableInUseException' });
  });

  test('when its target is still being deleted', async () => {
    const { client, clock } = await withRecovery({ deleteMs: 5000 });
    await createTable(client, 'target');
    await client.send(new DeleteTableCommand({ TableName: 'target' }));
    expect((await table(client))?.TableStatus).toBe('DELETING');
    await expect(restore(client)).rejects.toMatchObject({ name: 'TableAlreadyExistsException' });
    clock.pass(5000);
    await restore(client);
  });

  test('when fifty others are running', async () => {
    const { client, clock } = await withRecovery();
    const names = Array.from({ length: 51 }, (_, number) => `target-${number}`);
    const results = await Promise.allSettled(names.map((TargetTableName) => restore(client, { TargetTableName })));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason.name)).toEqual(['LimitExceededException']);
    clock.pass(restoreMs);
    await restore(client, { TargetTableName: 'target-51' });
    const { TableNames } = await client.send(new ListTablesCommand({}));
    expect(TableNames).toHaveLength(52);
  });

  test('with an error although it starts, when the on-demand override is empty', async () => {
    const { client } = await withRecovery();
    await expect(restore(client, { OnDemandThroughputOverride: {} })).rejects.toMatchObject({
      name: 'TableInUseException',
    });
    expect((await table(client))?.TableStatus).toBe('CREATING');
  });
});

test('items seeded in the past can be restored from there', async () => {
  const { client, sandbox, clock } = await withRecovery();
  const longAgo = clock() - 7 * 24 * 60 * minute;
  sandbox.history.seed('source', [{ pk: { S: 'a' }, v: { S: 'old' } }], longAgo);
  await batchPut(client, 'source', [{ pk: { S: 'a' }, v: { S: 'new' } }]);
  expect((await recovery(client))?.EarliestRestorableDateTime).toEqual(new Date(longAgo));
  await restore(client, { RestoreDateTime: new Date(longAgo) });
  clock.pass(restoreMs);
  expect(await scanAll(client, 'target')).toEqual([{ pk: { S: 'a' }, v: { S: 'old' } }]);
});
