import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../restore/item.ts';
import { keyAttributes } from '../restore/item.ts';
import type { GuardedChange, GuardedOutcome, Items } from '../restore/ports.ts';
import { callPatiently } from './call.ts';
import { conditionOf } from './condition.ts';
import type { Attempt } from './explanations.ts';
import type { LaneSettings } from './lanes.ts';
import { inLanes } from './lanes.ts';
import { asItem, asSdkItem } from './sdk-item.ts';
import type { UpdateMembers } from './update.ts';
import { updateBetween, updated, updateMembers } from './update.ts';

type GuardedOrder = Parameters<Items['writeGuarded']>[0];

/** One change as a request, ready to be sent as often as it takes. */
type GuardedRequest = {
  readonly action: Attempt['action'];
  readonly send: () => Promise<{ readonly Attributes?: Record<string, AttributeValue> | undefined }>;
  /** What is in the table once it was carried out over `replaced`. */
  readonly storedOver: (replaced: Item | undefined) => Item | undefined;
};

/**
 * Makes each change with a request of its own, on the condition of `conditionOf`, several at a time. A request whose
 * reply was lost is sent again: if the first one was carried out, the condition fails by our own doing, and the outcome
 * is "not done" with `current` being what was wanted. `client` must speak the wire protocol.
 *
 * The condition cannot ask for everything (see `conditionOf`), and what it did not ask for must not be destroyed unseen:
 *
 * - A put over an item is an update of the attributes that differ. One that somebody added meanwhile stays.
 * - Only where more than 300 attributes differ, which no update can hold, a put replaces the item as a whole.
 * - A delete takes everything. In both of these, an attribute that somebody added after the comparison is told in
 *   `replaced` and nowhere else. It is lost to us if this process dies before `replaced` is stored; point-in-time
 *   recovery still has it.
 *
 * @throws UserError when the table took nothing for too long, or as `call` does; what `beforeEach` throws; the signal's
 * reason after an abort. No request is under way any more by then; what became of those that were is told to `onOutcome`.
 */
export async function writeGuarded(
  client: DynamoDBClient,
  order: GuardedOrder,
  settings: LaneSettings & { readonly region: string },
): Promise<readonly GuardedOutcome[]> {
  const about = { resource: order.table, region: settings.region, carriesItems: true } as const;
  const indexOf = new Map(order.changes.map((change, index) => [change, index]));
  return inLanes(order.changes, settings, order.signal, async (change, effort) => {
    const request = requestFor(client, order, change);
    const attempt: Attempt = { action: request.action, ...about };
    const outcome = await callPatiently(attempt, async () => outcomeOf(request), effort, order.beforeEach);
    const index = indexOf.get(change);
    if (index !== undefined) order.onOutcome?.(index, outcome);
    return outcome;
  });
}

async function outcomeOf({ send, storedOver }: GuardedRequest): Promise<GuardedOutcome> {
  try {
    const replaced = asItem((await send()).Attributes);
    return { done: true, replaced, stored: storedOver(replaced) };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return { done: false, current: asItem(error.Item) };
    }
    throw error;
  }
}

function requestFor(client: DynamoDBClient, order: GuardedOrder, change: GuardedChange): GuardedRequest {
  switch (change.kind) {
    case 'put':
      return updateRequest(client, order, change) ?? putRequest(client, order, change);
    case 'delete':
      return {
        action: 'dynamodb:DeleteItem',
        send: async () =>
          client.send(new DeleteItemCommand({ ...membersFor(order, change), Key: asSdkItem(change.key) })),
        storedOver: () => undefined,
      };
  }
}

function putRequest(
  client: DynamoDBClient,
  order: GuardedOrder,
  change: GuardedChange & { readonly kind: 'put' },
): GuardedRequest {
  return {
    action: 'dynamodb:PutItem',
    send: async () => client.send(new PutItemCommand({ ...membersFor(order, change), Item: asSdkItem(change.item) })),
    storedOver: () => change.item,
  };
}

/**
 * undefined: there is nothing to update, or too much. An update that changes nothing (the items differ in spelling, or
 * not at all) is sent nevertheless, as a condition alone: it tells whether the item is as expected.
 */
function updateRequest(
  client: DynamoDBClient,
  order: GuardedOrder,
  change: GuardedChange & { readonly kind: 'put' },
): GuardedRequest | undefined {
  const { item, expected } = change;
  if (expected === undefined) {
    return undefined;
  }
  const update = updateBetween(expected, item, order.keySchema);
  const members = updateMembers(update);
  if (members === undefined) {
    return undefined;
  }
  const Key = asSdkItem(keyAttributes(item, order.keySchema));
  return {
    action: 'dynamodb:UpdateItem',
    send: async () => client.send(new UpdateItemCommand({ ...membersFor(order, change, members), Key })),
    storedOver: (replaced = expected) => updated(replaced, update),
  };
}

/** What all three kinds of request have in common; `update` is what an update brings along. */
function membersFor({ table, keySchema }: GuardedOrder, change: GuardedChange, update?: UpdateMembers) {
  const condition = conditionOf(change, keySchema);
  const values = { ...condition.ExpressionAttributeValues, ...update?.ExpressionAttributeValues };
  return {
    TableName: table,
    ...condition,
    ...update,
    ExpressionAttributeNames: { ...condition.ExpressionAttributeNames, ...update?.ExpressionAttributeNames },
    // AWS takes no empty map.
    ExpressionAttributeValues: Object.keys(values).length === 0 ? undefined : asSdkItem(values),
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ReturnConsumedCapacity: 'TOTAL',
  } as const;
}
