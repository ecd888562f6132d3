/** A child: the sandbox's DynamoDB with tables of a benchmark's items. */
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { SandboxAws } from '../../src/sandbox/dynamodb/server.ts';
import { answering } from './child.ts';
import { damage, itemAt } from './items.ts';

/** Compiled, as the program is: what tsx adds to every function would be measured, too. */
const { startDynamoDb }: typeof import('../../src/sandbox/dynamodb/server.ts') = await import(
  new URL('../../dist/sandbox/dynamodb/server.js', import.meta.url).href
);

const hour = 3_600_000;

export type SandboxOrder =
  | { readonly do: 'start'; readonly scanOrder: 'hash' | 'shuffled' }
  /** A table with a day of history, of which one item in so many (a hundred unless told otherwise) was damaged an hour ago. */
  | { readonly do: 'table'; readonly table: string; readonly items: number; readonly damagedOneIn?: number }
  /** Its copy from before, for those who do not make one themselves. */
  | { readonly do: 'copy'; readonly table: string; readonly copy: string }
  /** So that nobody's tables fill the memory while others are measured. */
  | { readonly do: 'drop'; readonly tables: readonly string[] }
  /** Apart from dropping, which the warm-up does right before something is measured. */
  | { readonly do: 'collect-garbage' }
  /** What AWS gives a new table on demand, from now on; each table begins with one second of it saved up. */
  | { readonly do: 'enforce-capacity' }
  /** The answer is a WritingWindow. */
  | { readonly do: 'writing-window'; readonly table: string };

/** From the first request that writes to a table until the last one, as the sandbox has seen them arrive. */
export type WritingWindow = { readonly seconds: number; readonly requests: number };

const startedAt = Date.now();
/** The moment before the damage. */
const restorePoint = Math.floor((startedAt - 2 * hour) / 1000) * 1000;

const writing = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'];

let sandbox: SandboxAws;
let client: DynamoDBClient;
const windows = new Map<string, { readonly firstAt: number; lastAt: number; requests: number }>();

function watchWrites(): void {
  sandbox.requests.onRequest(({ operation, tables }) => {
    if (!writing.includes(operation)) return;
    const at = performance.now();
    for (const table of tables) {
      const window = windows.get(table) ?? { firstAt: at, lastAt: at, requests: 0 };
      window.lastAt = at;
      window.requests += 1;
      windows.set(table, window);
    }
  });
}

async function carryOut(order: SandboxOrder): Promise<unknown> {
  switch (order.do) {
    case 'start':
      sandbox = await startDynamoDb({ scanOrder: order.scanOrder, restoreMs: 0, latestLagMs: 1_000 });
      client = new DynamoDBClient({ endpoint: sandbox.url });
      watchWrites();
      return { url: sandbox.url, restorePoint };
    case 'table':
      await makeTable(order.table, order.items, order.damagedOneIn);
      return {};
    case 'copy': {
      const at = new Date(restorePoint);
      const names = { SourceTableName: order.table, TargetTableName: order.copy };
      await client.send(new RestoreTableToPointInTimeCommand({ ...names, RestoreDateTime: at }));
      await waitUntilTableExists({ client, maxWaitTime: 600, minDelay: 1 }, { TableName: order.copy });
      return {};
    }
    case 'drop':
      for (const TableName of order.tables) {
        await client.send(new DeleteTableCommand({ TableName }));
        windows.delete(TableName);
      }
      return {};
    case 'collect-garbage':
      globalThis.gc?.();
      return {};
    case 'enforce-capacity':
      sandbox.capacity.enforce({ onDemandReadUnits: 12_000, onDemandWriteUnits: 4_000 });
      return {};
    case 'writing-window':
      return windowOf(order.table);
  }
}

function windowOf(table: string): WritingWindow {
  const window = windows.get(table);
  if (window === undefined) throw new Error(`Nothing was written to ${table}`);
  return { seconds: (window.lastAt - window.firstAt) / 1000, requests: window.requests };
}

async function makeTable(TableName: string, items: number, damagedOneIn = 100): Promise<void> {
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
  await sandbox.history.write(TableName, damage(items, damagedOneIn), startedAt - hour);
}

answering<SandboxOrder>(carryOut);
