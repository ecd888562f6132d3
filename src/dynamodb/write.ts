import type { DynamoDBClient, WriteRequest } from '@aws-sdk/client-dynamodb';
import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../restore/errors.ts';
import type { Change, Items } from '../restore/ports.ts';
import { call } from './call.ts';
import type { Timing } from './patience.ts';
import { Patience } from './patience.ts';
import { asSdkItem } from './sdk-item.ts';
import { isTemporary } from './translate-errors.ts';

type WriteOrder = Parameters<Items['write']>[0];

export type WriteSettings = {
  readonly region: string;
  /** Requests under way at the same time, when the table takes them. */
  readonly inFlight: number;
  /** How long a table may take nothing at all before the writing gives up. */
  readonly patienceMs: number;
  readonly timing: Timing;
};

// Limits of BatchWriteItem (API reference); the megabyte taken as the smaller one, with room for the envelope.
const mostChanges = 25;
const mostBytes = 16_000_000 - 1_000;

/**
 * Writes the changes in batches, several at a time, fewer while the table is throttled, until every one is stored.
 * Doing it twice does no harm: each change says what an item shall be, not how it shall differ. So a request whose reply
 * was lost is simply sent again. `client` must speak the wire protocol.
 *
 * A batch cannot carry conditions: it overwrites whatever is there. Writes that spare what the comparison did not see
 * go one by one (PutItem and DeleteItem with a condition); they take the place of `writeBatch` here.
 *
 * @throws UserError THROTTLED when the table took nothing for too long, or as `call` does. Some changes may be stored by
 * then, but no request is under way any more.
 */
export async function write(client: DynamoDBClient, order: WriteOrder, settings: WriteSettings): Promise<void> {
  const stop = new AbortController();
  const signal = order.signal === undefined ? stop.signal : AbortSignal.any([order.signal, stop.signal]);
  const patience = new Patience(settings.patienceMs, settings.timing);
  const lanes = new Lanes(settings.inFlight);
  const writer: Writer = { client, table: order.table, region: settings.region, patience, lanes, signal };
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for (const batch of batches(order.changes)) {
    while (underWay.size >= lanes.open) {
      await Promise.race(underWay);
    }
    if (failures.length > 0) {
      break;
    }
    const writing = writeBatch(writer, batch)
      .catch((error: unknown) => {
        failures.push(error);
        stop.abort();
      })
      .finally(() => underWay.delete(writing));
    underWay.add(writing);
  }
  // Also after a failure, nothing is cut off: AWS may carry out what it has received all the same, and what comes next
  // (a rollback, say) must not meet a straggler.
  await Promise.all(underWay);
  if (failures.length > 0) {
    throw failures[0];
  }
}

type Writer = {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly region: string;
  readonly patience: Patience;
  readonly lanes: Lanes;
  readonly signal: AbortSignal;
};

/** Sends what is left of a batch again until nothing is. */
async function writeBatch(writer: Writer, batch: readonly WriteRequest[]): Promise<void> {
  const { patience, lanes, signal } = writer;
  let left = batch;
  for (let refusals = 1; ; refusals += 1) {
    const { unprocessed, refusal } = await attemptBatch(writer, left);
    if (unprocessed.length < left.length) {
      patience.moved();
    }
    if (unprocessed.length === 0) {
      lanes.openMore();
      return;
    }
    left = unprocessed;
    lanes.closeHalf();
    await patience.wait(refusal, refusals, signal);
  }
}

type Outcome = { readonly unprocessed: readonly WriteRequest[]; readonly refusal: UserError };

async function attemptBatch(writer: Writer, requests: readonly WriteRequest[]): Promise<Outcome> {
  const { client, table, region, signal } = writer;
  const command = new BatchWriteItemCommand({
    RequestItems: { [table]: [...requests] },
    ReturnConsumedCapacity: 'TOTAL',
  });
  const attempt = { action: 'dynamodb:BatchWriteItem', resource: table, region, carriesItems: true } as const;
  try {
    const reply = await call(attempt, async () => client.send(command), signal);
    return { unprocessed: Object.values(reply.UnprocessedItems ?? {}).flat(), refusal: tableIsFull(table) };
  } catch (error) {
    if (!isTemporary(error)) {
      throw error;
    }
    return { unprocessed: requests, refusal: error };
  }
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

/** How many batches may be under way: half as many after a refusal, one more after as many successes as there are. */
class Lanes {
  readonly #most: number;
  #width: number;

  constructor(most: number) {
    this.#most = most;
    this.#width = most;
  }

  get open(): number {
    return Math.floor(this.#width);
  }

  openMore(): void {
    this.#width = Math.min(this.#most, this.#width + 1 / this.#width);
  }

  closeHalf(): void {
    this.#width = Math.max(1, this.#width / 2);
  }
}
