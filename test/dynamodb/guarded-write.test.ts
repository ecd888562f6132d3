import { expect, test } from 'vitest';
import type { AttributeValue, Item } from '../../src/restore/item.ts';
import { keyAttributes } from '../../src/restore/item.ts';
import type { GuardedChange, GuardedOutcome, Items } from '../../src/restore/ports.ts';
import { awsError, cannedAws } from './canned-aws.ts';
import { connect } from './connect.ts';
import { outcomesOf } from './outcomes.ts';
import { keySchema, sandboxTable, table } from './sandbox-table.ts';

function row(id: string, attributes: Item = {}): Item {
  return Object.fromEntries([['id', { S: id }], ['at', { N: '1' }], ...Object.entries(attributes)]);
}

const put = (item: Item, expected: Item | undefined): GuardedChange => ({ kind: 'put', item, expected });
const remove = (item: Item, expected: Item | undefined): GuardedChange => ({
  kind: 'delete',
  key: keyAttributes(item, keySchema),
  expected,
});

async function store(items: Items, ...all: readonly Item[]): Promise<void> {
  await items.write({ table, changes: all.map((item) => ({ kind: 'put', item })) });
}

async function stored(items: Items, item: Item): Promise<Item | undefined> {
  const [found] = await items.read({ table, keySchema, keys: [keyAttributes(item, keySchema)] });
  return found;
}

async function one(items: Items, change: GuardedChange): Promise<GuardedOutcome | undefined> {
  const [outcome] = await outcomesOf(items, { table, keySchema, changes: [change] });
  return outcome;
}

const was = row('a', { v: { S: 'was' } });
const is = row('a', { v: { S: 'is' } });
const other = row('a', { v: { S: 'something else' } });

test.for<readonly [string, Item | undefined, GuardedChange, GuardedOutcome, Item | undefined]>([
  ['puts what is expected absent and is', undefined, put(was, undefined), { done: true }, was],
  ['spares what is expected absent and is not', other, put(was, undefined), { done: false, current: other }, other],
  ['overwrites what is as expected', is, put(was, is), { done: true }, was],
  ['spares what is not as expected', other, put(was, is), { done: false, current: other }, other],
  ['does not bring back what is gone', undefined, put(was, is), { done: false, current: undefined }, undefined],
  ['deletes what is as expected', is, remove(is, is), { done: true }, undefined],
  ['does not delete what is not as expected', other, remove(is, is), { done: false, current: other }, other],
  ['finds deleted what was to be', undefined, remove(is, is), { done: false, current: undefined }, undefined],
  ['deletes nothing where nothing is', undefined, remove(is, undefined), { done: true }, undefined],
  ['does not delete what came instead of nothing', is, remove(is, undefined), { done: false, current: is }, is],
  ['overwrites a bare key', row('a'), put(was, row('a')), { done: true }, was],
  [
    'does not create in place of a bare key',
    undefined,
    put(was, row('a')),
    { done: false, current: undefined },
    undefined,
  ],
])('a guarded change %s', async ([, live, change, outcome, then]) => {
  const { items } = await sandboxTable();
  if (live !== undefined) await store(items, live);
  expect(await one(items, change)).toEqual(outcome);
  expect(await stored(items, was)).toEqual(then);
});

const values: readonly (readonly [string, AttributeValue, AttributeValue])[] = [
  ['a text', { S: 'ü𝄞' }, { S: 'u' }],
  ['an empty text', { S: '' }, { S: ' ' }],
  [
    'a number of 38 digits',
    { N: '12345678901234567890123456789012345678' },
    { N: '12345678901234567890123456789012345679' },
  ],
  ['a binary', { B: '+/+/' }, { B: '+/++' }],
  ['a truth', { BOOL: false }, { BOOL: true }],
  ['nothing', { NULL: true }, { BOOL: true }],
  ['texts', { SS: ['b', 'a'] }, { SS: ['b'] }],
  ['numbers', { NS: ['3', '1'] }, { NS: ['3', '2'] }],
  ['binaries', { BS: ['/w==', 'AA=='] }, { BS: ['/w=='] }],
  ['a list', { L: [{ N: '1' }, { B: 'AA==' }] }, { L: [{ B: 'AA==' }, { N: '1' }] }],
  ['a map', { M: { deep: { L: [{ M: { '': { NULL: true } } }] } } }, { M: { deep: { L: [{ M: {} }] } } }],
];

test.for(values)('an attribute that holds %s is compared in full, and told as it is', async ([, expected, changed]) => {
  const { items } = await sandboxTable();
  const [seen, meanwhile] = [row('a', { v: expected }), row('a', { v: changed })];
  await store(items, meanwhile);
  expect(await one(items, put(row('a'), seen))).toEqual({ done: false, current: meanwhile });
  await store(items, seen);
  expect(await one(items, put(row('a'), seen))).toEqual({ done: true });
  expect(await one(items, put(seen, row('a')))).toEqual({ done: true });
  expect(await stored(items, seen)).toEqual(seen);
});

test('an attribute that came meanwhile is not overwritten where the change sets it, and stays where it does not', async () => {
  const { items } = await sandboxTable();
  const live = row('a', { v: { S: 'is' }, extra: { B: '/w==' } });
  await store(items, live);
  const sets = put(row('a', { extra: { S: 'was' } }), is);
  expect(await one(items, sets)).toEqual({ done: false, current: live });
  const both = row('a', { v: { S: 'was' }, extra: { B: '/w==' } });
  expect(await one(items, put(was, is))).toEqual({ done: true, unseen: { before: live, after: both } });
  expect(await stored(items, was)).toEqual(both);
});

test('an attribute that came meanwhile goes with an item that is deleted, and is told', async () => {
  const { items } = await sandboxTable();
  const live = row('a', { v: { S: 'is' }, extra: { B: '/w==' } });
  await store(items, live);
  expect(await one(items, remove(is, is))).toEqual({ done: true, unseen: { before: live, after: undefined } });
});

test('a put over an item is an update, of nothing but the attributes that differ', async () => {
  const { sandbox, items } = await sandboxTable();
  const seen = row('a', { v: { S: 'is' }, n: { N: '1' }, gone: { NULL: true } });
  await store(items, seen);
  const wanted = row('a', { v: { S: 'was' }, n: { N: '1.0' }, new: { BOOL: true } });
  expect(await one(items, put(wanted, seen))).toEqual({ done: true });
  expect(sandbox.requests.list().at(-1)).toMatchObject({ operation: 'UpdateItem' });
  expect(sandbox.requests.count('PutItem')).toBe(0);
  expect(await stored(items, was)).toEqual(row('a', { v: { S: 'was' }, n: { N: '1' }, new: { BOOL: true } }));
});

test('a put of what is there already, in another spelling, changes nothing and tells whether it is still there', async () => {
  const { items } = await sandboxTable();
  const seen = row('a', { n: { N: '1' }, s: { NS: ['1', '2'] } });
  const spelled = row('a', { n: { N: '1.0' }, s: { NS: ['2.00', '1e0'] } });
  expect(await one(items, put(spelled, seen))).toEqual({ done: false, current: undefined });
  expect(await stored(items, seen)).toBeUndefined();
  await store(items, seen);
  expect(await one(items, put(spelled, seen))).toEqual({ done: true });
  await store(items, other);
  expect(await one(items, put(spelled, seen))).toEqual({ done: false, current: other });
});

test('an item with more differences than an update can hold is replaced as a whole, and what came meanwhile is told', async () => {
  const { sandbox, items } = await sandboxTable();
  const wide = (count: number, text: string, more: Item = {}) =>
    row('a', { ...Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, { S: text }])), ...more });
  const extra = { extra: { S: 'unseen' } };
  await store(items, wide(300, 'is', extra));
  expect(await one(items, put(wide(300, 'was'), wide(300, 'is')))).toMatchObject({
    unseen: { after: wide(300, 'was', extra) },
  });
  await store(items, wide(301, 'is', extra));
  const outcome = await one(items, put(wide(301, 'was'), wide(301, 'is')));
  expect(outcome).toEqual({ done: true, unseen: { before: wide(301, 'is', extra), after: wide(301, 'was') } });
  expect(await stored(items, was)).toEqual(wide(301, 'was'));
  expect([sandbox.requests.count('UpdateItem'), sandbox.requests.count('PutItem')]).toEqual([1, 1]);
});

test('a number or a set written another way is the same', async () => {
  const { items } = await sandboxTable();
  await store(items, row('a', { n: { N: '1' }, s: { NS: ['1', '2'] } }));
  const seen = row('a', { n: { N: '1.0' }, s: { NS: ['2.00', '1e0'] } });
  expect(await one(items, put(was, seen))).toEqual({ done: true });
});

test('attribute names may be anything: reserved words, dots, emoji, placeholders', async () => {
  const { items } = await sandboxTable();
  const names = ['Name', 'a.b', '🙂', 'constructor', '#0', ':0', '1', 'SELECT', 'a b[0]'];
  const all = (text: string) => row('a', Object.fromEntries(names.map((name) => [name, { S: text }])));
  await store(items, all('is'));
  for (const name of names) {
    const seen = Object.fromEntries(
      Object.entries(all('is')).map(([key, value]) => [key, key === name ? { S: '?' } : value]),
    );
    expect(await one(items, put(row('a'), seen))).toEqual({ done: false, current: all('is') });
  }
  expect(await one(items, put(row('a'), all('is')))).toEqual({ done: true });
  expect(await one(items, put(all('was'), row('a')))).toEqual({ done: true });
  expect(await one(items, put(all('?'), all('was')))).toEqual({ done: true });
  expect(await stored(items, was)).toEqual(all('?'));
  await store(items, all('is'));
  expect(await one(items, put(all('was'), row('a')))).toMatchObject({ done: false });
});

test('both the item written over and the item in the way come as the wire carried them, and __proto__ is a name', async () => {
  // As text: comparing objects overlooks __proto__.
  const text = '{"id":{"S":"a"},"__proto__":{"S":"is"},"odd":{"B":"AAECAx=="},"n":{"N":"1.0"}}';
  const unseen = '"unseen":{"SS":["b","a"]}';
  const more = text.replace(/}$/, `,${unseen}}`);
  const aws = await cannedAws((_, nth) =>
    nth === 1
      ? { text: `{"Attributes":${more}}` }
      : { status: 400, text: `{"__type":"x#ConditionalCheckFailedException","message":"no","Item":${text}}` },
  );
  const { items } = connect(aws.url);
  const seen: Item = JSON.parse(text);
  const change: GuardedChange = { kind: 'put', item: { id: { S: 'a' } }, expected: seen };
  const order = { table, keySchema: { partition: 'id' }, changes: [change] };
  expect(JSON.stringify(await outcomesOf(items, order))).toBe(
    `[{"done":true,"unseen":{"before":${more},"after":{"id":{"S":"a"},${unseen}}}}]`,
  );
  expect(JSON.stringify(await outcomesOf(items, order))).toBe(`[{"done":false,"current":${text}}]`);
  expect(aws.requests[0]?.input).toEqual({
    TableName: table,
    Key: { id: { S: 'a' } },
    UpdateExpression: 'REMOVE #R0, #R1, #R2',
    ConditionExpression: 'attribute_exists(#0) AND #1 = :1 AND #2 = :2 AND #3 = :3',
    ExpressionAttributeNames: {
      '#0': 'id',
      '#1': '__proto__',
      '#2': 'odd',
      '#3': 'n',
      '#R0': '__proto__',
      '#R1': 'odd',
      '#R2': 'n',
    },
    ExpressionAttributeValues: { ':1': { S: 'is' }, ':2': { B: 'AAECAx==' }, ':3': { N: '1.0' } },
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ReturnConsumedCapacity: 'TOTAL',
  });
});

test('no item in a reply, or an empty one, means that there was none', async () => {
  const failed = awsError('ConditionalCheckFailedException');
  const aws = await cannedAws((_, nth) => (nth === 1 ? { body: { Attributes: {} } } : failed));
  const { items } = connect(aws.url);
  expect(await one(items, put(was, undefined))).toEqual({ done: true });
  expect(await one(items, put(was, is))).toEqual({ done: false, current: undefined });
});

test('of 200 attributes those that the change alters are guarded, and the rest is spared', async () => {
  const { items } = await sandboxTable();
  const wide = (changes: Readonly<Record<number, string>>) =>
    row(
      'a',
      Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`attribute-${n}`, { S: changes[n] ?? 'same' }])),
    );
  const [wanted, seen] = [wide({ 199: 'was' }), wide({ 199: 'is' })];
  await store(items, wide({ 199: 'other' }));
  expect(await one(items, put(wanted, seen))).toEqual({ done: false, current: wide({ 199: 'other' }) });
  const meanwhile = wide({ 198: 'unseen', 199: 'is' });
  await store(items, meanwhile);
  const both = wide({ 198: 'unseen', 199: 'was' });
  expect(await one(items, put(wanted, seen))).toEqual({ done: true, unseen: { before: meanwhile, after: both } });
  expect(await stored(items, was)).toEqual(both);
});

test('an item of 400 KB is guarded and told whole', async () => {
  const { items } = await sandboxTable();
  const large = (letter: string) => row('a', { text: { S: letter.repeat(399_000) }, b: { B: 'AAECAw==' } });
  await store(items, large('x'));
  expect(await one(items, put(large('z'), large('y')))).toEqual({ done: false, current: large('x') });
  expect(await one(items, put(large('z'), large('x')))).toEqual({ done: true });
});

test('throttled, torn and conflicting writes are all made in the end', async () => {
  const { sandbox, items } = await sandboxTable();
  sandbox.faults.add({ operation: 'PutItem', kind: 'throttle', probability: 0.3, count: 'all', seed: 1 });
  sandbox.faults.add({ operation: 'PutItem', kind: 'lose-request', probability: 0.1, count: 'all', seed: 2 });
  for (const [seed, name] of [
    'TransactionConflictException',
    'ReplicatedWriteConflictException',
    'InternalServerError',
  ].entries()) {
    sandbox.faults.add({ operation: 'PutItem', kind: 'error', name, probability: 0.1, count: 'all', seed });
  }
  const rows = Array.from({ length: 200 }, (_, n) => row(`row ${n}`));
  const outcomes = await outcomesOf(items, { table, keySchema, changes: rows.map((item) => put(item, undefined)) });
  expect(outcomes).toEqual(rows.map(() => ({ done: true })));
  expect(sandbox.requests.count('PutItem')).toBeGreaterThan(300);
});

test('after refusals fewer writes are under way', async () => {
  let underWay = 0;
  let most = 0;
  const aws = await cannedAws(async (_, nth) => {
    underWay += 1;
    if (nth > 36 && nth < 43) most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    return nth <= 30 ? awsError('ProvisionedThroughputExceededException') : { body: {} };
  });
  const changes = Array.from({ length: 60 }, (_, n) => put(row(`row ${n}`), undefined));
  await outcomesOf(connect(aws.url, { writesInFlight: 6 }).items, { table, keySchema, changes });
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThan(6);
});

test('a table that takes nothing is given up in the end', async () => {
  const { sandbox, items } = await sandboxTable({ patienceMs: 60_000 });
  sandbox.faults.add({ operation: 'DeleteItem', kind: 'throttle', count: 'all' });
  await expect(one(items, remove(is, is))).rejects.toMatchObject({
    code: 'THROTTLED',
    message: expect.stringContaining('dynamodb:DeleteItem on shop-orders'),
  });
});

test('after a lost reply the item is told to be what was wanted', async () => {
  const { sandbox, items } = await sandboxTable();
  await store(items, is);
  sandbox.faults.add({ operation: 'UpdateItem', kind: 'lose-reply' });
  expect(await one(items, put(was, is))).toEqual({ done: false, current: was, mayHaveBeenDone: true });
  sandbox.faults.add({ operation: 'DeleteItem', kind: 'lose-reply' });
  expect(await one(items, remove(was, was))).toEqual({ done: false, current: undefined, mayHaveBeenDone: true });
});

test.for([
  [408, ''],
  [403, '{"error":"blocked"}'],
  [403, '<html>blocked</html>'],
] as const)(
  'after a proxy has answered in AWS’s place (%i %s) the item is told to be what was wanted, too',
  async ([status, text]) => {
    const aws = await cannedAws((_, nth) =>
      nth === 1 ? { status, text } : awsError('ConditionalCheckFailedException', { Item: was }),
    );
    const { items } = connect(aws.url);
    expect(await one(items, put(was, is))).toEqual({ done: false, current: was, mayHaveBeenDone: true });
  },
);

test('after a lost reply an attribute that nobody expected is told to have been there before', async () => {
  const { sandbox, items } = await sandboxTable();
  const unseen: Item = { unseen: { BOOL: true } };
  await store(items, { ...is, ...unseen });
  sandbox.faults.add({ operation: 'UpdateItem', kind: 'lose-reply' });
  expect(await one(items, put(was, is))).toEqual({
    done: false,
    current: { ...was, ...unseen },
    mayHaveBeenDone: true,
    replacedIfDone: { ...is, ...unseen },
  });
});

test('a denied put ends the work with what to allow, and deletes that came before it stay made', async () => {
  const { sandbox, items } = await sandboxTable({ writesInFlight: 1 });
  await store(items, is);
  sandbox.faults.add({ operation: 'PutItem', kind: 'access-denied', count: 'all' });
  const changes = [remove(is, is), put(row('b'), undefined), remove(row('c'), undefined)];
  await expect(outcomesOf(items, { table, keySchema, changes })).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: 'AWS denied dynamodb:PutItem on shop-orders.',
    hint: expect.stringContaining(
      'Allow dynamodb:PutItem on arn:aws:dynamodb:eu-central-1:<account>:table/shop-orders',
    ),
  });
  expect(await stored(items, is)).toBeUndefined();
  expect(sandbox.requests.count('DeleteItem')).toBe(1);
});

test('after an abort nothing more is asked, what is under way is waited for, and the reason is thrown', async () => {
  const { sandbox, items } = await sandboxTable({ writesInFlight: 4 });
  const controller = new AbortController();
  const held = sandbox.hold('PutItem', { point: 'after' });
  const rows = Array.from({ length: 20 }, (_, n) => row(`row ${n}`));
  let ended = false;
  const writing = outcomesOf(items, {
    table,
    keySchema,
    changes: rows.map((item) => put(item, undefined)),
    signal: controller.signal,
  }).finally(() => {
    ended = true;
  });
  const thrown = expect(writing).rejects.toThrow('the lock is lost');
  await expect.poll(() => sandbox.requests.count('PutItem')).toBe(4);
  await held.reached;
  controller.abort(new Error('the lock is lost'));
  // A round trip to the same server: whoever gave up at once would have ended by now.
  await items.read({ table, keySchema, keys: [keyAttributes(was, keySchema)] });
  expect(ended).toBe(false);
  held.release();
  await thrown;
  expect(sandbox.requests.count('PutItem')).toBe(4);
});

test('what was all made when the abort came is told, not thrown away', async () => {
  const { sandbox, items } = await sandboxTable();
  const controller = new AbortController();
  const held = sandbox.hold('PutItem', { point: 'after' });
  const writing = outcomesOf(items, {
    table,
    keySchema,
    changes: [put(was, undefined)],
    signal: controller.signal,
  });
  await held.reached;
  controller.abort(new Error('the lock is lost'));
  held.release();
  expect(await writing).toEqual([{ done: true }]);
});

test('beforeEach is asked before every single request, repetitions too', async () => {
  const { sandbox, items } = await sandboxTable();
  sandbox.faults.add({ operation: 'PutItem', kind: 'throttle', count: 3 });
  await store(items, is);
  let asked = 0;
  const sentWhenAsked: number[] = [];
  const sent = () => sandbox.requests.count('PutItem') + sandbox.requests.count('UpdateItem');
  const changes = [put(row('b'), undefined), put(was, is)];
  for (const change of changes) {
    await outcomesOf(items, {
      table,
      keySchema,
      changes: [change],
      beforeEach: () => {
        asked += 1;
        sentWhenAsked.push(sent());
      },
    });
  }
  expect(asked).toBe(5);
  expect(sentWhenAsked).toEqual([0, 1, 2, 3, 4]);
});

test('when beforeEach throws nothing more is sent, what is under way is waited for, and that is thrown', async () => {
  const { sandbox, items } = await sandboxTable({ writesInFlight: 4 });
  const held = sandbox.hold('PutItem', { point: 'after' });
  const rows = Array.from({ length: 20 }, (_, n) => row(`row ${n}`));
  const lost = new Error('somebody else has the lock');
  const lock = new AbortController();
  const writing = outcomesOf(items, {
    table,
    keySchema,
    changes: rows.map((item) => put(item, undefined)),
    beforeEach: () => lock.signal.throwIfAborted(),
  });
  const thrown = expect(writing).rejects.toBe(lost);
  await expect.poll(() => sandbox.requests.count('PutItem')).toBe(4);
  await held.reached;
  lock.abort(lost);
  held.release();
  await thrown;
  const made = await items.read({ table, keySchema, keys: rows.map((item) => keyAttributes(item, keySchema)) });
  expect(made.filter((item) => item !== undefined)).toHaveLength(4);
  expect(sandbox.requests.count('PutItem')).toBe(4);
});

test('a refused request is not repeated once beforeEach throws', async () => {
  const { sandbox, items } = await sandboxTable();
  sandbox.faults.add({ operation: 'PutItem', kind: 'throttle', count: 'all' });
  let asked = 0;
  const beforeEach = () => {
    asked += 1;
    if (asked === 3) throw new Error('somebody else has the lock');
  };
  const writing = outcomesOf(items, { table, keySchema, changes: [put(was, undefined)], beforeEach });
  await expect(writing).rejects.toThrow('somebody else has the lock');
  expect(sandbox.requests.count('PutItem')).toBe(2);
});

test('each outcome is told with the index of its change, in whatever order the replies come', async () => {
  const { sandbox, items } = await sandboxTable();
  const rows = Array.from({ length: 60 }, (_, n) => row(`row ${n}`, { n: { N: String(n) } }));
  await store(items, ...rows);
  for (let seed = 1; seed <= 3; seed += 1) {
    sandbox.faults.add({ operation: '*', kind: 'delay', ms: seed * 3, probability: 0.4, count: 'all', seed });
  }
  const changes = rows.map((item, n) =>
    n % 3 === 0 ? remove(item, item) : n % 3 === 1 ? put(item, item) : put(item, was),
  );
  const outcomes = await outcomesOf(items, { table, keySchema, changes });
  expect(outcomes).toEqual(rows.map((item, n) => (n % 3 === 2 ? { done: false, current: item } : { done: true })));
});

test('nothing to do is no request', async () => {
  const { sandbox, items } = await sandboxTable();
  const before = sandbox.requests.list().length;
  expect(await outcomesOf(items, { table, keySchema, changes: [] })).toEqual([]);
  expect(await items.read({ table, keySchema, keys: [] })).toEqual([]);
  expect(sandbox.requests.list()).toHaveLength(before);
});
