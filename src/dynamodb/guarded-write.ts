import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { Item } from '../restore/item.ts';
import { keyAttributes, sameItem } from '../restore/item.ts';
import type { GuardedChange, GuardedOutcome, Items } from '../restore/ports.ts';
import type { Consumed } from '../restore/speed.ts';
import { same } from '../restore/unseen.ts';
import { callPatiently } from './call.ts';
import { conditionOf } from './condition.ts';
import { unitsOfRefusal, unitsWritten } from './consumed-capacity.ts';
import type { DataPlaneSettings } from './data-plane-settings.ts';
import { normalSpeed } from './data-plane-settings.ts';
import { inLanes } from './lanes.ts';
import { Patience } from './patience.ts';
import { asItem, asSdkItem } from './sdk-item.ts';
import type { SingleWrite } from './send-command.ts';
import type { SendWrite } from './single-writes.ts';
import { isClearNo } from './translate-errors.ts';
import type { UpdateMembers } from './update.ts';
import { beforeUpdate, updateBetween, updated, updateMembers } from './update.ts';

type GuardedOrder = Parameters<Items['writeGuarded']>[0];

/** One change as a request. */
type GuardedRequest = {
  readonly write: SingleWrite;
  /** What is in the table once it was carried out over `replaced`. */
  readonly storedOver: (replaced: Item | undefined) => Item | undefined;
  /** What it was carried out over, if it has made `current` of something that was not expected; undefined: it has not. */
  readonly replacedBy: (current: Item) => Item | undefined;
};

/**
 * Makes each change with a request of its own, on the condition of `conditionOf`, several at a time. A request whose
 * reply was lost is sent again: if the first one was carried out, the condition fails by our own doing, and the outcome
 * is "not done" with `current` being what was wanted.
 *
 * The condition cannot ask for everything (see `conditionOf`), and what it did not ask for must not be destroyed unseen:
 *
 * - A put over an item is an update of the attributes that differ. One that somebody added meanwhile stays.
 * - Only where more than 300 attributes differ, which no update can hold, a put replaces the item as a whole.
 * - A delete takes everything. In both of these, an attribute that somebody added after the comparison is told in
 *   `unseen` and nowhere else. It is lost to us if this process dies before `unseen` is stored; point-in-time
 *   recovery still has it.
 *
 * @throws UserError when the table took nothing for too long, or as `call` does; what `beforeEach` throws; the signal's
 * reason after an abort. No request is under way any more by then; what became of those that were is told to `onOutcome`.
 */
export async function writeGuarded(send: SendWrite, order: GuardedOrder, settings: DataPlaneSettings): Promise<void> {
  const { table, speed = normalSpeed, onConsumed, beforeEach, onOutcome } = order;
  const about = { resource: table, region: settings.region, carriesItems: true } as const;
  const throughput = settings.throughputs.of(table, 'write');
  const patience = new Patience(settings.patienceMs, settings.timing);
  await inLanes(spread(order), lanes, order.signal, async ({ change, index }, signal) => {
    const tries = { mayHaveBeenDone: false };
    const { outcome } = await callPatiently(
      {
        prepare() {
          const request = requestFor(order, change);
          return {
            attempt: { action: `dynamodb:${request.write.operation}`, ...about },
            send: async () => outcomeOf(send, request, change.expected, tries),
          };
        },
        pieces: 1,
        costOf: ({ consumed }) => consumed,
        beforeEach,
      },
      { throughput, patience, signal, speed, onConsumed },
    );
    onOutcome(index, outcome);
  });
}

/**
 * Changes that may be waiting for their turn at the same time. Many more than are under way: one whose key range is hot
 * waits for long, and the others are to overtake it.
 */
const lanes = 400;

type Placed = { readonly change: GuardedChange; readonly index: number };

/** The changes in an order in which those of one partition key stand far apart: side by side they make its range hot. */
function spread({ changes, keySchema }: GuardedOrder): readonly Placed[] {
  const seen = new Map<string, number>();
  const rounds: Placed[][] = [];
  for (const [index, change] of changes.entries()) {
    const { [keySchema.partition]: partition } = change.kind === 'put' ? change.item : change.key;
    const key = JSON.stringify(partition);
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    rounds[round] ??= [];
    rounds[round].push({ change, index });
  }
  return rounds.flat();
}

type Ended = { readonly outcome: GuardedOutcome; readonly consumed: Consumed | undefined };

/** `tries`: whether one of them was sent whose end nobody knows. */
async function outcomeOf(
  send: SendWrite,
  { write, storedOver, replacedBy }: GuardedRequest,
  expected: Item | undefined,
  tries: { mayHaveBeenDone: boolean },
): Promise<Ended> {
  const reply = await send(write).catch((error: unknown) => {
    if (error instanceof ConditionalCheckFailedException) return error;
    if (!isClearNo(error)) tries.mayHaveBeenDone = true;
    throw error;
  });
  if (reply instanceof ConditionalCheckFailedException) {
    const current = asItem(reply.Item);
    const doubt = tries.mayHaveBeenDone ? { mayHaveBeenDone: true as const } : {};
    const replacedIfDone = current && replacedBy(current);
    const trace = replacedIfDone === undefined ? {} : { replacedIfDone };
    // It has cost write units all the same, by the size of the item; AWS does not tell how many.
    return { outcome: { done: false, current, ...doubt, ...trace }, consumed: unitsOfRefusal(reply.Item) };
  }
  const replaced = asItem(reply.Attributes);
  const outcome: GuardedOutcome = same(replaced, expected)
    ? { done: true }
    : { done: true, unseen: { before: replaced, after: storedOver(replaced) } };
  return { outcome, consumed: unitsWritten(reply.ConsumedCapacity) };
}

function requestFor(order: GuardedOrder, change: GuardedChange): GuardedRequest {
  switch (change.kind) {
    case 'put':
      return updateRequest(order, change) ?? putRequest(order, change);
    case 'delete':
      return {
        write: { operation: 'DeleteItem', input: { ...membersFor(order, change), Key: asSdkItem(change.key) } },
        storedOver: () => undefined,
        replacedBy: () => undefined,
      };
  }
}

function putRequest(order: GuardedOrder, change: GuardedChange & { readonly kind: 'put' }): GuardedRequest {
  return {
    write: { operation: 'PutItem', input: { ...membersFor(order, change), Item: asSdkItem(change.item) } },
    storedOver: () => change.item,
    replacedBy: () => undefined,
  };
}

/**
 * undefined: there is nothing to update, or too much. An update that changes nothing (the items differ in spelling, or
 * not at all) is sent nevertheless, as a condition alone: it tells whether the item is as expected.
 */
function updateRequest(
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
    write: { operation: 'UpdateItem', input: { ...membersFor(order, change, members), Key } },
    storedOver: (replaced = expected) => updated(replaced, update),
    replacedBy(current) {
      const asked = Object.values(conditionOf(change, order.keySchema).ExpressionAttributeNames);
      const before = beforeUpdate(current, expected, update, asked);
      return before === undefined || sameItem(before, expected) ? undefined : before;
    },
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
