import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { RawItems } from '../restore/comparison/raw-items.ts';
import type { ScanPage } from '../restore/comparison/scan-segments.ts';
import { UserError } from '../restore/errors.ts';
import type { Item } from '../restore/item.ts';
import type { Items } from '../restore/ports.ts';
import type { Effort } from './call.ts';
import { callPatiently } from './call.ts';
import { unitsRead } from './consumed-capacity.ts';
import type { DataPlaneSettings } from './data-plane-settings.ts';
import { normalSpeed } from './data-plane-settings.ts';
import { Patience } from './patience.ts';
import { asSdkItem } from './sdk-item.ts';

type ScanOrder = Parameters<Items['scan']>[0];

/** A page on the wire. */
type Reply = {
  readonly RawItems?: RawItems;
  /** Of a reply that is written in a way that could not be split, and of one that did not come over our protocol. */
  readonly Items?: unknown;
  readonly Count?: number;
  readonly LastEvaluatedKey?: Item;
  readonly ConsumedCapacity?: ConsumedCapacity;
};

/**
 * Reads one segment. The next page is fetched while the caller works on the current one; never more than one, so that a
 * slow caller holds two pages (2 MB) in memory and no more. `client` must speak the wire protocol.
 */
export async function* scan(
  client: DynamoDBClient,
  order: ScanOrder,
  settings: DataPlaneSettings,
): AsyncGenerator<ScanPage, void, void> {
  const stop = new AbortController();
  const signal = order.signal === undefined ? stop.signal : AbortSignal.any([order.signal, stop.signal]);
  const effort: Effort = {
    throughput: settings.throughputs.of(order.table, 'read'),
    patience: new Patience(settings.patienceMs, settings.timing),
    speed: order.speed ?? normalSpeed,
    signal,
  };
  const attempt = {
    action: 'dynamodb:Scan',
    resource: order.table,
    region: settings.region,
    carriesItems: true,
  } as const;
  const fetchPage = async (start: Item | undefined): Promise<Reply> =>
    callPatiently(
      {
        prepare: () => ({ attempt, send: async () => requestPage(client, order, start, signal) }),
        pieces: order.consistent ? 2 : 1,
        costOf: ({ ConsumedCapacity }) => unitsRead(ConsumedCapacity),
        mayBeUnknown: order.isNew === true && start === undefined,
      },
      effort,
    );

  try {
    let pending: Promise<Reply> | undefined = fetchPage(undefined);
    while (pending !== undefined) {
      const reply: Reply = await pending;
      const { LastEvaluatedKey: last, ConsumedCapacity } = reply;
      pending = last === undefined ? undefined : fetchPage(last);
      // Should it fail while the caller is busy, it is told when it asks for that page.
      pending?.catch(() => undefined);
      const consumed = unitsRead(ConsumedCapacity);
      yield { items: itemsIn(reply) ?? [], ...(consumed && { readUnits: consumed.readUnits }) };
      // Whoever asks for the next page is done with this one.
      reply.RawItems?.letGo();
    }
  } finally {
    // A caller that stops early leaves a page under way.
    stop.abort();
  }
}

async function requestPage(
  client: DynamoDBClient,
  order: ScanOrder,
  start: Item | undefined,
  abortSignal: AbortSignal,
): Promise<Reply> {
  const command = new ScanCommand({
    TableName: order.table,
    Segment: order.segment,
    TotalSegments: order.totalSegments,
    ConsistentRead: order.consistent,
    ReturnConsumedCapacity: 'TOTAL',
    ...(start === undefined ? {} : { ExclusiveStartKey: asSdkItem(start) }),
  });
  // The reply is what the wire carried: binaries are base64, whatever the SDK's type says.
  const reply = (await client.send(command, { abortSignal })) as Reply;
  mustHoldItsItems(reply, order);
  return reply;
}

/** `Items` is asked for only where there are none as they came: asked for, all of them are parsed. */
function itemsIn(reply: Reply): ScanPage['items'] | undefined {
  return reply.RawItems ?? (Array.isArray(reply.Items) ? reply.Items : undefined);
}

/**
 * DynamoDB counts what it sends. A page that lacks it must not pass for an empty one: what is not found in a table is
 * deleted from, or written to, the other.
 */
function mustHoldItsItems(reply: Reply, { table }: ScanOrder): void {
  const items = itemsIn(reply);
  const { Count: count = items?.length } = reply;
  if (count === (items?.length ?? 0)) return;
  throw new UserError(
    'NETWORK',
    `What answered dynamodb:Scan on ${table} has not sent the items that it counts.`,
    'DynamoDB always does. Look at what stands between: proxy, VPC endpoint, AWS_ENDPOINT_URL.',
  );
}
