import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  paginateScan,
  type ScanCommandInput,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach } from 'vitest';
import { type SandboxAws, type SandboxAwsOptions, startDynamoDb } from '../../src/sandbox/dynamodb/server.ts';

export const noon = Date.parse('2026-03-10T12:00:00Z');
export const minute = 60_000;
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };

/** A clock that moves only when told. */
function fakeClock(start = noon) {
  let now = start;
  const clock = () => now;
  return Object.assign(clock, {
    pass: (ms: number) => {
      now += ms;
    },
  });
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A sandbox with a clock of its own and a client that gives up at the first error. */
export async function startSandbox(options: SandboxAwsOptions = {}) {
  const clock = fakeClock();
  const sandbox = await startDynamoDb({ clock, restoreMs: 10_000, ...options });
  closers.push(() => sandbox.close());
  return { sandbox, clock, client: dynamoDb(sandbox), logs: cloudWatchLogs(sandbox) };
}

export function dynamoDb(sandbox: SandboxAws, region = 'eu-central-1', maxAttempts = 1): DynamoDBClient {
  const client = new DynamoDBClient({ endpoint: sandbox.url, region, credentials, maxAttempts });
  closers.push(() => client.destroy());
  return client;
}

function cloudWatchLogs(sandbox: SandboxAws): CloudWatchLogsClient {
  const client = new CloudWatchLogsClient({
    endpoint: sandbox.url,
    region: 'eu-central-1',
    credentials,
    maxAttempts: 1,
  });
  closers.push(() => client.destroy());
  return client;
}

export async function createTable(
  client: DynamoDBClient,
  TableName: string,
  key: { readonly pk?: 'S' | 'N' | 'B'; readonly sk?: 'S' | 'N' | 'B' } = {},
  more: Partial<CreateTableCommandInput> = {},
): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        ...(key.sk ? [{ AttributeName: 'sk', KeyType: 'RANGE' as const }] : []),
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: key.pk ?? 'S' },
        ...(key.sk ? [{ AttributeName: 'sk', AttributeType: key.sk }] : []),
      ],
      BillingMode: 'PAY_PER_REQUEST',
      ...more,
    }),
  );
}

export async function enableRecovery(client: DynamoDBClient, TableName: string, RecoveryPeriodInDays?: number) {
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays },
    }),
  );
}

export async function batchPut(client: DynamoDBClient, table: string, items: Record<string, AttributeValue>[]) {
  for (let index = 0; index < items.length; index += 25) {
    const requests = items.slice(index, index + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
  }
}

export async function scanAll(client: DynamoDBClient, TableName: string, more: Partial<ScanCommandInput> = {}) {
  const items: Record<string, AttributeValue>[] = [];
  for await (const page of paginateScan({ client }, { TableName, ...more })) items.push(...(page.Items ?? []));
  return items;
}
