/** A child: reads two tables with somebody's client, and tells the processor time it took. */
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { comparerOnThreads } from '../../src/data-plane/comparer-on-threads.ts';
import { openThreads } from '../../src/data-plane/threads.ts';
import type { Environment } from '../../src/restore/environment.ts';
import { answering, timed } from './child.ts';
import { keySchema } from './items.ts';

export type ScanOrder = {
  readonly client: 'sdk' | 'sdk-document' | 'shelf' | 'ours';
  readonly segments: number;
  readonly shelf?: string;
};
export type ScanResult = { readonly items: number; readonly seconds: number; readonly cpuSeconds: number };

const tables = ['live', 'restored'];

async function stockScan(client: { send(command: ScanCommand): Promise<unknown> }, segments: number): Promise<number> {
  const scan = async (TableName: string, Segment: number) => {
    let items = 0;
    let ExclusiveStartKey: Record<string, never> | undefined;
    do {
      const page = { TableName, Segment, TotalSegments: segments, ExclusiveStartKey };
      const reply = (await client.send(new ScanCommand(page))) as {
        Items?: unknown[];
        LastEvaluatedKey?: Record<string, never>;
      };
      items += reply.Items?.length ?? 0;
      ExclusiveStartKey = reply.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return items;
  };
  const counts = await Promise.all(
    tables.flatMap((table) => Array.from({ length: segments }, (_, segment) => scan(table, segment))),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The package's own way: https://www.npmjs.com/package/@shelf/dynamodb-parallel-scan */
async function shelfScan(path: string, segments: number): Promise<number> {
  const { parallelScanAsStream } = (await import(path)) as {
    parallelScanAsStream: (scan: object, options: object) => Promise<AsyncIterable<readonly unknown[]>>;
  };
  let items = 0;
  for (const TableName of tables) {
    const client = new DynamoDBClient({});
    const options = { concurrency: segments, chunkSize: 10_000, highWaterMark: 10_000, client };
    const pages = await parallelScanAsStream({ TableName }, options);
    for await (const page of pages) items += page.length;
  }
  return items;
}

async function ourComparison(segments: number): Promise<number> {
  const workerFile = new URL('../../dist/data-plane/worker.js', import.meta.url);
  const threads = openThreads({ workerFile, memoryBudgetBytes: 256 * 2 ** 20 });
  const comparer = comparerOnThreads(threads, '/tmp');
  const comparison = await comparer.compare({
    environment: { name: 'bench', region: 'eu-central-1' } as Environment,
    liveTable: 'live',
    restoredTable: 'restored',
    keySchema,
    totalSegments: segments,
    memoryBudgetBytes: 256 * 2 ** 20,
    withDigests: true,
    speed: () => 'fast',
    signal: new AbortController().signal,
    onDifferences: () => undefined,
    onProgress: () => undefined,
  });
  await threads.close();
  if (comparison.live.digest !== comparison.restored.digest)
    throw new Error('The tables are the same and were found different');
  return comparison.live.items + comparison.restored.items;
}

answering<ScanOrder>(async ({ client, segments, shelf = '' }): Promise<ScanResult> => {
  const read = {
    sdk: () => stockScan(new DynamoDBClient({}), segments),
    'sdk-document': () => stockScan(DynamoDBDocumentClient.from(new DynamoDBClient({})), segments),
    shelf: () => shelfScan(shelf, segments),
    ours: () => ourComparison(segments),
  }[client];
  const { result, seconds, cpuSeconds } = await timed(read);
  return { items: result, seconds, cpuSeconds };
});
