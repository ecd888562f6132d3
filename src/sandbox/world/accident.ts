import { BatchWriteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type QuotesTable, quotesTables, type WireItem } from './quotes.ts';
import { tableName, type World } from './world.ts';

export type Accident = { readonly deleted: number; readonly corrupted: number; readonly added: number };

/** A bad deploy in prod: a third of the quotes deleted, a tenth of the likes corrupted, junk added to the views. */
export async function causeAccident(world: World, at: number): Promise<Accident> {
  const [quotes, likes, views] = quotesTables();
  if (quotes === undefined || likes === undefined || views === undefined) throw new Error('there are three tables');
  const client = DynamoDBDocumentClient.from(world.client);
  return world.at(at, async () => {
    const lost = quotes.items.filter((_, index) => index % 3 === 0);
    await writeAll(
      client,
      quotes,
      lost.map((item) => ({ DeleteRequest: { Key: keyOf(item, quotes) } })),
    );
    const corrupted = likes.items.filter((_, index) => index % 10 === 0);
    for (const item of corrupted) {
      await client.send(
        new UpdateCommand({
          TableName: tableName(likes, 'prod'),
          Key: keyOf(item, likes),
          UpdateExpression: 'SET likedAt = :zero REMOVE #order',
          ExpressionAttributeNames: { '#order': 'order' },
          ExpressionAttributeValues: { ':zero': 0 },
        }),
      );
    }
    const junk = Array.from({ length: 250 }, (_, n) => ({
      username: `test-user-${n}`,
      quoteId: -1,
      note: 'TODO remove',
    }));
    await writeAll(
      client,
      views,
      junk.map((Item) => ({ PutRequest: { Item } })),
    );
    return { deleted: lost.length, corrupted: corrupted.length, added: junk.length };
  });
}

type Write =
  | { readonly DeleteRequest: { readonly Key: Record<string, unknown> } }
  | { readonly PutRequest: { readonly Item: Record<string, unknown> } };

async function writeAll(client: DynamoDBDocumentClient, table: QuotesTable, writes: readonly Write[]): Promise<void> {
  for (let start = 0; start < writes.length; start += 25) {
    const RequestItems = { [tableName(table, 'prod')]: writes.slice(start, start + 25) };
    await client.send(new BatchWriteCommand({ RequestItems }));
  }
}

/** The key in plain JavaScript: its numbers are small, so that nothing is lost. */
function keyOf(item: WireItem, { keys }: QuotesTable): Record<string, unknown> {
  return Object.fromEntries(
    keys.map(({ name, type }) => [name, type === 'N' ? Number(item[name]?.['N']) : item[name]?.['S']]),
  );
}
