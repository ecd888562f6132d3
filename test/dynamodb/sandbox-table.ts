import { BillingMode, CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished } from 'vitest';
import type { AwsSettings } from '../../src/dynamodb/aws.ts';
import type { Items } from '../../src/restore/ports.ts';
import type { SandboxAws } from '../../src/sandbox/dynamodb/server.ts';
import { startDynamoDb } from '../../src/sandbox/dynamodb/server.ts';
import { connect } from './connect.ts';

export const table = 'shop-orders';
export const keySchema = { partition: 'id', sort: 'at' };

/** A sandbox with one table, keyed by the text `id` and the number `at`, and the adapter in front of it. */
export async function sandboxTable(
  settings: AwsSettings = {},
): Promise<{ readonly sandbox: SandboxAws; readonly items: Items }> {
  const sandbox = await startDynamoDb();
  onTestFinished(async () => sandbox.close());
  const { tables, items } = connect(sandbox.url, settings);
  const client = new DynamoDBClient({ region: 'eu-central-1' });
  onTestFinished(() => client.destroy());
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: BillingMode.PAY_PER_REQUEST,
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'N' },
      ],
    }),
  );
  await expect.poll(async () => (await tables.describe(table))?.status).toBe('ACTIVE');
  return { sandbox, items };
}
