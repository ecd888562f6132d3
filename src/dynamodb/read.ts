import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../restore/errors.ts';
import type { Item } from '../restore/item.ts';
import { keyOf } from '../restore/item.ts';
import type { Items } from '../restore/ports.ts';
import type { BatchCall } from './batch.ts';
import { sendBatch } from './batch.ts';
import type { LaneSettings } from './lanes.ts';
import { inLanes } from './lanes.ts';
import { asItem, asSdkItem } from './sdk-item.ts';

type ReadOrder = Parameters<Items['read']>[0];

// Limit of BatchGetItem (API reference). A reply ends at 16 MB; what it lacks is unprocessed.
const mostKeys = 100;

/**
 * Reads items by key, strongly consistent, a hundred to a request and several requests at a time; the result is in the
 * order of the keys, which must differ. `client` must speak the wire protocol.
 *
 * @throws UserError THROTTLED when the table gave nothing for too long, or as `call` does; the signal's reason after an
 * abort.
 */
export async function readItems(
  client: DynamoDBClient,
  { table, keySchema, keys, signal: outer }: ReadOrder,
  settings: LaneSettings & { readonly region: string },
): Promise<readonly (Item | undefined)[]> {
  const found = new Map<string, Item>();
  await inLanes(batches(keys), settings, outer, async (batch, effort) => {
    const batchCall: BatchCall<Item> = {
      attempt: { action: 'dynamodb:BatchGetItem', resource: table, region: settings.region, carriesItems: true },
      refusal: tableIsBusy(table),
      async send(left) {
        const { items, unprocessed } = await request(client, table, left, effort.signal);
        for (const item of items) {
          found.set(keyOf(item, keySchema), item);
        }
        return unprocessed;
      },
    };
    await sendBatch(batch, batchCall, effort);
  });
  return keys.map((key) => found.get(keyOf(key, keySchema)));
}

async function request(
  client: DynamoDBClient,
  table: string,
  keys: readonly Item[],
  abortSignal: AbortSignal,
): Promise<{ readonly items: readonly Item[]; readonly unprocessed: readonly Item[] }> {
  const command = new BatchGetItemCommand({
    RequestItems: { [table]: { Keys: keys.map(asSdkItem), ConsistentRead: true } },
    ReturnConsumedCapacity: 'TOTAL',
  });
  const reply = await client.send(command, { abortSignal });
  const present = (item: Item | undefined) => item !== undefined;
  return {
    items: Object.values(reply.Responses ?? {})
      .flat()
      .map(asItem)
      .filter(present),
    unprocessed: Object.values(reply.UnprocessedKeys ?? {})
      .flatMap(({ Keys = [] }) => Keys)
      .map(asItem)
      .filter(present),
  };
}

function* batches(keys: readonly Item[]): Generator<readonly Item[], void, void> {
  for (let start = 0; start < keys.length; start += mostKeys) {
    yield keys.slice(start, start + mostKeys);
  }
}

function tableIsBusy(table: string): UserError {
  return new UserError(
    'THROTTLED',
    `DynamoDB gives no more items of ${table}.`,
    "Raise the table's read capacity or switch it to on-demand, then try again.",
  );
}
