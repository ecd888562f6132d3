import { once } from 'node:events';
import { expect, test } from 'vitest';
import { awsError, cannedAws } from './canned-aws.ts';
import { collect, connect, driven } from './connect.ts';

const order = { table: 'shop-orders', segment: 1, totalSegments: 4, consistent: true };
const item = (id: number) => ({ id: { N: String(id) } });
const page = (id: number, last = false) => ({
  body: { Items: [item(id)], ...(last ? {} : { LastEvaluatedKey: item(id) }) },
});

test('a scan follows the pages to the end and asks for its segment each time', async () => {
  const aws = await cannedAws((_, nth) => page(nth, nth === 3));
  const pages = await collect(connect(aws.url).items.scan(order));

  expect(pages).toEqual([{ items: [item(1)] }, { items: [item(2)] }, { items: [item(3)] }]);
  const common = { TableName: 'shop-orders', Segment: 1, TotalSegments: 4, ConsistentRead: true };
  expect(aws.requests.map(({ input }) => input)).toEqual([
    { ...common, ReturnConsumedCapacity: 'TOTAL' },
    { ...common, ReturnConsumedCapacity: 'TOTAL', ExclusiveStartKey: item(1) },
    { ...common, ReturnConsumedCapacity: 'TOTAL', ExclusiveStartKey: item(2) },
  ]);
});

test('the items of a page are not parsed before somebody looks at them', async () => {
  // No JSON: whoever parses it finds out.
  const text = '{"Items":[{"id":{"S":"\\q"}}],"Count":1}';
  const aws = await cannedAws(() => ({ text }));
  const pages = [];
  for await (const { items } of connect(aws.url).items.scan(order)) pages.push(items.length);
  expect(pages).toEqual([1]);
});

test('an empty page in the middle does not end the scan', async () => {
  const aws = await cannedAws((_, nth) =>
    nth === 2 ? { body: { Count: 0, LastEvaluatedKey: item(2) } } : page(nth, nth === 3),
  );
  const pages = await collect(connect(aws.url).items.scan(order));
  expect(pages).toEqual([{ items: [item(1)] }, { items: [] }, { items: [item(3)] }]);
});

test('the next page is fetched while the caller works, and no more than one', async () => {
  const arrived = new EventTarget();
  const aws = await cannedAws((_, nth) => {
    arrived.dispatchEvent(new Event(String(nth)));
    return page(nth);
  });
  const pages = connect(aws.url).items.scan(order)[Symbol.asyncIterator]();
  const second = once(arrived, '2');
  await pages.next();
  await second;
  expect(aws.requests).toHaveLength(2);
  const third = once(arrived, '3');
  await pages.next();
  await third;
  expect(aws.requests).toHaveLength(3);
  await pages.return?.();
});

test('a throttled scan goes on as soon as the table lets it', async () => {
  const timing = driven();
  const aws = await cannedAws((_, nth) =>
    nth % 4 === 0 ? page(nth, nth === 12) : awsError('ProvisionedThroughputExceededException'),
  );
  const pages = await collect(connect(aws.url, { timing }).items.scan(order));

  expect(pages).toHaveLength(3);
  // Full jitter with a chance of one half: 50, 100, 200 ms at most, from the start again for each page. The 25 ms in
  // between is what is left of the moment in which, after a refusal that tells something new, nobody asks at all.
  expect(timing.slept).toEqual([25, 25, 50, 100, 25, 25, 50, 100, 25, 25, 50, 100]);
});

test('a lost reply, a cut reply and a broken server are asked again', async () => {
  const replies = [
    { cut: 'before' },
    { cut: 'within' },
    awsError('InternalServerError', {}, 500),
    { status: 503, text: '<html>', type: 'text/html' },
    page(1, true),
  ] as const;
  const aws = await cannedAws((_, nth) => replies[nth - 1] ?? page(0));
  expect(await collect(connect(aws.url).items.scan(order))).toEqual([{ items: [item(1)] }]);
  expect(aws.requests).toHaveLength(5);
});

test.for([{ Items: { L: [] }, Count: 1 }, { Items: [item(1)], Count: 2 }, { Count: 1 }, {}])(
  'what does not hold the items it counts is no page, and surely no empty one: %j',
  async (body) => {
    const aws = await cannedAws((_, nth) => (nth === 1 ? { body } : page(1, true)));
    expect(await collect(connect(aws.url).items.scan(order))).toEqual([{ items: [item(1)] }]);
    expect(aws.requests).toHaveLength(2);
  },
);

test('a reply with more space in it than anybody writes is read all the same', async () => {
  const text = `{"Count":1,"Items":${' '.repeat(100)}[{"id":{"N":"1"}}]}`;
  const aws = await cannedAws(() => ({ text, type: 'application/x-amz-json-1.0' }));
  expect(await collect(connect(aws.url).items.scan(order))).toEqual([{ items: [item(1)] }]);
});

test('a server that goes on answering so is told of, in words', async () => {
  const aws = await cannedAws(() => ({ body: { Count: 3 } }));
  await expect(collect(connect(aws.url).items.scan(order))).rejects.toMatchObject({
    code: 'NETWORK',
    message: 'What answered dynamodb:Scan on shop-orders has not sent the items that it counts.',
  });
});

test('a scan that is only ever throttled ends with the reasons AWS gave', async () => {
  const reason = { reason: 'TableReadKeyRangeThroughputExceeded', resource: 'arn' };
  const aws = await cannedAws(() => awsError('ThrottlingException', { throttlingReasons: [reason] }));
  const timing = driven();
  await expect(collect(connect(aws.url, { timing, patienceMs: 60_000 }).items.scan(order))).rejects.toMatchObject({
    code: 'THROTTLED',
    message: 'DynamoDB keeps throttling dynamodb:Scan on shop-orders (TableReadKeyRangeThroughputExceeded).',
  });
  expect(timing.now()).toBe(60_000);
});

test('a segment that has to wait for long is not given up while the table gives to the others', async () => {
  const timing = driven();
  let given = 0;
  const aws = await cannedAws(async ({ input }) => {
    if (input.Segment === 0) return given < 6 ? awsError('ProvisionedThroughputExceededException') : page(0, true);
    given += 1;
    await timing.sleep(30_000);
    return page(given, given === 6);
  });
  const { items } = connect(aws.url, { timing, patienceMs: 60_000 });
  const segments = [0, 1].map((segment) => collect(items.scan({ ...order, segment, totalSegments: 2 })));
  const [waited, other] = await Promise.all(segments);
  expect(waited).toEqual([{ items: [item(0)] }]);
  expect(other).toHaveLength(6);
});

test('a refusal that asking again cannot change ends the scan at once, and quotes no item', async () => {
  const aws = await cannedAws(() => awsError('ValidationException', { message: 'secret item data' }));
  const error: unknown = await collect(connect(aws.url).items.scan(order)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'AWS', cause: { name: 'ValidationException' } });
  expect(String(error)).not.toContain('secret');
  expect(aws.requests).toHaveLength(1);
});

test('an aborted scan ends with the reason of its signal, and its request with it', async () => {
  const controller = new AbortController();
  const aws = await cannedAws(() => {
    setImmediate(() => controller.abort(new Error('the operator has cancelled')));
    return { silent: 'within' };
  });
  const scan = connect(aws.url).items.scan({ ...order, signal: controller.signal });
  await expect(collect(scan)).rejects.toThrow('the operator has cancelled');
});

test('a server that goes silent in the middle of a page does not hold the scan up for ever', async () => {
  const aws = await cannedAws((_, nth) => (nth === 1 ? { silent: 'within' } : page(1, true)));
  const pages = await collect(connect(aws.url, { silenceMs: 300 }).items.scan(order));
  expect(pages).toEqual([{ items: [item(1)] }]);
});
