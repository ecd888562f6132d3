import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { type QuotesTable, quotesTables } from './quotes.ts';
import { environmentNames, region, tableName, type World } from './world.ts';

const labels = ['quotes', 'user-likes', 'user-views'] as const;

/** A write of one's own; the item is DynamoDB JSON, and so is the key in it. */
export const editSchema = z.strictObject({
  environment: z.enum(environmentNames),
  label: z.enum(labels),
  action: z.enum(['read', 'put', 'update', 'delete']),
  item: z.record(
    z.string(),
    z.custom<AttributeValue>((value) => typeof value === 'object' && value !== null),
  ),
});

export type Edit = z.output<typeof editSchema>;

/** Reads and writes single items as any program would: through the official SDK, refused in AWS's own words. */
export class ItemEditor {
  readonly #client: DynamoDBClient;

  constructor({ aws }: World) {
    this.#client = new DynamoDBClient({
      region,
      endpoint: aws.url,
      credentials: { accessKeyId: 'sandbox-page', secretAccessKey: 'sandbox' },
    });
  }

  /** @returns the item as it is afterwards; null where there is none @throws what the SDK throws */
  async carryOut({ environment, label, action, item }: Edit): Promise<unknown> {
    const table = quotesTables().find((candidate) => candidate.label === label);
    if (table === undefined) throw new Error(`There is no table ${label}`);
    const TableName = tableName(table, environment);
    const Key = Object.fromEntries(Object.entries(item).filter(([name]) => isKey(table, name)));
    if (action === 'put') await this.#client.send(new PutItemCommand({ TableName, Item: item }));
    if (action === 'update')
      await this.#client.send(new UpdateItemCommand({ TableName, Key, ...setting(table, item) }));
    if (action === 'delete') await this.#client.send(new DeleteItemCommand({ TableName, Key }));
    const { Item } = await this.#client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    return Item ?? null;
  }

  close(): void {
    this.#client.destroy();
  }
}

function isKey({ keys }: QuotesTable, name: string): boolean {
  return keys.some((key) => key.name === name);
}

/** Sets the given attributes and leaves all others as they are. */
function setting(table: QuotesTable, item: Edit['item']) {
  const others = Object.entries(item).filter(([name]) => !isKey(table, name));
  if (others.length === 0) return {};
  return {
    UpdateExpression: `SET ${others.map((_, index) => `#a${index} = :v${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(others.map(([name], index) => [`#a${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(others.map(([, value], index) => [`:v${index}`, value])),
  };
}
