import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../../src/restore/item.ts';
import { startDynamoDb } from '../../src/sandbox/dynamodb/server.ts';
import { minute } from './engine.ts';

export const region = 'eu-central-1';
export const quotes = 'quotes-table';
export const votes = 'votes-table';
export const liveTables = [quotes, votes] as const;
export const refs = [
  { label: 'quotes', table: quotes },
  { label: 'votes', table: votes },
] as const;

const keyName: Readonly<Record<string, string>> = { [quotes]: 'id', [votes]: 'voter' };

export const quote = (n: number, text = `quote ${n}`): Item => ({ id: { N: String(n) }, text: { S: text } });
export const vote = (n: number, stars = '5'): Item => ({ voter: { S: `voter ${n}` }, stars: { N: stars } });

/** Two small tables in a sandbox, an accident, and a folder for the state of the programs that undo it. */
export type CrashWorld = Awaited<ReturnType<typeof startCrashWorld>>;

export async function startCrashWorld(options: { readonly clock: () => number; readonly restoreMs: number }) {
  let elsewhen: number | undefined;
  const { clock, restoreMs } = options;
  const aws = await startDynamoDb({ clock: () => elsewhen ?? clock(), restoreMs });
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const client = new DynamoDBClient({ region, endpoint: aws.url, credentials });
  const folder = mkdtempSync(join(tmpdir(), 'pitr-restore-crash-'));
  const restorePoint = Math.floor(clock() / 1000) * 1000 - 60 * minute;
  const whole: Readonly<Record<string, readonly Item[]>> = {
    [quotes]: Array.from({ length: 40 }, (_, n) => quote(n + 1)),
    [votes]: Array.from({ length: 40 }, (_, n) => vote(n + 1)),
  };
  elsewhen = restorePoint - 60 * minute;
  for (const table of liveTables) {
    await createTable(client, table);
    aws.history.seed(table, (whole[table] ?? []) as never, elsewhen);
  }
  elsewhen = undefined;

  const put = (TableName: string, item: Item) =>
    client.send(new PutItemCommand({ TableName, Item: item as never, ReturnValues: 'ALL_OLD' }));

  /** Answered with the whole item. */
  const add = (TableName: string, item: Item, name: string) => {
    const key = keyName[TableName] ?? '';
    return client.send(
      new UpdateItemCommand({
        TableName,
        Key: { [key]: item[key] as never },
        UpdateExpression: 'SET #name = :value',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':value': { S: name } },
        ReturnValues: 'ALL_NEW',
      }),
    );
  };

  return {
    aws,
    client,
    folder,
    clock,
    restorePoint,
    put,
    add,
    /** Six items to put and three to delete. */
    async accident(at = restorePoint + 30 * minute): Promise<void> {
      const puts = (...items: readonly Item[]) => items.map((item) => ({ put: item as never }));
      const deletes = (table: string, ...items: readonly Item[]) => {
        const name = keyName[table] ?? '';
        return items.map((item) => ({ delete: { [name]: item[name] } as never }));
      };
      const corrupt = puts(quote(3, 'corrupt'), quote(4, 'corrupt'), quote(1000, 'junk'), quote(1001, 'junk'));
      await aws.history.write(quotes, [...corrupt, ...deletes(quotes, quote(7), quote(8))], at);
      await aws.history.write(votes, [...puts(vote(5, '0'), vote(1000)), ...deletes(votes, vote(9))], at);
    },
    /** What the live tables hold. */
    live: () => Object.fromEntries(liveTables.map((table) => [table, sorted(aws.history.snapshot(table))])),
    /** What they held at the restore point. */
    restored: Object.fromEntries(liveTables.map((table) => [table, sorted(whole[table] ?? [])])),
    async close(): Promise<void> {
      client.destroy();
      await aws.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What points the command line at this world, by way of `url`. */
export function variablesFor({ folder }: CrashWorld, url: string): NodeJS.ProcessEnv {
  const config = join(folder, 'pitr-restore.yaml');
  const tables = refs.map(({ label, table }) => `${label}: ${table}`).join(', ');
  writeFileSync(config, `environments:\n  prod:\n    region: ${region}\n    tables: { ${tables} }\n`);
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_ENDPOINT_URL: url,
    PITR_DB: join(folder, 'state.sqlite'),
    PITR_CONFIG: config,
  };
}

async function createTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const AttributeName = keyName[TableName];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName, AttributeType: TableName === quotes ? 'N' : 'S' }],
      KeySchema: [{ AttributeName, KeyType: 'HASH' }],
    }),
  );
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
}

/** Items in an order of their own, attributes too, to compare as a set. */
const sorted = (items: readonly object[]) =>
  items
    .map((item) => JSON.stringify(Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))))
    .sort((a, b) => (a < b ? -1 : 1));
