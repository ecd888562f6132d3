import { CreateTableCommand, DynamoDBClient, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { type SandboxAws, startDynamoDb } from '../dynamodb/server.ts';
import { type SandboxSlack, startSlack } from '../slack/server.ts';
import { type QuotesTable, quotesTables } from './quotes.ts';

const region = 'eu-central-1';
const dayMs = 24 * 3_600_000;
/** The tables are this old, so that "last monday" can be restored. */
const ageDays = 30;

export type WorldOptions = {
  readonly awsPort?: number;
  readonly slackPort?: number;
  /** Milliseconds a restore table stays CREATING. */
  readonly restoreMs?: number;
  /** Environments whose tables are there. */
  readonly environments: readonly ('dev' | 'prod')[];
};

/** A local AWS and a local Slack, with a history. */
export type World = {
  readonly aws: SandboxAws;
  readonly slack: SandboxSlack;
  /** An official client that talks to the local DynamoDB. */
  readonly client: DynamoDBClient;
  /** What points any AWS or Slack client, and so the bot, at this world. */
  readonly variables: Readonly<Record<string, string>>;
  /** Does something as if it were another time: what is written then has that time in the tables' history. */
  at<T>(instant: number, act: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/** Starts the world: the requirement's tables with a month of point-in-time recovery, an ops channel, three people. */
export async function startWorld(options: WorldOptions): Promise<World> {
  let elsewhen: number | undefined;
  const aws = await startDynamoDb({
    port: options.awsPort ?? 0,
    clock: () => elsewhen ?? Date.now(),
    ...(options.restoreMs === undefined ? {} : { restoreMs: options.restoreMs }),
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
    async at(instant, act) {
      elsewhen = instant;
      try {
        return await act();
      } finally {
        elsewhen = undefined;
      }
    },
    async close() {
      client.destroy();
      await Promise.all([aws.close(), slack.close()]);
    },
  };
  const begin = Math.floor(Date.now() / 1000) * 1000 - ageDays * dayMs;
  await world.at(begin, async () => {
    for (const environment of options.environments) await fill(world, environment, begin);
  });
  return world;
}

/** The table's name in an environment, as in the requirement. */
export function tableName({ table }: QuotesTable, environment: 'dev' | 'prod'): string {
  return environment === 'dev' ? `${table}-dev` : table;
}

async function fill({ aws, client }: World, environment: 'dev' | 'prod', at: number): Promise<void> {
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
    aws.history.seed(TableName, table.items, at, region);
  }
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
