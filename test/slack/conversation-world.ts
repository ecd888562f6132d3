/** What a folder of conversations happens in: a local AWS, a local Slack, and the bot as the process it is in production. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateTableCommand, DynamoDBClient, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { stringify } from 'yaml';
import { z } from 'zod';
import { startDynamoDb } from '../../src/sandbox/dynamodb/server.ts';
import { type SandboxSlack, startSlack } from '../../src/sandbox/slack/server.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createDeliveries } from '../../src/sqlite/deliveries.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const clockModule = new URL('./conversation-clock.mjs', import.meta.url).href;
const region = 'eu-central-1';
/** Long ago: what is posted is younger than any run, as it should be. In winter, ten days after an hour came twice. */
const start = Date.parse('2025-11-05T12:00:00Z');
/** Three seconds between two edits take 150 ms, AWS's first looks 50 ms. */
const factor = 20;
const minute = 60_000;
const day = 24 * 60 * minute;

const environment = z.looseObject({ tables: z.record(z.string(), z.string()) });
const seeds = z.array(z.looseObject({ id: z.string() })).default([]);

/** `world.yml`: what there is before anybody says anything. */
export const worldSchema = z.strictObject({
  modes: z.array(z.enum(['socket', 'http'])).default(['socket']),
  /** Conversations that are held over HTTP as well, word for word. */
  alsoOverHttp: z.array(z.string()).default([]),
  /** As in the file that PITR_CONFIG names. */
  environments: z.record(z.string(), environment),
  variables: z.record(z.string(), z.string()).default({}),
  people: seeds,
  channels: seeds,
  userGroups: seeds,
  /** Named by an environment, and not there. */
  missingTables: z.array(z.string()).default([]),
  withoutRecovery: z.array(z.string()).default([]),
});
export type WorldOrder = z.infer<typeof worldSchema>;
export type Mode = WorldOrder['modes'][number];

/** A clock that runs as the bot's does. */
function hastyClock() {
  const begun = Date.now();
  let ahead = 0;
  return {
    now: () => Math.floor(start + (Date.now() - begun) * factor + ahead),
    moveOn: (ms: number) => {
      ahead += ms;
    },
    setting: () => ({ start, begun, factor, ahead }),
  };
}

export type ConversationWorld = Awaited<ReturnType<typeof startConversationWorld>>;

export async function startConversationWorld(order: WorldOrder, mode: Mode) {
  if (!existsSync(program)) throw new Error('dist/cli.js is not there: run `npm run build` first');
  const folder = mkdtempSync(join(tmpdir(), 'pitr-restore-conversation-'));
  const clock = hastyClock();
  let elsewhen: number | undefined = start - 30 * day;
  const aws = await startDynamoDb({ clock: () => elsewhen ?? clock.now(), restoreMs: 5000 });
  const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
  const client = new DynamoDBClient({ region, endpoint: aws.url, credentials });
  // Slack lives by the true time: so do the signatures that Bolt checks.
  const slack = await startSlack({
    ackTimeout: 20_000,
    triggerLifetime: 60 * minute,
    users: [{ id: 'U0DAVE', name: 'dave', tz: 'UTC' }, { id: 'U0EVE', name: 'eve' }, ...order.people],
    channels: order.channels,
    userGroups: order.userGroups,
  });
  await makeTables(client, order, (name, items) => aws.history.seed(name, items, start - 30 * day, region));
  elsewhen = undefined;
  writeFileSync(join(folder, 'environments.yml'), stringify({ environments: order.environments }));
  const db = openDatabase(join(folder, 'state.sqlite'));
  const bot = makeBot({ folder, clock, slack, mode, awsUrl: aws.url, variables: order.variables });
  await bot.start();
  return {
    aws,
    slack,
    bot,
    clock,
    client,
    environments: order.environments,
    isConnected: () => mode === 'http' || slack.connections > 0,
    log: new SqliteEventLog(db, clock.now),
    /** Runs whose story is not told to its end. */
    behind: createDeliveries(db),
    /** Every table as it was for a month. */
    async mendTables() {
      const added = { id: { S: 'new' } };
      for (const table of tablesOf(order)) {
        const isThere = JSON.stringify(aws.history.snapshot(table)).includes('"new"');
        const changes = [...items.map((item) => ({ put: item })), ...(isThere ? [{ delete: added }] : [])];
        await aws.history.write(table, changes, clock.now());
      }
    },
    async moveOn(ms: number) {
      clock.moveOn(ms);
      await bot.tellTime();
    },
    async close() {
      await bot.kill();
      client.destroy();
      db.close();
      await Promise.all([aws.close(), slack.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Five items, a month old. */
const items = Array.from({ length: 5 }, (_, index) => ({
  id: { S: String(index + 1) },
  text: { S: `as it was (${index + 1})` },
}));

async function makeTables(
  client: DynamoDBClient,
  order: WorldOrder,
  seed: (name: string, seeded: typeof items) => void,
): Promise<void> {
  for (const TableName of tablesOf(order)) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    if (!order.withoutRecovery.includes(TableName)) {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
      await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    }
    seed(TableName, items);
  }
}

function tablesOf({ environments, missingTables }: WorldOrder): readonly string[] {
  const named = Object.values(environments).flatMap(({ tables }) => Object.values(tables));
  return named.filter((name) => !missingTables.includes(name));
}

type BotOrder = {
  readonly folder: string;
  readonly clock: ReturnType<typeof hastyClock>;
  readonly slack: SandboxSlack;
  readonly mode: Mode;
  readonly awsUrl: string;
  readonly variables: Readonly<Record<string, string>>;
};

/** The bot's process, which can be stopped, killed and started again on the same state file. */
function makeBot(order: BotOrder) {
  const { clock, slack, mode } = order;
  let child: ChildProcess | undefined;
  let output = '';
  let exitCode: number | null = null;

  async function start(): Promise<void> {
    child = spawn(process.execPath, ['--import', clockModule, program, 'serve'], {
      cwd: order.folder,
      env: variablesOf(order),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child.once('exit', (code) => {
      exitCode = code;
    });
    const begun = output.length;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += String(chunk);
      });
    }
    const { port } = await connected(child, () => output.slice(begun));
    if (mode === 'http') slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
    else await until(() => slack.connections > 0);
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    child = undefined;
  }

  return {
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    isRunning: () => child !== undefined,
    /** Of the process that ended last; null: a signal ended it. */
    exitCode: () => exitCode,
    /** Resolves when the bot knows: what people do next must not be faster. */
    async tellTime() {
      const running = child;
      if (running?.connected !== true) return;
      const told = new AbortController();
      const knows = Promise.race(['message', 'exit'].map((event) => once(running, event, told)));
      running.send(clock.setting());
      await knows.finally(() => told.abort());
    },
    /** What it has logged as trouble of its own, and not of its configuration. */
    bugs: () => output.split('\n').filter((line) => /"level":"(?:error|fatal)"/.test(line) && !isOfOperator(line)),
  };
}

const isOfOperator = (line: string) => line.includes('A user group of the configuration gives nobody any right');

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function connected(child: ChildProcess, said: () => string): Promise<{ readonly port: number }> {
  for (;;) {
    const found = /"port":(\d+).*Connected to Slack/.exec(said());
    if (found !== null) return { port: Number(found[1]) };
    if (child.exitCode !== null) throw new Error(`The bot did not start:\n${said()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function variablesOf({ folder, clock, slack, mode, awsUrl, variables }: BotOrder): NodeJS.ProcessEnv {
  const line = mode === 'socket' ? { SLACK_APP_TOKEN: slack.appToken } : { SLACK_SIGNING_SECRET: slack.signingSecret };
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    TZ: 'UTC',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_ENDPOINT_URL: awsUrl,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    PITR_CONFIG: join(folder, 'environments.yml'),
    PITR_DB: join(folder, 'state.sqlite'),
    RESTORE_LOG_GROUP: 'off',
    PORT: '0',
    CONVERSATION_CLOCK: JSON.stringify(clock.setting()),
    ...line,
    ...variables,
  };
}
