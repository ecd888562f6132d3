import {
  BillingMode,
  CreateTableCommand,
  DynamoDBClient,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import type { Aws } from '../../src/restore/ports.ts';
import { wholeSecond } from '../../src/restore/restore-point/zoned-time.ts';
import type { SandboxAws } from '../../src/sandbox/dynamodb/server.ts';
import { startDynamoDb } from '../../src/sandbox/dynamodb/server.ts';
import { collect, connect } from './connect.ts';

const table = 'shop-orders';
let now = Date.parse('2026-11-22T10:00:00Z');
let sandbox: SandboxAws;
let aws: Aws;

beforeEach(async () => {
  sandbox = await startDynamoDb({ clock: () => now, restoreMs: 60_000 });
  onTestFinished(async () => sandbox.close());
  aws = connect(sandbox.url);
  const client = new DynamoDBClient({ region: 'eu-central-1' });
  onTestFinished(() => client.destroy());
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: BillingMode.PAY_PER_REQUEST,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'B' }],
    }),
  );
  await expect.poll(async () => (await aws.tables.describe(table))?.status).toBe('ACTIVE');
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName: table,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
});

const items: readonly Item[] = [
  { id: { B: 'AA==' }, n: { N: '12345678901234567890123456789012345678' }, empty: { S: '' } },
  { id: { B: 'AQ==' }, bs: { BS: ['AA==', '/w=='] }, deep: { M: { l: { L: [{ B: '+/+/' }, { NULL: true }] } } } },
  { id: { B: 'Ag==' }, large: { S: 'x'.repeat(390_000) }, flag: { BOOL: false } },
  ...Array.from({ length: 97 }, (_, n) => ({ id: { B: Buffer.from(`more ${n}`).toString('base64') } })),
];

async function everything(name: string, totalSegments: number): Promise<Item[]> {
  const segments = Array.from({ length: totalSegments }, async (_, segment) =>
    collect(aws.items.scan({ table: name, segment, totalSegments, consistent: true })),
  );
  const pages = (await Promise.all(segments)).flat();
  return pages
    .flatMap((page) => page.items)
    .toSorted((a, b) => JSON.stringify(a['id']).localeCompare(JSON.stringify(b['id'])));
}

const sorted = items.toSorted((a, b) => JSON.stringify(a['id']).localeCompare(JSON.stringify(b['id'])));

test('what was written is what is scanned, in one segment or in many', async () => {
  await aws.items.write({ table, changes: items.map((item) => ({ kind: 'put', item })) });
  expect(await everything(table, 1)).toEqual(sorted);
  expect(await everything(table, 7)).toEqual(sorted);
  await aws.items.write({
    table,
    changes: items.slice(5).map(({ id }) => ({ kind: 'delete', key: { id: id ?? { S: '' } } })),
  });
  expect(await everything(table, 4)).toHaveLength(5);
});

test('a restored table is ours by its summary while it is made, and holds what the table held then', async () => {
  now += 1_000;
  await aws.items.write({ table, changes: items.map((item) => ({ kind: 'put', item })) });
  const at = wholeSecond(now + 1_000);
  now = at + 10 * 60_000;
  await aws.items.write({ table, changes: [{ kind: 'delete', key: { id: { B: 'AA==' } } }] });

  const window = await aws.tables.recoveryWindow(table);
  expect(window).toMatchObject({ enabled: true, latest: expect.any(Number) });
  await aws.tables.restore({ source: table, target: 'copy', at });
  const source = await aws.tables.describe(table);
  expect(await aws.tables.describe('copy')).toMatchObject({
    status: 'CREATING',
    onDemand: true,
    restoring: { sourceArn: source?.arn, at },
  });
  await expect(aws.tables.restore({ source: table, target: 'copy', at })).rejects.toMatchObject({
    code: 'TABLE_IN_USE',
  });
  await expect(aws.tables.delete('copy')).rejects.toMatchObject({ code: 'TABLE_IN_USE' });

  now += 61_000;
  await expect.poll(async () => (await aws.tables.describe('copy'))?.status).toBe('ACTIVE');
  await expect(aws.tables.restore({ source: table, target: 'copy', at })).rejects.toMatchObject({
    code: 'TABLE_EXISTS',
  });
  expect(await everything('copy', 3)).toEqual(sorted);
  await aws.tables.delete('copy');
  await expect.poll(async () => aws.tables.describe('copy')).toBeUndefined();
  await aws.tables.delete('copy');
});

test('an instant outside of the window is refused as such', async () => {
  await expect(aws.tables.restore({ source: table, target: 'copy', at: now - 86_400_000 })).rejects.toMatchObject({
    code: 'RESTORE_TIME',
  });
});

test('writing and reading come through a world where nearly every call meets a trouble', async () => {
  const often = { count: 'all', probability: 0.3 } as const;
  sandbox.faults.add({ ...often, operation: '*', kind: 'throttle' });
  sandbox.faults.add({ ...often, operation: '*', kind: 'lose-reply', seed: 2 });
  sandbox.faults.add({ ...often, operation: 'BatchWriteItem', kind: 'unprocessed', requests: 10, seed: 3 });
  await aws.items.write({ table, changes: items.map((item) => ({ kind: 'put', item })) });
  expect(await everything(table, 5)).toEqual(sorted);
});
