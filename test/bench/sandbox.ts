/** A child: the sandbox's DynamoDB with tables of a benchmark's items. */
import {
  CreateTableCommand,
  DynamoDBClient,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type SandboxAws, startDynamoDb } from '../../src/sandbox/dynamodb/server.ts';
import { answering } from './child.ts';
import { damage, itemAt } from './items.ts';

const hour = 3_600_000;

export type SandboxOrder =
  | { readonly do: 'start'; readonly scanOrder: 'hash' | 'shuffled' }
  /** A table with a day of history, damaged an hour ago. */
  | { readonly do: 'table'; readonly table: string; readonly items: number }
  /** Its copy from before, for those who do not make one themselves. */
  | { readonly do: 'copy'; readonly table: string; readonly copy: string }
  | { readonly do: 'enforce-capacity' };

const startedAt = Date.now();
/** The moment before the damage. */
const restorePoint = Math.floor((startedAt - 2 * hour) / 1000) * 1000;

let sandbox: SandboxAws;
let client: DynamoDBClient;

async function carryOut(order: SandboxOrder): Promise<unknown> {
  switch (order.do) {
    case 'start':
      sandbox = await startDynamoDb({ scanOrder: order.scanOrder, restoreMs: 0, latestLagMs: 1_000 });
      client = new DynamoDBClient({ endpoint: sandbox.url });
      return { url: sandbox.url, restorePoint };
    case 'table':
      await makeTable(order.table, order.items);
      return {};
    case 'copy': {
      const at = new Date(restorePoint);
      const names = { SourceTableName: order.table, TargetTableName: order.copy };
      await client.send(new RestoreTableToPointInTimeCommand({ ...names, RestoreDateTime: at }));
      await waitUntilTableExists({ client, maxWaitTime: 600, minDelay: 1 }, { TableName: order.copy });
      return {};
    }
    case 'enforce-capacity':
      sandbox.capacity.enforce({ onDemandReadUnits: 12_000, onDemandWriteUnits: 4_000 });
      return {};
  }
}

async function makeTable(TableName: string, items: number): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  sandbox.history.seed(
    TableName,
    Array.from({ length: items }, (_, index) => itemAt(index)),
    startedAt - 24 * hour,
  );
  await sandbox.history.write(TableName, damage(items), startedAt - hour);
}

answering<SandboxOrder>(carryOut);
