import type { DynamoDBClient, WriteRequest } from '@aws-sdk/client-dynamodb';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../restore/errors.ts';
import type { Change, Items } from '../restore/ports.ts';
import type { BatchCall, BatchReply } from './batch.ts';
import { sendBatch } from './batch.ts';
import { unitsWritten } from './consumed-capacity.ts';
import type { DataPlaneSettings } from './data-plane-settings.ts';
import { normalSpeed } from './data-plane-settings.ts';
import { inLanes } from './lanes.ts';
import { Patience } from './patience.ts';
import { asSdkItem } from './sdk-item.ts';

type WriteOrder = Parameters<Items['write']>[0];

// Limits of BatchWriteItem (API reference); the megabyte taken as the smaller one, with room for the envelope.
const mostChanges = 25;
const mostBytes = 16_000_000 - 1_000;
/** Batches at the same time. */
const lanes = 16;

/**
 * Writes the changes in batches, several at a time, fewer while the table is throttled, until every one is stored.
 * Doing it twice does no harm: each change says what an item shall be, not how it shall differ. So a request whose reply
 * was lost is simply sent again. `client` must speak the wire protocol.
 *
 * A batch cannot carry conditions: it overwrites whatever is there. `writeGuarded` spares what nobody has seen.
 *
 * @throws UserError THROTTLED when the table took nothing for too long, or as `call` does; what `beforeEach` throws. Some changes may be stored by
 * then, but no request is under way any more.
 */
export async function write(client: DynamoDBClient, order: WriteOrder, settings: DataPlaneSettings): Promise<void> {
  const { table, speed = normalSpeed, onConsumed } = order;
  const throughput = settings.throughputs.of(table, 'write');
  const patience = new Patience(settings.patienceMs, settings.timing);
  const batchCall: BatchCall<WriteRequest> = {
    attempt: { action: 'dynamodb:BatchWriteItem', resource: table, region: settings.region, carriesItems: true },
    send: async (requests) => requestWrites(client, table, requests),
    beforeEach: order.beforeEach,
    refusal: tableIsFull(table),
  };
  await inLanes(batches(order.changes), lanes, order.signal, async (batch, signal) => {
    await sendBatch(batch, batchCall, { throughput, patience, signal, speed, onConsumed });
  });
}

async function requestWrites(
  client: DynamoDBClient,
  table: string,
  requests: readonly WriteRequest[],
): Promise<BatchReply<WriteRequest>> {
  const command = new BatchWriteItemCommand({
    RequestItems: { [table]: [...requests] },
    ReturnConsumedCapacity: 'TOTAL',
  });
  const reply = await client.send(command);
  return {
    unprocessed: Object.values(reply.UnprocessedItems ?? {}).flat(),
    consumed: unitsWritten(reply.ConsumedCapacity),
  };
}

function* batches(changes: readonly Change[]): Generator<readonly WriteRequest[], void, void> {
  let batch: WriteRequest[] = [];
  let bytes = 0;
  for (const change of changes) {
    const request = requestFor(change);
    const size = Buffer.byteLength(JSON.stringify(request)) + 1;
    if (batch.length === mostChanges || (batch.length > 0 && bytes + size > mostBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(request);
    bytes += size;
  }
  if (batch.length > 0) {
    yield batch;
  }
}

function requestFor(change: Change): WriteRequest {
  switch (change.kind) {
    case 'put':
      return { PutRequest: { Item: asSdkItem(change.item) } };
    case 'delete':
      return { DeleteRequest: { Key: asSdkItem(change.key) } };
  }
}

function tableIsFull(table: string): UserError {
  return new UserError(
    'THROTTLED',
    `DynamoDB takes no more writes to ${table}.`,
    "Raise the table's write capacity or switch it to on-demand, then try again.",
  );
}
