import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { batchPut, createTable, dynamoDb, scanAll, startSandbox } from './aws-sandbox.ts';

type KeyType = 'S' | 'N' | 'B';

function value(type: KeyType, index: number): AttributeValue {
  switch (type) {
    case 'S':
      return { S: `key-${index}` };
    case 'N':
      return { N: String((index - 100) / 4) };
    case 'B':
      return { B: Uint8Array.from([index >> 8, index & 255]) };
  }
}

const shapes: { readonly pk: KeyType; readonly sk?: KeyType; readonly scanOrder: 'hash' | 'shuffled' }[] = [];
for (const scanOrder of ['hash', 'shuffled'] as const) {
  for (const pk of ['S', 'N', 'B'] as const) {
    for (const sk of [undefined, 'S', 'N', 'B'] as const) shapes.push({ pk, scanOrder, ...(sk && { sk }) });
  }
}

test.for(shapes)(
  'segments of a $scanOrder table with keys $pk $sk hold each item once, a partition in one',
  async ({ pk, sk, scanOrder }) => {
    const { client } = await startSandbox({ scanOrder });
    await createTable(client, 'things', { pk, ...(sk && { sk }) });
    const items = Array.from({ length: 60 }, (_, index) =>
      sk === undefined ? { pk: value(pk, index) } : { pk: value(pk, index % 20), sk: value(sk, index) },
    );
    await batchPut(client, 'things', items);

    const seen: string[] = [];
    const partitions = new Map<string, number>();
    for (let Segment = 0; Segment < 4; Segment += 1) {
      for (const item of await scanAll(client, 'things', { Segment, TotalSegments: 4, Limit: 5 })) {
        seen.push(JSON.stringify(item));
        const partition = JSON.stringify(item['pk']);
        expect(partitions.get(partition) ?? Segment).toBe(Segment);
        partitions.set(partition, Segment);
      }
    }
    const all = new Set(items.map((item) => JSON.stringify(item)));
    expect(seen).toHaveLength(all.size);
    expect(new Set(seen)).toEqual(all);
    const whole = await scanAll(client, 'things', { Limit: 21 });
    expect(whole).toHaveLength(all.size);
    expect(new Set(whole.map((item) => JSON.stringify(item)))).toEqual(all);
    expect(new Set(partitions.values()).size).toBe(4);
  },
);

test('within a partition items ascend by sort key, numbers by value', async () => {
  const { client } = await startSandbox();
  await createTable(client, 'things', { sk: 'N' });
  const numbers = ['-1E10', '-10', '-9.95', '-9.9', '-1', '-0.001', '0', '1E-20', '0.5', '1', '1.5', '2', '10', '1E30'];
  await batchPut(
    client,
    'things',
    numbers.toReversed().map((N) => ({ pk: { S: 'a' }, sk: { N } })),
  );
  const found = (await scanAll(client, 'things')).map(({ sk }) => Number(sk?.N));
  expect(found).toEqual(numbers.map(Number));
});

test('two shuffled tables with the same items come back in different orders, two others in the same', async () => {
  const items = Array.from({ length: 60 }, (_, index) => ({ pk: { S: `item-${index}` } }));
  const orders = async (scanOrder: 'hash' | 'shuffled') => {
    const { client } = await startSandbox({ scanOrder });
    for (const table of ['one', 'two']) {
      await createTable(client, table);
      await batchPut(client, table, items);
    }
    return [await scanAll(client, 'one'), await scanAll(client, 'two')];
  };
  const [first, second] = await orders('shuffled');
  expect(first).not.toEqual(second);
  expect(new Set(first?.map(({ pk }) => pk?.S))).toEqual(new Set(second?.map(({ pk }) => pk?.S)));
  const [third, fourth] = await orders('hash');
  expect(third).toEqual(fourth);
});

test('a page ends at 1 MB of UTF-8 and the next one goes on behind it', async () => {
  const { client } = await startSandbox();
  await createTable(client, 'things');
  const items = Array.from({ length: 7 }, (_, index) => ({ pk: { S: `${index}` }, data: { S: 'é'.repeat(204_000) } }));
  for (const item of items) await batchPut(client, 'things', [item]);
  const page = await client.send(new ScanCommand({ TableName: 'things', ConsistentRead: true }));
  expect(page.Items).toHaveLength(3);
  expect(page.LastEvaluatedKey).toEqual({ pk: page.Items?.at(-1)?.['pk'] });
  expect(await scanAll(client, 'things')).toHaveLength(7);
});

test('counting returns no items, filters come after the page, projections keep what is asked', async () => {
  const { client } = await startSandbox();
  await createTable(client, 'things');
  await batchPut(
    client,
    'things',
    Array.from({ length: 10 }, (_, index) => ({ pk: { S: `${index}` }, n: { N: `${index}` }, other: { S: 'x' } })),
  );
  const count = await client.send(new ScanCommand({ TableName: 'things', Select: 'COUNT' }));
  expect(count).toMatchObject({ Count: 10, ScannedCount: 10 });
  expect(count.Items).toBeUndefined();
  const filtered = await client.send(
    new ScanCommand({
      TableName: 'things',
      FilterExpression: '#n >= :five',
      ProjectionExpression: 'pk, #n',
      ExpressionAttributeNames: { '#n': 'n' },
      ExpressionAttributeValues: { ':five': { N: '5' } },
    }),
  );
  expect(filtered).toMatchObject({ Count: 5, ScannedCount: 10 });
  expect(new Set(Object.keys(filtered.Items?.[0] ?? {}))).toEqual(new Set(['n', 'pk']));
});

test.for([
  [{ Segment: 1 }, /TotalSegments parameter is required/],
  [{ TotalSegments: 2 }, /Segment parameter is required/],
  [{ Segment: 2, TotalSegments: 2 }, /zero-based and must be less than/],
  [{ Segment: 0, TotalSegments: 1_000_001 }, /less than or equal to 1000000/],
  [{ Limit: 0 }, /greater than or equal to 1/],
  [{ ExclusiveStartKey: { nope: { S: 'a' } } }, /starting key is invalid/],
  [{ FilterExpression: 'pk ==' }, /Invalid FilterExpression: Syntax error/],
] as const)('a scan with %j is refused', async ([wrong, message]) => {
  const { client } = await startSandbox();
  await createTable(client, 'things');
  await expect(client.send(new ScanCommand({ TableName: 'things', ...wrong }))).rejects.toMatchObject({
    name: 'ValidationException',
    message,
  });
});

test('a start key of another segment is refused', async () => {
  const { client } = await startSandbox();
  await createTable(client, 'things');
  await batchPut(
    client,
    'things',
    Array.from({ length: 20 }, (_, index) => ({ pk: { S: `${index}` } })),
  );
  const page = await client.send(new ScanCommand({ TableName: 'things', Segment: 0, TotalSegments: 2, Limit: 1 }));
  const wrong = new ScanCommand({
    TableName: 'things',
    Segment: 1,
    TotalSegments: 2,
    ExclusiveStartKey: page.LastEvaluatedKey,
  });
  await expect(client.send(wrong)).rejects.toMatchObject({ message: /correct Segment/ });
});

test('each region has tables of its own', async () => {
  const { client, sandbox } = await startSandbox();
  const elsewhere = dynamoDb(sandbox, 'us-west-2');
  await createTable(client, 'things');
  await expect(scanAll(elsewhere, 'things')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('four thousand items are batch-written and scanned, fifty thousand seeded, in seconds', async () => {
  const { client, sandbox, clock } = await startSandbox();
  await createTable(client, 'things');
  const item = (index: number) => ({
    pk: { S: `user-${index}` },
    name: { S: 'x'.repeat(200) },
    n: { N: `${index}` },
    tags: { SS: ['a', 'b'] },
    nested: { M: { list: { L: [{ N: '1' }, { BOOL: true }] } } },
  });
  const started = performance.now();
  await batchPut(
    client,
    'things',
    Array.from({ length: 4_000 }, (_, index) => item(index)),
  );
  const written = performance.now();
  expect(await scanAll(client, 'things')).toHaveLength(4_000);
  const scanned = performance.now();
  await createTable(client, 'many');
  sandbox.history.seed(
    'many',
    Array.from({ length: 50_000 }, (_, index) => item(index)),
    clock(),
  );
  const seeded = performance.now();
  expect(await scanAll(client, 'many', { Select: 'COUNT' })).toHaveLength(0);
  const counted = performance.now();
  if (process.env['SANDBOX_TIMES']) {
    process.stderr.write(
      `write 4k ${written - started} ms, scan 4k ${scanned - written}, seed 50k ${seeded - scanned}, count 50k ${counted - seeded}\n`,
    );
  }
  expect(counted - started).toBeLessThan(25_000);
});
