import { CreateTableCommand, DynamoDBClient, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { type SandboxAws, startDynamoDb } from '../dynamodb/server.ts';
import { type SandboxSlack, startSlack } from '../slack/server.ts';
import { type QuotesTable, quotesTables } from './quotes.ts';

export const region = 'eu-central-1';
const dayMs = 24 * 3_600_000;
/** The tables are this old, so that "last monday" can be restored. */
const ageDays = 30;
/** Where the tables were lived in: how much of them was there from the beginning, and how the rest came. */
const growth = { fromTheBeginning: 0.6, steps: 84, untilDaysAgo: 2 };

export const environmentNames = ['dev', 'prod'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

export type WorldOptions = {
  readonly awsPort?: number;
  readonly slackPort?: number;
  /** Milliseconds a restore table stays CREATING. */
  readonly restoreMs?: number;
  /** Milliseconds from now back to the latest moment that can be restored; five minutes, as with AWS, when left out. */
  readonly latestLagMs?: number;
  /** Environments whose tables are there. */
  readonly environments: readonly EnvironmentName[];
  /** The tables grew over the month, instead of being the same since its beginning. */
  readonly livedIn?: boolean;
};

/** A local AWS and a local Slack, with a history. */
export type World = {
  readonly aws: SandboxAws;
  readonly slack: SandboxSlack;
  /** An official client that talks to the local DynamoDB. */
  readonly client: DynamoDBClient;
  /** What points any AWS or Slack client, and so the bot, at this world. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
};

/** Starts the world: the requirement's tables with a month of point-in-time recovery, an ops channel, three people. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const begin = Math.floor(Date.now() / 1000) * 1000 - ageDays * dayMs;
  let clock = () => begin;
  const aws = await startDynamoDb({
    port: options.awsPort ?? 0,
    clock: () => clock(),
    ...(options.restoreMs === undefined ? {} : { restoreMs: options.restoreMs }),
    ...(options.latestLagMs === undefined ? {} : { latestLagMs: options.latestLagMs }),
  });
  const slack = await startSlack({ port: options.slackPort ?? 0 });
  const client = new DynamoDBClient({
    region,
    endpoint: aws.url,
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });
  const world: World = {
    aws,
    slack,
    client,
    variables: variablesFor(aws, slack),
    async close() {
      client.destroy();
      await Promise.all([aws.close(), slack.close()]);
    },
  };
  for (const environment of options.environments) await fill(world, environment, begin, options.livedIn ?? false);
  clock = Date.now;
  return world;
}

/** The table's name in an environment, as in the requirement. */
export function tableName({ table }: Pick<QuotesTable, 'table'>, environment: EnvironmentName): string {
  return environment === 'dev' ? `${table}-dev` : table;
}

/** The environment a table belongs to; none for a copy, or a table of one's own. */
export function environmentOf(table: string): EnvironmentName | undefined {
  const tables = quotesTables();
  return environmentNames.find((environment) => tables.some((known) => tableName(known, environment) === table));
}

/** Access keys of the sandbox's own writers: what anybody else writes during a restore, the restore writes. */
export const otherWriters: ReadonlySet<string> = new Set(['sandbox-application', 'sandbox-page']);

async function fill(
  { aws, client }: World,
  environment: EnvironmentName,
  begin: number,
  livedIn: boolean,
): Promise<void> {
  for (const table of quotesTables()) {
    const TableName = tableName(table, environment);
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: table.keys.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
        KeySchema: table.keys.map(({ name }, index) => ({
          AttributeName: name,
          KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
        })),
      }),
    );
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    for (const { items, at } of livedIn ? inTheirTime(table.items, begin) : [{ items: table.items, at: begin }]) {
      aws.history.seed(TableName, items, at, region);
    }
  }
}

/** The items in portions, the first of them at the beginning and the others spread over the weeks after it. */
function inTheirTime<T>(
  items: readonly T[],
  begin: number,
): readonly { readonly items: readonly T[]; readonly at: number }[] {
  const first = Math.floor(items.length * growth.fromTheBeginning);
  const size = Math.ceil((items.length - first) / growth.steps);
  const stepMs = ((ageDays - growth.untilDaysAgo) * dayMs) / growth.steps;
  const later = Array.from({ length: growth.steps }, (_, step) => ({
    items: items.slice(first + step * size, first + (step + 1) * size),
    at: begin + Math.round((step + 1) * stepMs),
  }));
  return [{ items: items.slice(0, first), at: begin }, ...later];
}

function variablesFor(aws: SandboxAws, slack: SandboxSlack): Readonly<Record<string, string>> {
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_ENDPOINT_URL: aws.url,
    SLACK_API_URL: slack.apiUrl,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    PITR_ADMINS: 'U0ALICE',
    PITR_APPROVERS: 'U0BOB',
    PITR_CHANNELS: 'C0OPS',
  };
}
