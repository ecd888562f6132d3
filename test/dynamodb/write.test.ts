import { expect, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import type { Change } from '../../src/restore/ports.ts';
import type { Reply, Request } from './canned-aws.ts';
import { awsError, cannedAws } from './canned-aws.ts';
import { connect, driven } from './connect.ts';

const table = 'shop-orders';
const stored: Reply = { body: {} };

function puts(count: number): readonly Change[] {
  return Array.from({ length: count }, (_, id) => ({ kind: 'put', item: { id: { N: String(id) } } }));
}

type WireRequest = { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } };

function entries(request: Request): readonly WireRequest[] {
  return request.input.RequestItems[table];
}

/** A table that stores what a reply does not call unprocessed. */
function storing(answer: (entries: readonly WireRequest[], nth: number) => number | Reply) {
  const items: string[] = [];
  const reply = (request: Request, nth: number): Reply => {
    const sent = entries(request);
    const taken = answer(sent, nth);
    if (typeof taken !== 'number') {
      return taken;
    }
    items.push(...sent.slice(0, taken).map((entry) => JSON.stringify(entry)));
    return { body: taken < sent.length ? { UnprocessedItems: { [table]: sent.slice(taken) } } : {} };
  };
  return { items, reply };
}

test('puts and deletes go out as they are, 25 at a time', async () => {
  const aws = await cannedAws(() => stored);
  const changes: readonly Change[] = [
    ...puts(30),
    { kind: 'delete', key: { id: { B: 'AAECAx==' } } },
    { kind: 'put', item: { id: { N: '12345678901234567890123456789012345678' }, e: { S: '' } } },
  ];
  await connect(aws.url).items.write({ table, changes });

  expect(aws.requests.map((request) => entries(request).length).toSorted((a, b) => b - a)).toEqual([25, 7]);
  const sent = aws.requests.flatMap(entries);
  expect(sent).toHaveLength(32);
  expect(sent).toContainEqual({ DeleteRequest: { Key: { id: { B: 'AAECAx==' } } } });
  expect(sent).toContainEqual({ PutRequest: { Item: changes[31]?.kind === 'put' ? changes[31].item : undefined } });
});

test('nothing to write is no request', async () => {
  const aws = await cannedAws(() => stored);
  await connect(aws.url).items.write({ table, changes: [] });
  expect(aws.requests).toHaveLength(0);
});

test('a request never carries more than 16 MB, counted as it travels', async () => {
  const aws = await cannedAws(() => stored);
  const large = 'ü'.repeat(450_000); // 900,000 bytes in UTF-8
  const changes = puts(25).map((change) => ({ ...change, item: { text: { S: large } } }) as Change);
  await connect(aws.url).items.write({ table, changes });

  expect(aws.requests.flatMap(entries)).toHaveLength(25);
  expect(aws.requests).toHaveLength(2);
  for (const { raw } of aws.requests) expect(Buffer.byteLength(raw)).toBeLessThan(16_000_000);
});

test('what a table leaves unprocessed is sent again until it is stored, once each', async () => {
  const throttled = storing((sent, nth) => (nth % 3 === 0 ? sent.length : Math.floor(sent.length / 3)));
  const aws = await cannedAws(throttled.reply);
  await connect(aws.url).items.write({ table, changes: puts(500) });
  expect(new Set(throttled.items).size).toBe(500);
  expect(throttled.items).toHaveLength(500);
});

test('a slow table is waited for as long as it takes something', async () => {
  const slow = storing(() => 1);
  const timing = driven();
  const aws = await cannedAws(slow.reply);
  await connect(aws.url, { timing, patienceMs: 6_000 }).items.write({ table, changes: puts(200) });
  expect(slow.items).toHaveLength(200);
  expect(timing.now()).toBeGreaterThan(60_000);
});

test('a table that takes nothing is given up after the time set, and not before', async () => {
  const timing = driven();
  const aws = await cannedAws((request) => ({ body: { UnprocessedItems: request.input.RequestItems } }));
  const writing = connect(aws.url, { timing, patienceMs: 120_000 }).items.write({ table, changes: puts(3) });
  await expect(writing).rejects.toMatchObject({
    code: 'THROTTLED',
    message: 'DynamoDB takes no more writes to shop-orders.',
    hint: expect.stringContaining('write capacity'),
  });
  expect(timing.now()).toBeGreaterThanOrEqual(120_000);
  // The last try had to wait for its turn, as slow as the table had become by then.
  expect(timing.now()).toBeLessThan(125_000);
});

test('replies lost after the write was stored, refusals and broken servers end in every change stored', async () => {
  const troubles: readonly Reply[] = [
    { cut: 'before' },
    awsError('ProvisionedThroughputExceededException'),
    awsError('InternalServerError', {}, 500),
    { cut: 'within' },
    awsError('ThrottlingException'),
  ];
  const items = new Set<string>();
  const aws = await cannedAws((request, nth) => {
    for (const entry of entries(request)) items.add(JSON.stringify(entry));
    return troubles[nth % 7] ?? stored;
  });
  await connect(aws.url).items.write({ table, changes: puts(400) });
  expect(items.size).toBe(400);
});

test('several requests are under way at once, and fewer after a refusal', async () => {
  let underWay = 0;
  let most = 0;
  const aws = await cannedAws(async (_, nth) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 30));
    underWay -= 1;
    if (nth === 20) most = 0;
    return nth > 8 && nth < 20 ? awsError('ProvisionedThroughputExceededException') : stored;
  });
  const { items } = connect(aws.url, { writesInFlight: 6 });
  await items.write({ table, changes: puts(8 * 25) });
  expect(most).toBe(6);
  await items.write({ table, changes: puts(15 * 25) });
  expect(most).toBeLessThan(6);
});

test('access lost halfway ends the writing, and leaves nothing under way', async () => {
  let underWay = 0;
  const aws = await cannedAws(async (_, nth) => {
    underWay += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    return nth === 10 ? awsError('AccessDeniedException') : stored;
  });
  const writing = connect(aws.url).items.write({ table, changes: puts(2000) });
  await expect(writing).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: 'AWS denied dynamodb:BatchWriteItem on shop-orders.',
    hint: expect.stringContaining('arn:aws:dynamodb:eu-central-1:<account>:table/shop-orders'),
  });
  const requests = aws.requests.length;
  expect(requests).toBeLessThan(30);
  await expect.poll(() => underWay).toBe(0);
  expect(aws.requests).toHaveLength(requests);
});

test('an aborted write ends with the reason of its signal', async () => {
  const controller = new AbortController();
  const aws = await cannedAws((_, nth) => {
    if (nth === 5) controller.abort(new Error('the lock is lost'));
    return stored;
  });
  const writing = connect(aws.url).items.write({ table, changes: puts(2000), signal: controller.signal });
  await expect(writing).rejects.toThrow('the lock is lost');
  expect(aws.requests.length).toBeLessThan(40);
});

test('before each single request, repetitions too, it is asked whether it may be sent', async () => {
  const { reply } = storing((sent, nth) => (nth === 1 ? sent.length - 1 : sent.length));
  const aws = await cannedAws(reply);
  let asked = 0;
  await connect(aws.url).items.write({
    table,
    changes: puts(3),
    beforeEach: () => {
      asked += 1;
    },
  });
  expect(aws.requests).toHaveLength(2);
  expect(asked).toBe(2);
});

test('what it throws ends the call, and nothing is sent', async () => {
  const aws = await cannedAws(() => stored);
  const lost = new Error('the lock is lost');
  const beforeEach = () => {
    throw lost;
  };
  await expect(connect(aws.url).items.write({ table, changes: puts(3), beforeEach })).rejects.toBe(lost);
  expect(aws.requests).toHaveLength(0);
});
