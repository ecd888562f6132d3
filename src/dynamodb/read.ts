import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../restore/errors.ts';
import type { Item } from '../restore/item.ts';
import { keyOf } from '../restore/item.ts';
import type { Items } from '../restore/ports.ts';
import type { BatchCall, BatchReply } from './batch.ts';
import { sendBatch } from './batch.ts';
import { unitsRead } from './consumed-capacity.ts';
import type { DataPlaneSettings } from './data-plane-settings.ts';
import { normalSpeed } from './data-plane-settings.ts';
import { inLanes } from './lanes.ts';
import { Patience } from './patience.ts';
import { asItem, asSdkItem } from './sdk-item.ts';

type ReadOrder = Parameters<Items['read']>[0];

// Limit of BatchGetItem (API reference). A reply ends at 16 MB; what it lacks is unprocessed.
const mostKeys = 100;
/** Batches at the same time: each may answer with 16 MB. */
const lanes = 16;

/**
 * Reads items by key, strongly consistent, a hundred to a request and several requests at a time; the result is in the
 * order of the keys, which must differ. `client` must speak the wire protocol.
 *
 * @throws UserError THROTTLED when the table gave nothing for too long, or as `call` does; the signal's reason after an
 * abort.
 */
export async function readItems(
  client: DynamoDBClient,
  { table, keySchema, keys, signal: outer, speed = normalSpeed, onConsumed }: ReadOrder,
  settings: DataPlaneSettings,
): Promise<readonly (Item | undefined)[]> {
  const found = new Map<string, Item>();
  const throughput = settings.throughputs.of(table, 'read');
  const patience = new Patience(settings.patienceMs, settings.timing);
  await inLanes(batches(keys), lanes, outer, async (batch, signal) => {
    const batchCall: BatchCall<Item> = {
      attempt: { action: 'dynamodb:BatchGetItem', resource: table, region: settings.region, carriesItems: true },
      refusal: tableIsBusy(table),
      async send(left) {
        const { items, ...reply } = await request(client, table, left, signal);
        for (const item of items) {
          found.set(keyOf(item, keySchema), item);
        }
        return reply;
      },
    };
    await sendBatch(batch, batchCall, { throughput, patience, signal, speed, onConsumed });
  });
  return keys.map((key) => found.get(keyOf(key, keySchema)));
}

async function request(
  client: DynamoDBClient,
  table: string,
  keys: readonly Item[],
  abortSignal: AbortSignal,
): Promise<BatchReply<Item> & { readonly items: readonly Item[] }> {
  const command = new BatchGetItemCommand({
    RequestItems: { [table]: { Keys: keys.map(asSdkItem), ConsistentRead: true } },
    ReturnConsumedCapacity: 'TOTAL',
  });
  const reply = await client.send(command, { abortSignal });
  if (reply.Responses === undefined && reply.UnprocessedKeys === undefined) throw noAnswer(table);
  const present = (item: Item | undefined) => item !== undefined;
  return {
    consumed: unitsRead(reply.ConsumedCapacity),
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

/** What is not found may be deleted elsewhere: a reply that says nothing at all must not pass for "not found". */
function noAnswer(table: string): UserError {
  return new UserError(
    'NETWORK',
    `What answered dynamodb:BatchGetItem on ${table} has not said which items there are.`,
    'DynamoDB always does. Look at what stands between: proxy, VPC endpoint, AWS_ENDPOINT_URL.',
  );
}

function tableIsBusy(table: string): UserError {
  return new UserError(
    'THROTTLED',
    `DynamoDB gives no more items of ${table}.`,
    "Raise the table's read capacity or switch it to on-demand, then try again.",
  );
}
