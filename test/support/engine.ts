import { join } from 'node:path';
import type { AttributeDefinition, AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { onTestFinished } from 'vitest';
import { createAws } from '../../src/dynamodb/aws.ts';
import { createProgressBoard } from '../../src/progress-board.ts';
import { comparerHere } from '../../src/restore/comparer.ts';
import type { Environment } from '../../src/restore/environment.ts';
import type { Item } from '../../src/restore/item.ts';
import { makeRestores } from '../../src/restore/make-restores.ts';
import type { Aws } from '../../src/restore/ports.ts';
import type { Origin } from '../../src/restore/request.ts';
import type { Wish } from '../../src/restore/restores.ts';
import type { Pace } from '../../src/restore/step.ts';
import { startDynamoDb } from '../../src/sandbox/dynamodb/server.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { createLock, leaseMs } from '../../src/sqlite/lock.ts';
import { openSqliteOverflow } from '../../src/sqlite/overflow.ts';
import { fastClock } from './fast-clock.ts';
import { alice } from './requests.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const minute = 60_000;
export const start = Date.parse('2026-11-22T12:00:00Z');

/** Five minutes outside: nothing times out but where that is what is tested. */
const patientMinutes = 5_000;

export const shell: Origin = { kind: 'shell', workingDirectory: '/' };
export const slack: Origin = { kind: 'slack', channelId: 'C0OPS', teamId: 'T0SANDBOX' };

export type Keys = readonly { readonly name: string; readonly type: 'S' | 'N' | 'B' }[];

/**
 * The whole engine with real parts: the sandbox over HTTP, the official SDK, a SQLite file. Time runs much faster than
 * outside, and the sandbox lives by the same clock.
 */
export async function startEngine(
  changes: {
    readonly environment?: Partial<Environment>;
    readonly pace?: Partial<Pace>;
    /** Something between the engine and AWS that misbehaves. */
    readonly aws?: (aws: Aws) => Aws;
    /** How many times faster than outside; a thousand when left out. */
    readonly faster?: number;
  } = {},
) {
  const clock = fastClock(start, changes.faster);
  let elsewhen: number | undefined;
  const aws = await startDynamoDb({ clock: () => elsewhen ?? clock.now(), restoreMs: 20_000 });
  const settings = {
    region: 'eu-central-1',
    endpoint: aws.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  };
  const client = new DynamoDBClient(settings);
  pointSdkAt(aws.url);
  const made = createAws();
  const environment: Environment = {
    name: 'prod',
    region: settings.region,
    tables: [{ label: 'quotes', table: 'quotes-table' }],
    admins: ['U0ALICE'],
    approvers: ['U0BOB'],
    approvals: 1,
    channels: [],
    planConfirmation: 'when-counts-differ',
    reasonRequired: false,
    timeoutMinutes: 30,
    onConflict: 'overwrite',
    fence: 'off',
    ...changes.environment,
  };
  const folder = temporaryFolder();
  const bugs: unknown[] = [];
  const engine = (who = { host: 'here', pid: process.pid }, settings = environment) => {
    const db = openDatabase(join(folder, 'state.sqlite'));
    onTestFinished(() => {
      db.close();
    });
    const log = new SqliteEventLog(db, clock.now);
    // A machine that stands still for a tenth of a second must not lose it.
    const lock = createLock(db, clock.now, { ...who, isAlive: () => true }, 20 * leaseMs);
    const journal = createJournal(db, Buffer.alloc(32, 7));
    const progress = createProgressBoard();
    const restores = makeRestores({
      environments: [settings],
      awsFor: (environment) => changes.aws?.(made.awsFor(environment)) ?? made.awsFor(environment),
      log,
      lock,
      journal,
      comparer: comparerHere(made.awsFor, () => openSqliteOverflow(folder)),
      clock,
      progress,
      pace: {
        compareMemoryBytes: 64 * 1024 * 1024,
        planAnswerMs: patientMinutes * minute,
        verifyRounds: 3,
        ...changes.pace,
      },
      undoWindowMs: 24 * 60 * minute,
      approvalExpiryMs: 8 * 60 * minute,
      onBug: (error) => bugs.push(error),
    });
    return { restores, log, lock, journal, progress, db };
  };
  onTestFinished(async () => {
    made.close();
    client.destroy();
    await aws.close();
    if (bugs.length > 0) throw bugs[0];
  });
  const at = async <T>(instant: number, act: () => Promise<T> | T): Promise<T> => {
    elsewhen = instant;
    try {
      return await act();
    } finally {
      elsewhen = undefined;
    }
  };
  return {
    ...engine(),
    /** A second process on the same file, with the same environment or a changed one. */
    anotherProcess: (changed: Partial<Environment> = {}) =>
      engine({ host: 'elsewhere', pid: 1 }, { ...environment, ...changed }),
    aws,
    client,
    clock,
    environment,
    /** What the engine was told about; a test that expects some takes them out, the others fail by them. */
    bugs,
    /** Lets what is done have happened at another time. */
    at,
    /** A table with a day of point-in-time recovery that holds these items since then. */
    async table(name: string, keys: Keys, items: readonly Item[]) {
      await at(start - 24 * 60 * minute, async () => {
        await client.send(new CreateTableCommand(tableDefinition(name, keys)));
        const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
        await client.send(new UpdateContinuousBackupsCommand({ TableName: name, PointInTimeRecoverySpecification }));
      });
      aws.history.seed(name, [...items] as never, start - 24 * 60 * minute);
    },
    /** Deletes an item as if at another time. */
    remove: (TableName: string, keys: Keys, item: Item, instant: number) =>
      at(instant, () =>
        client.send(
          new DeleteItemCommand({
            TableName,
            Key: sdkItem(Object.fromEntries(keys.map(({ name }) => [name, item[name]]))),
          }),
        ),
      ),
    wish: (wish: Partial<Wish> = {}): Wish => ({
      environment: environment.name,
      tables: environment.tables,
      restorePoint: start - 60 * minute,
      words: 'an hour ago',
      timeZone: 'UTC',
      requestedBy: alice,
      reason: 'test',
      options: {
        planConfirmation: 'never',
        rollback: true,
        onConflict: 'overwrite',
        fence: 'off',
        timeoutMinutes: patientMinutes,
        dryRun: false,
      },
      ...wish,
    }),
  };
}

export type Engine = Awaited<ReturnType<typeof startEngine>>;

/** The SDK finds endpoint and credentials where every user's are found: in the environment. */
function pointSdkAt(url: string): void {
  const variables = { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  onTestFinished(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

function tableDefinition(name: string, keys: Keys) {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: keys.map(
      (key): AttributeDefinition => ({ AttributeName: key.name, AttributeType: key.type }),
    ),
    KeySchema: keys.map((key, index) => ({
      AttributeName: key.name,
      KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
    })),
  };
}

/** The SDK wants bytes where the wire has base64; only key attributes pass here. */
function sdkItem(item: Readonly<Record<string, unknown>>): Record<string, SdkValue> {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      const wire = value as { B?: string } & Record<string, never>;
      return [name, (wire.B === undefined ? wire : { B: Buffer.from(wire.B, 'base64') }) as SdkValue];
    }),
  );
}
