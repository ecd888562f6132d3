import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ConditionalCheckFailedException, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { GuardedChange, GuardedOutcome, Items } from '../restore/ports.ts';
import { callPatiently } from './call.ts';
import { conditionOf } from './condition.ts';
import type { Attempt } from './explanations.ts';
import type { LaneSettings } from './lanes.ts';
import { inLanes } from './lanes.ts';
import { asItem, asSdkItem } from './sdk-item.ts';

type GuardedOrder = Parameters<Items['writeGuarded']>[0];

/**
 * Makes each change with a request of its own, on the condition of `conditionOf`, several at a time. A request whose
 * reply was lost is sent again: if the first one was carried out, the condition fails by our own doing, and the outcome
 * is "not done" with `current` being what was wanted. `client` must speak the wire protocol.
 *
 * The condition cannot ask for everything (see `conditionOf`): what `replaced` says was there is the truth.
 *
 * @throws UserError when the table took nothing for too long, or as `call` does; the signal's reason after an abort. No
 * request is under way any more by then, but changes may have been made, and what they replaced is not told.
 */
export async function writeGuarded(
  client: DynamoDBClient,
  order: GuardedOrder,
  settings: LaneSettings & { readonly region: string },
): Promise<readonly GuardedOutcome[]> {
  const about = { resource: order.table, region: settings.region, carriesItems: true } as const;
  return inLanes(order.changes, settings, order.signal, async (change, effort) => {
    const attempt: Attempt = { action: actionOf(change), ...about };
    return callPatiently(attempt, async () => request(client, order, change), effort);
  });
}

function actionOf(change: GuardedChange): Attempt['action'] {
  switch (change.kind) {
    case 'put':
      return 'dynamodb:PutItem';
    case 'delete':
      return 'dynamodb:DeleteItem';
  }
}

async function request(
  client: DynamoDBClient,
  { table, keySchema }: GuardedOrder,
  change: GuardedChange,
): Promise<GuardedOutcome> {
  const { ExpressionAttributeValues: values, ...condition } = conditionOf(change, keySchema);
  const guarded = {
    TableName: table,
    ...condition,
    ...(values === undefined ? {} : { ExpressionAttributeValues: asSdkItem(values) }),
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ReturnConsumedCapacity: 'TOTAL',
  } as const;
  try {
    const reply = await (change.kind === 'put'
      ? client.send(new PutItemCommand({ ...guarded, Item: asSdkItem(change.item) }))
      : client.send(new DeleteItemCommand({ ...guarded, Key: asSdkItem(change.key) })));
    return { done: true, replaced: asItem(reply.Attributes) };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return { done: false, current: asItem(error.Item) };
    }
    throw error;
  }
}
