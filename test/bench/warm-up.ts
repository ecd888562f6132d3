import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { inLanes } from '../../src/dynamodb/lanes.ts';
import { asSdkItem } from '../../src/dynamodb/sdk-item.ts';
import { itemAt } from './items.ts';

/**
 * Has a table carry out each kind of write until the sandbox's code for it is compiled: what it stands in for is never cold,
 * and the side that sends fewer requests would pay for it alone.
 */
export async function warmUp(client: DynamoDBClient, TableName: string, rounds: number): Promise<void> {
  const shown = { ReturnValues: 'ALL_OLD', ReturnConsumedCapacity: 'TOTAL' } as const;
  await inLanes(Array(rounds).keys(), 10, undefined, async (round) => {
    const items = Array.from({ length: 25 }, (_, index) => asSdkItem(itemAt(25 * round + index)));
    const [{ id = { S: '' }, ...rest } = {}] = items;
    const batch = items.map((Item) => ({ PutRequest: { Item } }));
    await client.send(
      new BatchWriteItemCommand({ RequestItems: { [TableName]: batch }, ReturnConsumedCapacity: 'TOTAL' }),
    );
    const names = Object.keys(rest);
    const one = {
      TableName,
      Key: { id },
      ConditionExpression: names.map((_, index) => `#${index} = :${index}`).join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#${index}`, name])),
      ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [`:${index}`, rest[name] ?? id])),
      ...shown,
    };
    await client.send(new UpdateItemCommand({ ...one, UpdateExpression: 'SET #0 = :0' }));
    await client.send(new DeleteItemCommand(one));
    const isAbsent = { ConditionExpression: 'attribute_not_exists(id)' };
    await client.send(new PutItemCommand({ TableName, Item: { id, ...rest }, ...isAbsent, ...shown }));
  });
}
