import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { quotesTables } from './quotes.ts';
import { seededRandom } from './random.ts';
import { type EnvironmentName, region, tableName, type World } from './world.ts';

/** A light load: seen on the plot, no burden for the machine. */
const writesPerSecond = 4;

export type ApplicationState = {
  readonly environment?: EnvironmentName;
  readonly perSecond: number;
  readonly written: number;
  readonly refused: number;
};

/** The application that uses the tables: somebody likes a quote, somebody looks at one, a counter goes up. */
export class Application {
  readonly #client: DynamoDBClient;
  readonly #items: DynamoDBDocumentClient;
  readonly #changed: () => void;
  readonly #random = seededRandom(7);
  #running: { readonly environment: EnvironmentName; readonly timer: NodeJS.Timeout } | undefined;
  #written = 0;
  #refused = 0;

  constructor({ aws }: World, changed: () => void) {
    this.#client = new DynamoDBClient({
      region,
      endpoint: aws.url,
      credentials: { accessKeyId: 'sandbox-application', secretAccessKey: 'sandbox' },
      maxAttempts: 1, // what is refused shall be seen, and the next write comes soon enough
    });
    this.#items = DynamoDBDocumentClient.from(this.#client);
    this.#changed = changed;
  }

  get state(): ApplicationState {
    return {
      ...(this.#running !== undefined && { environment: this.#running.environment }),
      perSecond: writesPerSecond,
      written: this.#written,
      refused: this.#refused,
    };
  }

  /** Writes to one environment from now on, or to none. */
  writeTo(environment: EnvironmentName | undefined): void {
    if (this.#running?.environment === environment) return;
    clearInterval(this.#running?.timer);
    this.#running =
      environment === undefined
        ? undefined
        : { environment, timer: setInterval(() => void this.#write(environment), 1000 / writesPerSecond) };
    this.#changed();
  }

  close(): void {
    clearInterval(this.#running?.timer);
    this.#running = undefined;
    this.#client.destroy();
  }

  async #write(environment: EnvironmentName): Promise<void> {
    try {
      await this.#somethingHappens(environment);
      this.#written += 1;
    } catch {
      // Throttled, fenced off, or the table is gone: the state shows how often, and that is all an application could do.
      this.#refused += 1;
    }
    this.#changed();
  }

  async #somethingHappens(environment: EnvironmentName): Promise<void> {
    const [quotes, likes, views] = quotesTables();
    if (quotes === undefined || likes === undefined || views === undefined) throw new Error('there are three tables');
    const quoteId = 1 + Math.floor(this.#random() * quotes.items.length);
    const username = `visitor${Math.floor(this.#random() * 400)}@example.com`;
    const dice = this.#random();
    if (dice < 0.4) {
      const Item = { username, quoteId, viewedAt: Date.now(), device: { kind: 'phone', dark: dice < 0.2 } };
      await this.#items.send(new PutCommand({ TableName: tableName(views, environment), Item }));
    } else if (dice < 0.7) {
      const Item = { username, quoteId, likedAt: Date.now(), order: Math.floor(dice * 10_000) };
      await this.#items.send(new PutCommand({ TableName: tableName(likes, environment), Item }));
    } else {
      await this.#items.send(
        new UpdateCommand({
          TableName: tableName(quotes, environment),
          Key: { id: quoteId },
          // Only a quote that is still there is counted: an update would make a lost one anew, and half.
          ConditionExpression: 'attribute_exists(id)',
          UpdateExpression: 'ADD likeCount :one',
          ExpressionAttributeValues: { ':one': 1 },
        }),
      );
    }
  }
}
