import {
  BatchWriteItemCommand,
  DescribeTableCommand,
  PutItemCommand,
  RestoreTableToPointInTimeCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { createTable, dynamoDb, enableRecovery, noon, startSandbox } from './aws-sandbox.ts';

const put = (pk: string, TableName = 'things') => new PutItemCommand({ TableName, Item: { pk: { S: pk } } });

async function withTable() {
  const started = await startSandbox({ latestLagMs: 0 });
  await createTable(started.client, 'things');
  return started;
}

test('a throttled call carries the reason and is not carried out', async () => {
  const { client, sandbox } = await withTable();
  sandbox.faults.add({ operation: 'PutItem', kind: 'throttle', reason: 'TableWriteMaxOnDemandThroughputExceeded' });
  await expect(client.send(put('a'))).rejects.toMatchObject({
    name: 'ProvisionedThroughputExceededException',
    ThrottlingReasons: [
      {
        reason: 'TableWriteMaxOnDemandThroughputExceeded',
        resource: 'arn:aws:dynamodb:eu-central-1:000000000000:table/things',
      },
    ],
  });
  expect(sandbox.history.snapshot('things')).toEqual([]);
  await client.send(put('a'));
});

test('the SDK gets over a throttling by itself', async () => {
  const { sandbox } = await withTable();
  sandbox.faults.add({ operation: 'PutItem', kind: 'throttle', error: 'ThrottlingException', count: 2 });
  await dynamoDb(sandbox, 'eu-central-1', 3).send(put('a'));
  expect(sandbox.requests.count('PutItem', 'things')).toBe(3);
});

test.for([
  [
    'access-denied',
    'AccessDeniedException',
    /user\/sandbox is not authorized to perform: dynamodb:PutItem on resource: arn/,
  ],
  ['expired-token', 'ExpiredTokenException', /expired/],
] as const)('%s is answered with %s', async ([kind, name, message]) => {
  const { client, sandbox } = await withTable();
  sandbox.faults.add({ operation: '*', kind });
  await expect(client.send(put('a'))).rejects.toMatchObject({ name, message });
});

test('any error can be named, with the status AWS gives it', async () => {
  const { client, sandbox } = await withTable();
  sandbox.faults.add({ operation: 'PutItem', kind: 'error', name: 'InternalServerError', message: 'oops' });
  await expect(client.send(put('a'))).rejects.toMatchObject({
    name: 'InternalServerError',
    message: 'oops',
    $metadata: { httpStatusCode: 500 },
  });
});

test('a lost reply has done its work, a lost request has not', async () => {
  const { client, sandbox } = await withTable();
  sandbox.faults.add({ operation: 'PutItem', kind: 'lose-reply' });
  await expect(client.send(put('done'))).rejects.toThrow();
  sandbox.faults.add({ operation: 'PutItem', kind: 'lose-request' });
  await expect(client.send(put('lost'))).rejects.toThrow();
  expect(sandbox.history.snapshot('things')).toEqual([{ pk: { S: 'done' } }]);
});

test('a call that hangs is never answered and never carried out', async () => {
  const { client, sandbox } = await withTable();
  sandbox.faults.add({ operation: 'PutItem', kind: 'hang' });
  await expect(client.send(put('a'), { abortSignal: AbortSignal.timeout(150) })).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(sandbox.history.snapshot('things')).toEqual([]);
});

test('a delayed call takes its time', async () => {
  const { client, sandbox } = await withTable();
  sandbox.faults.add({ operation: 'PutItem', kind: 'delay', ms: 60 });
  const started = performance.now();
  await client.send(put('a'));
  expect(performance.now() - started).toBeGreaterThanOrEqual(55);
});

test('a batch leaves its last requests unprocessed, as they were sent', async () => {
  const { client, sandbox } = await withTable();
  sandbox.faults.add({ operation: 'BatchWriteItem', kind: 'unprocessed', requests: 2 });
  const requests = ['a', 'b', 'c'].map((pk) => ({ PutRequest: { Item: { pk: { S: pk } } } }));
  const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { things: requests } }));
  expect(UnprocessedItems).toEqual({ things: requests.slice(1) });
  expect(sandbox.history.snapshot('things')).toEqual([{ pk: { S: 'a' } }]);
  const whole = await client.send(new BatchWriteItemCommand({ RequestItems: { things: requests.slice(1) } }));
  expect(whole.UnprocessedItems).toEqual({});
});

test('a batch can be left unprocessed as a whole', async () => {
  const { client, sandbox } = await withTable();
  sandbox.faults.add({ operation: 'BatchWriteItem', kind: 'unprocessed', requests: 25 });
  const requests = { things: [{ PutRequest: { Item: { pk: { S: 'a' } } } }] };
  const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: requests }));
  expect(UnprocessedItems).toEqual(requests);
});

test('a restore takes as long as it is told, or for ever', async () => {
  const { client, sandbox, clock } = await withTable();
  await enableRecovery(client, 'things');
  const restore = async (TargetTableName: string) => {
    const input = { SourceTableName: 'things', TargetTableName, RestoreDateTime: new Date(noon) };
    await client.send(new RestoreTableToPointInTimeCommand(input));
  };
  const status = async (TableName: string) =>
    (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus;
  sandbox.faults.add({ operation: 'RestoreTableToPointInTime', table: 'quick', kind: 'restore-takes', ms: 5 });
  sandbox.faults.add({ operation: 'RestoreTableToPointInTime', table: 'stuck', kind: 'restore-never-ends' });
  await restore('quick');
  await restore('stuck');
  clock.pass(5);
  expect([await status('quick'), await status('stuck')]).toEqual(['ACTIVE', 'CREATING']);
  clock.pass(365 * 24 * 3_600_000);
  expect(await status('stuck')).toBe('CREATING');
});

test('a fault strikes the table, the calls and as often as it was told', async () => {
  const { client, sandbox } = await withTable();
  await createTable(client, 'others');
  sandbox.faults.add({ operation: 'PutItem', table: 'things', nth: 2, count: 2, kind: 'throttle' });
  const outcome = (table: string) =>
    client.send(put('a', table)).then(
      () => 'ok',
      (error: Error) => error.name,
    );
  const outcomes: string[] = [];
  for (const table of ['things', 'others', 'things', 'others', 'things', 'things']) outcomes.push(await outcome(table));
  const throttled = 'ProvisionedThroughputExceededException';
  expect(outcomes).toEqual(['ok', 'ok', throttled, 'ok', throttled, 'ok']);
});

test('a probable fault strikes the same calls for the same seed', async () => {
  const strikes = async (seed: number) => {
    const { client, sandbox } = await withTable();
    sandbox.faults.add({ operation: 'PutItem', kind: 'throttle', count: 'all', probability: 0.5, seed });
    const outcomes = [];
    for (let index = 0; index < 20; index += 1) {
      outcomes.push(
        await client.send(put('a')).then(
          () => 1,
          () => 0,
        ),
      );
    }
    return outcomes.join('');
  };
  const first = await strikes(7);
  expect(await strikes(7)).toBe(first);
  expect(await strikes(8)).not.toBe(first);
  expect(first).toMatch(/01|10/);
});

test('faults are told, listed and forgotten over HTTP, and mistakes in them are named', async () => {
  const { client, sandbox } = await withTable();
  const send = async (method: string, body?: unknown) => {
    const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await fetch(`${sandbox.url}/sandbox/faults`, init);
    return { status: response.status, body: await response.json() };
  };
  expect(await send('POST', { operation: 'PutItem', kind: 'throttle' })).toEqual({ status: 201, body: { id: 1 } });
  await expect(client.send(put('a'))).rejects.toThrow();
  expect((await send('GET')).body).toMatchObject([{ id: 1, struck: 1, fault: { kind: 'throttle', count: 1 } }]);
  const wrong = await send('POST', { operation: 'PutItem', kind: 'throttle', reasn: 'x' });
  expect(wrong).toMatchObject({ status: 400, body: { error: /reasn/ } });
  await send('DELETE');
  expect((await send('GET')).body).toEqual([]);
  const requests = await fetch(`${sandbox.url}/sandbox/requests?operation=PutItem`);
  expect(await requests.json()).toMatchObject([
    { operation: 'PutItem', table: 'things', at: noon, body: { TableName: 'things' } },
  ]);
});

test('a held call waits until it is released, before or after it is carried out', async () => {
  const { client, sandbox } = await withTable();
  for (const point of ['before', 'after'] as const) {
    const held = sandbox.hold('PutItem', { point, table: 'things' });
    const answered = client.send(put(point));
    await held.reached;
    expect(sandbox.history.snapshot('things')).toHaveLength(point === 'after' ? 2 : 0);
    held.release();
    await answered;
  }
});

test('every call is shown to listeners and counted', async () => {
  const { client, sandbox } = await withTable();
  const seen: string[] = [];
  const stop = sandbox.requests.onRequest(({ operation, table, region }) =>
    seen.push(`${operation} ${table} ${region}`),
  );
  await client.send(put('a'));
  stop();
  await client.send(new ScanCommand({ TableName: 'things' }));
  expect(seen).toEqual(['PutItem things eu-central-1']);
  expect(sandbox.requests.count('Scan')).toBe(1);
  expect(sandbox.requests.list('PutItem')).toHaveLength(1);
});
