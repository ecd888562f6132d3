import { expect, test } from 'vitest';
import type { Tables } from '../../src/restore/ports.ts';
import { awsError, cannedAws, type Reply } from './canned-aws.ts';
import { connect, driven } from './connect.ts';

const arn = (table: string) => `arn:aws:dynamodb:eu-central-1:123456789012:table/${table}`;
const described = (more: object = {}) => ({
  body: {
    Table: {
      TableName: 'shop-orders',
      TableArn: arn('shop-orders'),
      TableStatus: 'ACTIVE',
      KeySchema: [
        { AttributeName: 'customer', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'at', AttributeType: 'N' },
        { AttributeName: 'customer', AttributeType: 'S' },
        { AttributeName: 'status', AttributeType: 'S' },
      ],
      ItemCount: 1234,
      TableSizeBytes: 56_789,
      ...more,
    },
  },
});
const notFound = awsError('ResourceNotFoundException');

test('describe tells a table in our words', async () => {
  const aws = await cannedAws(() =>
    described({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      Replicas: [{ RegionName: 'eu-central-1' }, { RegionName: 'us-east-1' }],
    }),
  );
  expect(await connect(aws.url).tables.describe('shop-orders')).toEqual({
    table: 'shop-orders',
    arn: arn('shop-orders'),
    status: 'ACTIVE',
    keySchema: { partition: 'customer', sort: 'at' },
    keyTypes: { partition: 'S', sort: 'N' },
    approximateItems: 1234,
    approximateBytes: 56_789,
    onDemand: true,
    streamEnabled: true,
    replicaRegions: ['us-east-1'],
  });
  expect(aws.requests.map(({ operation }) => operation)).toEqual(['DescribeTable']);
});

test('a provisioned table without sort key, stream and replicas has none of them', async () => {
  const aws = await cannedAws(() =>
    described({
      KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' }],
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 7 },
    }),
  );
  const table = await connect(aws.url).tables.describe('shop-orders');
  expect(table).toMatchObject({ keySchema: { partition: 'customer' }, onDemand: false, streamEnabled: false });
  expect(table).toMatchObject({ keyTypes: { partition: 'S' }, replicaRegions: [] });
  expect(table?.provisioned).toEqual({ readUnits: 5, writeUnits: 7 });
  expect(table?.keySchema).not.toHaveProperty('sort');
});

test('a table that does not exist is undefined, not an error', async () => {
  const aws = await cannedAws(() => notFound);
  expect(await connect(aws.url).tables.describe('nope')).toBeUndefined();
});

test.for([
  ['ENABLED', 'expires'],
  ['ENABLING', 'expires'],
  ['DISABLED', undefined],
] as const)('a time to live that is %s is told as %s', async ([TimeToLiveStatus, attribute]) => {
  const aws = await cannedAws(() => ({
    body: { TimeToLiveDescription: { TimeToLiveStatus, AttributeName: 'expires' } },
  }));
  expect(await connect(aws.url).tables.timeToLive('shop-orders')).toBe(attribute);
});

test.for(['AccessDeniedException', 'ThrottlingException', 'ResourceNotFoundException', 'UnknownOperationException'])(
  'a time to live that AWS does not tell (%s) is none: only a warning hangs on it',
  async (name) => {
    const aws = await cannedAws(() => awsError(name));
    expect(await connect(aws.url, { maxAttempts: 1 }).tables.timeToLive('shop-orders')).toBeUndefined();
  },
);

test('a table on its way out that is told without its key is being deleted, and nothing worse', async () => {
  const aws = await cannedAws(() => ({ body: { Table: { TableName: 'shop-orders', TableStatus: 'DELETING' } } }));
  await expect(connect(aws.url).tables.describe('shop-orders')).rejects.toMatchObject({
    code: 'TABLE_IN_USE',
    message: 'shop-orders is being deleted right now.',
  });
});

test('a global table of the first kind is told apart', async () => {
  const aws = await cannedAws(() => described({ GlobalTableVersion: '2017.11.29' }));
  expect(await connect(aws.url).tables.describe('shop-orders')).toMatchObject({ legacyGlobal: true });
});

test('a status that AWS invents later is reported, not guessed at', async () => {
  const aws = await cannedAws(() => described({ TableStatus: 'HIBERNATING' }));
  await expect(connect(aws.url).tables.describe('shop-orders')).rejects.toMatchObject({
    code: 'AWS',
    message: expect.stringContaining('HIBERNATING'),
  });
});

test('the window holds whole seconds only, and all of them', async () => {
  const pitr = (status: string, earliest: number, latest: number, days?: number) => ({
    body: {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: {
          PointInTimeRecoveryStatus: status,
          EarliestRestorableDateTime: earliest,
          LatestRestorableDateTime: latest,
          RecoveryPeriodInDays: days,
        },
      },
    },
  });
  const replies = [
    pitr('ENABLED', 1_700_000_000.001, 1_700_000_100.999),
    pitr('ENABLED', 1_700_000_000, 1_700_000_100, 7),
    pitr('DISABLED', 1_700_000_000, 1_700_000_100),
    awsError('ContinuousBackupsUnavailableException'),
  ];
  const aws = await cannedAws((_, nth) => replies[nth - 1] ?? notFound);
  const { tables } = connect(aws.url);
  const read = async () => tables.recoveryWindow('shop-orders');

  expect(await read()).toEqual({ enabled: true, earliest: 1_700_000_001_000, latest: 1_700_000_100_000 });
  expect(await read()).toEqual({
    enabled: true,
    earliest: 1_700_000_000_000,
    latest: 1_700_000_100_000,
    periodDays: 7,
  });
  expect(await read()).toEqual({ enabled: false });
  expect(await read()).toEqual({ enabled: false });
  await expect(read()).rejects.toMatchObject({ code: 'TABLE_NOT_FOUND' });
});

test('a window that is open, and whose bounds AWS does not tell yet, is not taken for one that is off', async () => {
  const PointInTimeRecoveryDescription = { PointInTimeRecoveryStatus: 'ENABLED', EarliestRestorableDateTime: 1.7e9 };
  const aws = await cannedAws(() => ({
    body: { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription } },
  }));
  await expect(connect(aws.url).tables.recoveryWindow('shop-orders')).rejects.toMatchObject({
    code: 'RESTORE_TIME',
    message: expect.stringContaining('is on for shop-orders'),
  });
});

test('windows are read at most ten times a second, however many tables there are', async () => {
  const timing = driven();
  const aws = await cannedAws(() => ({ body: {} }));
  const { tables } = connect(aws.url, { timing });
  await Promise.all(Array.from({ length: 12 }, async (_, n) => tables.recoveryWindow(`table-${n}`)));
  expect(aws.requests).toHaveLength(12);
  expect(Math.max(...timing.slept)).toBeGreaterThanOrEqual(1_100 - 11 * 100);
  expect(timing.slept).toHaveLength(11);
});

const order = { source: 'shop-orders', target: 'shop-orders-restore-x', at: Date.UTC(2026, 2, 29, 0, 59, 59) };
const restoring = () =>
  described({
    TableStatus: 'CREATING',
    RestoreSummary: {
      SourceTableArn: arn(order.source),
      RestoreDateTime: order.at / 1000,
      RestoreInProgress: true,
    },
  });

test('a restore asks for the second, on demand, and says explicitly that it wants no index', async () => {
  const aws = await cannedAws(() => ({ body: {} }));
  await connect(aws.url).tables.restore(order);
  expect(aws.requests.map(({ input }) => input)).toEqual([
    {
      SourceTableName: 'shop-orders',
      TargetTableName: 'shop-orders-restore-x',
      RestoreDateTime: 1_774_745_999,
      BillingModeOverride: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexOverride: [],
      LocalSecondaryIndexOverride: [],
    },
  ]);
});

test('a lost reply of a restore is found out by describing the target: its source and second are told', async () => {
  const aws = await cannedAws(({ operation }, nth) => {
    if (operation === 'DescribeTable') return restoring();
    return nth === 1 ? { cut: 'before' } : awsError('TableInUseException');
  });
  const { tables } = connect(aws.url);
  await expect(tables.restore(order)).rejects.toMatchObject({ code: 'TABLE_IN_USE' });
  expect(aws.requests).toHaveLength(2);
  expect(await tables.describe(order.target)).toMatchObject({
    status: 'CREATING',
    restoring: { sourceArn: arn(order.source), at: order.at },
  });
});

test.for([
  ['TableAlreadyExistsException', 'TABLE_EXISTS', 'The restore table shop-orders-restore-x exists already.'],
  ['TableInUseException', 'TABLE_IN_USE', 'shop-orders-restore-x is being created, changed or deleted right now.'],
  ['InvalidRestoreTimeException', 'RESTORE_TIME', expect.stringContaining('shop-orders')],
  ['PointInTimeRecoveryUnavailableException', 'PITR_UNAVAILABLE', 'Point-in-time recovery is off for shop-orders.'],
  ['TableNotFoundException', 'TABLE_NOT_FOUND', 'There is no table shop-orders in eu-central-1.'],
  ['LimitExceededException', 'LIMIT_EXCEEDED', expect.stringContaining('shop-orders')],
])('a restore refused with %s ends as %s', async ([name, code, message]) => {
  const aws = await cannedAws(({ operation }) => (operation === 'DescribeTable' ? restoring() : awsError(name)));
  const refused = connect(aws.url, { maxAttempts: 1 }).tables.restore(order);
  await expect(refused).rejects.toMatchObject({ name: 'UserError', code, message, cause: { name } });
});

test('what is said to be in the way of a restore, and to be deleted perhaps, is never the live table', async () => {
  const aws = await cannedAws(() => awsError('TableAlreadyExistsException'));
  await expect(connect(aws.url).tables.restore(order)).rejects.toMatchObject({
    hint: 'Choose another second, or delete shop-orders-restore-x if nobody needs it.',
  });
});

test('a denied restore says what it takes on the source, and on the table it makes', async () => {
  const aws = await cannedAws(() => awsError('AccessDeniedException'));
  const error: unknown = await connect(aws.url)
    .tables.restore(order)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'ACCESS_DENIED', hint: expect.stringContaining(':table/shop-orders,') });
  expect(error).toMatchObject({ hint: expect.stringContaining(':table/shop-orders-restore-*') });
});

test.for([
  ['is gone', notFound, notFound],
  ['is being deleted', awsError('ResourceInUseException'), described({ TableStatus: 'DELETING' })],
  ['vanishes meanwhile', awsError('ResourceInUseException'), notFound],
] as const)('deleting a table that %s is done', async ([, refusal, target]) => {
  const aws = await cannedAws(({ operation }) => (operation === 'DeleteTable' ? refusal : target));
  await connect(aws.url).tables.delete('shop-orders-restore-x');
  expect(aws.requests[0]?.input).toEqual({ TableName: 'shop-orders-restore-x' });
});

test.for([
  ['ResourceInUseException', 'TABLE_IN_USE'],
  ['ResourceNotFoundException', 'TABLE_NOT_FOUND'],
] as const)(
  'a table that is still being restored is not taken for deleted, whatever AWS says (%s)',
  async ([name, code]) => {
    const aws = await cannedAws(({ operation }) => (operation === 'DeleteTable' ? awsError(name) : restoring()));
    await expect(connect(aws.url).tables.delete('x-restore')).rejects.toMatchObject({ code });
  },
);

test.for([
  [302, ''],
  [408, ''],
  [407, '<html>log in</html>'],
  [407, ''],
  [403, '{"error":"blocked"}'],
  [404, '{"message":"no route"}'],
  [200, ''],
  [200, '{}'],
] as const)('what a proxy answers in AWS’s place (%i) is told as that, and not as AWS’s', async ([status, text]) => {
  const aws = await cannedAws(() => ({ status, text, isProxy: true }));
  await expect(connect(aws.url).tables.describe('shop-orders')).rejects.toMatchObject({
    code: 'NETWORK',
    message: `No answer from AWS for dynamodb:DescribeTable on shop-orders (something else has answered: HTTP ${status}).`,
  });
});

test('a reply of AWS that cannot be understood is told as that, and not as the network’s', async () => {
  const aws = await cannedAws(() => ({ body: { Table: { TableName: 'shop-orders', CreationDateTime: 'abc' } } }));
  await expect(connect(aws.url).tables.describe('shop-orders')).rejects.toMatchObject({ code: 'AWS' });
});

test('a table is not taken for deleted because a proxy has answered with nothing: it is looked at', async () => {
  const answers = (target: Reply) =>
    cannedAws(({ operation }) => (operation === 'DeleteTable' ? { text: '', isProxy: true } : target));
  const [stays, goes] = [await answers(described({})), await answers(described({ TableStatus: 'DELETING' }))];
  await expect(connect(stays.url).tables.delete('x-restore')).rejects.toMatchObject({ code: 'NETWORK' });
  await connect(goes.url).tables.delete('x-restore');
});

test.for([
  ['recovery window', (tables: Tables) => tables.recoveryWindow('shop-orders')],
  ['restore', (tables: Tables) => tables.restore(order)],
] as const)('a %s that a proxy answers with nothing is not answered', async ([, ask]) => {
  const aws = await cannedAws(() => ({ text: '', isProxy: true }));
  await expect(ask(connect(aws.url, { maxAttempts: 1 }).tables)).rejects.toMatchObject({
    code: 'NETWORK',
    message: expect.stringContaining('something else has answered: HTTP 200'),
  });
});

test.for([
  [503, '', 'UNAVAILABLE', 'for now (something else has answered: HTTP 503)'],
  [413, '<html>too large</html>', 'AWS', 'with HTTP 413.'],
] as const)('%i of a proxy is told without a name that AWS never gave', async ([status, text, code, said]) => {
  const aws = await cannedAws(() => ({ status, text, isProxy: true }));
  await expect(connect(aws.url, { maxAttempts: 1 }).tables.describe('shop-orders')).rejects.toMatchObject({
    code,
    message: expect.stringContaining(said),
  });
});
