import { BatchWriteItemCommand, UpdateItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { quotesTables, type WireItem } from './quotes.ts';
import { tableName, type World } from './world.ts';

export type Accident = { readonly deleted: number; readonly corrupted: number; readonly added: number };

/** A bad deploy in prod: a third of the quotes deleted, a tenth of the likes corrupted, junk added to the views. */
export async function causeAccident(world: World, at: number): Promise<Accident> {
  const [quotes, likes, views] = quotesTables();
  if (quotes === undefined || likes === undefined || views === undefined) throw new Error('there are three tables');
  return world.at(at, async () => {
    const lost = quotes.items.filter((_, index) => index % 3 === 0);
    await writeAll(
      world,
      tableName(quotes, 'prod'),
      lost.map((item) => ({ DeleteRequest: { Key: keyOf(item, ['id']) } })),
    );
    const wrong = likes.items.filter((_, index) => index % 10 === 0);
    for (const item of wrong) {
      await world.client.send(
        new UpdateItemCommand({
          TableName: tableName(likes, 'prod'),
          Key: keyOf(item, ['username', 'quoteId']),
          UpdateExpression: 'SET likedAt = :zero REMOVE #order',
          ExpressionAttributeNames: { '#order': 'order' },
          ExpressionAttributeValues: { ':zero': { N: '0' } },
        }),
      );
    }
    const junk = Array.from({ length: 250 }, (_, n) => ({
      PutRequest: { Item: { username: { S: `test-user-${n}` }, quoteId: { N: '-1' }, note: { S: 'TODO remove' } } },
    }));
    await writeAll(world, tableName(views, 'prod'), junk);
    return { deleted: lost.length, corrupted: wrong.length, added: junk.length };
  });
}

async function writeAll({ client }: World, table: string, requests: readonly WriteRequest[]): Promise<void> {
  for (let start = 0; start < requests.length; start += 25) {
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests.slice(start, start + 25) } }));
  }
}

/** The quotes' items hold numbers and texts only, so their wire form is also what the SDK takes. */
function keyOf(item: WireItem, names: readonly string[]) {
  return Object.fromEntries(
    names.map((name) => {
      const value = item[name];
      return [name, value?.['N'] === undefined ? { S: String(value?.['S']) } : { N: String(value['N']) }];
    }),
  );
}
