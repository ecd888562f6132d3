/**
 * A child: the requirement's own algorithm, done well. Counts both tables, scans the restored one, writes everything
 * with BatchWriteItem, deletes what is extra, counts again; all of it in parallel, retrying what was not processed.
 */
import { BatchWriteItemCommand, DynamoDBClient, ScanCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { answering, timed } from './child.ts';

export type SwapOrder = { readonly live: string; readonly restored: string };
export type SwapResult = { readonly seconds: number; readonly writeUnits: number };

type Page = Awaited<ReturnType<typeof scanPage>>;

const segments = 8;
const batchesInFlight = 24;
const client = new DynamoDBClient({ maxAttempts: 50, retryMode: 'standard' });

const scanPage = (TableName: string, Segment: number, page: object) =>
  client.send(new ScanCommand({ TableName, Segment, TotalSegments: segments, ...page }));

async function eachPage(table: string, page: object, take: (page: Page) => Promise<void> | void): Promise<void> {
  const scan = async (segment: number) => {
    let ExclusiveStartKey: Page['LastEvaluatedKey'];
    do {
      const reply: Page = await scanPage(table, segment, { ...page, ...(ExclusiveStartKey && { ExclusiveStartKey }) });
      await take(reply);
      ExclusiveStartKey = reply.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  };
  await Promise.all(Array.from({ length: segments }, (_, segment) => scan(segment)));
}

async function count(table: string): Promise<number> {
  let items = 0;
  await eachPage(table, { Select: 'COUNT' }, (page) => {
    items += page.Count ?? 0;
  });
  return items;
}

/** Takes writes one by one and sends them in batches, many at a time. */
class Writer {
  readonly #table: string;
  #batch: WriteRequest[] = [];
  readonly #underWay = new Set<Promise<void>>();
  units = 0;

  constructor(table: string) {
    this.#table = table;
  }

  async add(request: WriteRequest): Promise<void> {
    this.#batch.push(request);
    if (this.#batch.length === 25) await this.#flush();
  }

  async end(): Promise<void> {
    await this.#flush();
    await Promise.all(this.#underWay);
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    while (this.#underWay.size >= batchesInFlight) await Promise.race(this.#underWay);
    const sending = this.#send(batch).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  async #send(batch: WriteRequest[]): Promise<void> {
    let left: WriteRequest[] = batch;
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt > 0)
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(1_000, 25 * 2 ** attempt)));
      const request = { RequestItems: { [this.#table]: left }, ReturnConsumedCapacity: 'TOTAL' as const };
      const reply = await client.send(new BatchWriteItemCommand(request));
      for (const { CapacityUnits = 0 } of reply.ConsumedCapacity ?? []) this.units += CapacityUnits;
      left = reply.UnprocessedItems?.[this.#table] ?? [];
    }
  }
}

async function swap({ live, restored }: SwapOrder): Promise<Writer> {
  const [before] = await Promise.all([count(restored), count(live)]);
  const writer = new Writer(live);
  const wanted = new Set<string>();
  await eachPage(restored, {}, async ({ Items = [] }) => {
    for (const item of Items) {
      wanted.add(item['id']?.S ?? '');
      await writer.add({ PutRequest: { Item: item } });
    }
  });
  await writer.end();
  await eachPage(live, { ProjectionExpression: 'id', ConsistentRead: true }, async ({ Items = [] }) => {
    for (const { id } of Items) {
      if (id?.S !== undefined && !wanted.has(id.S)) await writer.add({ DeleteRequest: { Key: { id } } });
    }
  });
  await writer.end();
  const after = await count(live);
  if (after !== before) throw new Error(`The live table has ${after} items instead of ${before}`);
  return writer;
}

answering<SwapOrder>(async (order): Promise<SwapResult> => {
  const { result, seconds } = await timed(() => swap(order));
  return { seconds, writeUnits: result.units };
});
