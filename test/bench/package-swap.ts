/** A child: copies a table over another with what people take from npm for it. Nothing is deleted, as they cannot. */
import { createRequire } from 'node:module';
import { answering, timed } from './child.ts';

export type PackageOrder = {
  /** Of the folder into which the packages were installed. */
  readonly from: string;
  readonly name: 'copy-dynamodb-table' | '@aws/dynamodb-batch-iterator';
  readonly live: string;
  readonly restored: string;
  readonly url: string;
};

type Done = (error: unknown, result: { readonly count: number }) => void;
type Aws = { readonly DynamoDB: new (settings: object) => unknown };
/** Requires a package of that folder. */
type Load = (name: string) => unknown;
type Rows = AsyncIterable<unknown>;

async function copyDynamoDbTable(load: Load, { live, restored, url }: PackageOrder): Promise<void> {
  const { copy } = load('copy-dynamodb-table') as { copy: (order: object, done: Done) => void };
  const config = { region: 'eu-central-1', endpoint: url, accessKeyId: 'benchmark', secretAccessKey: 'benchmark' };
  await new Promise<void>((resolve, reject) => {
    const order = {
      config,
      source: { tableName: restored },
      destination: { tableName: live },
      log: false,
      create: false,
    };
    copy(order, (error) => (error ? reject(error) : resolve()));
  });
}

async function iterators(load: Load, { live, restored, url }: PackageOrder): Promise<void> {
  const DynamoDB = load('aws-sdk/clients/dynamodb') as Aws['DynamoDB'];
  const { ParallelScanIterator } = load('@aws/dynamodb-query-iterator') as {
    ParallelScanIterator: new (...order: unknown[]) => Rows;
  };
  const { BatchWrite } = load('@aws/dynamodb-batch-iterator') as { BatchWrite: new (...order: unknown[]) => Rows };
  const client = new DynamoDB({ region: 'eu-central-1', endpoint: url });
  const scanned = new ParallelScanIterator(client, { TableName: restored, TotalSegments: 8 });
  async function* puts() {
    for await (const item of scanned) yield [live, { PutRequest: { Item: item } }];
  }
  for await (const _ of new BatchWrite(client, puts())) {
    // What was written is not looked at.
  }
}

answering<PackageOrder>(async (order) => {
  const load: Load = createRequire(`${order.from}/`);
  const { seconds } = await timed(() =>
    order.name === 'copy-dynamodb-table' ? copyDynamoDbTable(load, order) : iterators(load, order),
  );
  return { seconds };
});
