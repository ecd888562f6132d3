import { expect, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import { cannedAws } from './canned-aws.ts';
import { connect } from './connect.ts';
import { keySchema, sandboxTable, table } from './sandbox-table.ts';

const key = (n: number, spelled = String(n)): Item => ({ id: { S: 'a' }, at: { N: spelled } });
const item = (n: number): Item => ({ ...key(n), b: { B: '+/+/' }, deep: { M: { bs: { BS: ['AA=='] } } } });

test('items are read as they are stored, in the order of the keys, with gaps where there is none', async () => {
  const { sandbox, items } = await sandboxTable();
  const odd = Array.from({ length: 150 }, (_, n) => 2 * n + 1);
  await items.write({ table, changes: odd.map((n) => ({ kind: 'put', item: item(n) })) });
  const keys = Array.from({ length: 300 }, (_, n) => key(299 - n));

  const found = await items.read({ table, keySchema, keys });
  expect(found).toEqual(keys.map((_, n) => (n % 2 === 0 ? item(299 - n) : undefined)));
  const requests = sandbox.requests.list('BatchGetItem');
  expect(requests).toHaveLength(3);
  for (const { body } of requests) expect(body).toMatchObject({ RequestItems: { [table]: { ConsistentRead: true } } });
});

test('a key spelled another way finds its item', async () => {
  const { items } = await sandboxTable();
  await items.write({ table, changes: [{ kind: 'put', item: item(10) }] });
  expect(await items.read({ table, keySchema, keys: [key(10, '1e1'), key(11)] })).toEqual([item(10), undefined]);
});

test('a reply that says nothing at all is not "there is no such item": it is asked again', async () => {
  const aws = await cannedAws((_, nth) => ({
    body: nth === 1 ? {} : { Responses: { [table]: [item(1)] }, UnprocessedKeys: {} },
  }));
  expect(await connect(aws.url).items.read({ table, keySchema, keys: [key(1)] })).toEqual([item(1)]);
});

test('what a reply leaves out is asked for again, once each', async () => {
  const asked: string[] = [];
  const aws = await cannedAws(({ input }, nth) => {
    const keys: readonly Item[] = input.RequestItems[table].Keys;
    const given = nth % 3 === 0 ? [] : keys.slice(0, 7);
    asked.push(...given.map((each) => JSON.stringify(each)));
    const left = keys.slice(given.length);
    const items = given.map((each) => ({ ...each, b: { B: 'AA==' } })).toReversed();
    return {
      body: {
        Responses: { [table]: items },
        UnprocessedKeys: left.length === 0 ? {} : { [table]: { Keys: left, ConsistentRead: true } },
      },
    };
  });
  const keys = Array.from({ length: 250 }, (_, n) => key(n));
  const found = await connect(aws.url).items.read({ table, keySchema, keys });
  expect(found).toEqual(keys.map((each) => ({ ...each, b: { B: 'AA==' } })));
  expect(new Set(asked).size).toBe(asked.length);
  for (const { input } of aws.requests) expect(input.RequestItems[table].ConsistentRead).toBe(true);
});

test('throttled reads are repeated, and a table that gives nothing is given up', async () => {
  const { sandbox, items } = await sandboxTable();
  await items.write({ table, changes: [{ kind: 'put', item: item(1) }] });
  sandbox.faults.add({ operation: 'BatchGetItem', kind: 'throttle', count: 5 });
  expect(await items.read({ table, keySchema, keys: [key(1)] })).toEqual([item(1)]);

  const silent = await cannedAws(({ input }) => ({ body: { UnprocessedKeys: input.RequestItems } }));
  await expect(connect(silent.url).items.read({ table, keySchema, keys: [key(1)] })).rejects.toMatchObject({
    code: 'THROTTLED',
    message: 'DynamoDB gives no more items of shop-orders.',
  });
});

test('a denied read says what to allow, and an aborted one ends at once with the reason of its signal', async () => {
  const { sandbox, items } = await sandboxTable({ silenceMs: 3_600_000 });
  sandbox.faults.add({ operation: 'BatchGetItem', kind: 'access-denied' });
  const reading = items.read({ table, keySchema, keys: [key(1)] });
  await expect(reading).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: 'AWS denied dynamodb:BatchGetItem on shop-orders.',
  });

  const controller = new AbortController();
  const held = sandbox.hold('BatchGetItem');
  const aborted = items.read({ table, keySchema, keys: [key(1)], signal: controller.signal });
  const thrown = expect(aborted).rejects.toThrow('the lock is lost');
  await held.reached;
  controller.abort(new Error('the lock is lost'));
  await thrown;
  held.release();
});
