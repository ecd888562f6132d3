import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { comparerOnThreads } from '../../src/data-plane/comparer-on-threads.ts';
import type { ThreadSettings } from '../../src/data-plane/threads.ts';
import { openThreads } from '../../src/data-plane/threads.ts';
import { createAws } from '../../src/dynamodb/aws.ts';
import type { ComparisonProgress, Difference } from '../../src/restore/compare.ts';
import type { ComparisonOrder } from '../../src/restore/comparer.ts';
import { comparerHere } from '../../src/restore/comparer.ts';
import { UserError } from '../../src/restore/errors.ts';
import type { Item } from '../../src/restore/item.ts';
import type { Speed } from '../../src/restore/speed.ts';
import { openSqliteOverflow } from '../../src/sqlite/overflow.ts';
import { anEnvironment } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type ScanRequest = { readonly TableName: string; readonly Segment: number; readonly ExclusiveStartKey?: Item };
type Reply = { readonly status?: number; readonly body: object };

const compiledWorker = new URL('../../dist/data-plane/worker.js', import.meta.url);

/** Every page holds fifty items; the live table has changes in every seventh, and lacks every eleventh. */
function page({ TableName, Segment, ExclusiveStartKey }: ScanRequest): Reply {
  const first = Number(Object.values(ExclusiveStartKey?.['id'] ?? {})[0] ?? Segment * 1000);
  const ids = Array.from({ length: 50 }, (_, index) => first + index);
  const isLive = TableName.startsWith('live');
  const Items = ids
    .filter((id) => !(isLive && id % 11 === 0))
    .map((id): Item => ({ id: { N: `${id}` }, text: { S: isLive && id % 7 === 0 ? 'is' : 'was' } }));
  const next = first + 50;
  return { body: { Items, ...(next % 1000 < 200 ? { LastEvaluatedKey: { id: { N: `${next}` } } } : {}) } };
}

/** AWS as far as a scan goes; `undefined` is never answered. */
async function startAws(answer: (request: ScanRequest) => Reply | undefined = page) {
  const requests: ScanRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const request: ScanRequest = JSON.parse(await text(incoming));
    requests.push(request);
    const reply = answer(request);
    if (reply === undefined) return;
    outgoing.writeHead(reply.status ?? 200, { 'content-type': 'application/x-amz-json-1.0' });
    outgoing.end(JSON.stringify(reply.body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  });
  // The SDK of a thread finds them where that of the program does; a thread has the variables of the moment it started.
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDTEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  return requests;
}

function startThreads(changes: Partial<ThreadSettings> = {}) {
  const threads = openThreads({ workerFile: compiledWorker, memoryBudgetBytes: 16_000_000, threads: 2, ...changes });
  onTestFinished(() => threads.close());
  return { ...comparerOnThreads(threads, temporaryFolder()), close: () => threads.close() };
}

function anOrder(changes: Partial<ComparisonOrder> = {}) {
  const differences: Difference[] = [];
  const progress: ComparisonProgress[] = [];
  const order: ComparisonOrder = {
    environment,
    restoredTable: 'restored',
    liveTable: 'live',
    keySchema: { partition: 'id' },
    totalSegments: 3,
    memoryBudgetBytes: 16_000_000,
    withDigests: true,
    speed: () => 'normal',
    signal: new AbortController().signal,
    onDifferences: (batch) => void differences.push(...batch),
    onProgress: (soFar) => void progress.push(soFar),
    ...changes,
  };
  return { order, differences, progress };
}

const environment = anEnvironment();

test('threads find what the thread that asks would find, and tell of it on the way', async () => {
  await startAws();
  const aws = createAws();
  onTestFinished(() => aws.close());
  const here = anOrder();
  const expected = await comparerHere(aws.awsFor, () => openSqliteOverflow(temporaryFolder())).compare(here.order);
  const there = anOrder();
  expect(await startThreads().compare(there.order)).toEqual(expected);
  expect(there.differences.toSorted(byKey)).toEqual(here.differences.toSorted(byKey));
  expect(there.progress.at(-1)).toEqual(here.progress.at(-1));
  expect(expected).toMatchObject({ restored: { items: 600 }, delete: 0, put: here.differences.length });
});

test('sixty tables at once are sixty results, each its own', async () => {
  await startAws();
  const comparer = startThreads();
  const orders = Array.from({ length: 60 }, (_, index) =>
    anOrder({ liveTable: `live ${index}`, restoredTable: `restored ${index}`, totalSegments: 1 + (index % 3) }),
  );
  const found = await Promise.all(orders.map(({ order }) => comparer.compare(order)));
  expect(found.map(({ restored }) => restored.items)).toEqual(orders.map((_, index) => 200 * (1 + (index % 3))));
  expect(found.map(({ put }) => put)).toEqual(orders.map(({ differences }) => differences.length));
});

describe('a comparison that cannot be finished', () => {
  test('for what AWS says is the UserError that it is on one thread', async () => {
    await startAws(() => ({ status: 400, body: { __type: 'com.amazon.coral.service#UnrecognizedClientException' } }));
    const error: unknown = await startThreads()
      .compare(anOrder().order)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      code: 'CREDENTIALS',
      message: expect.any(String),
      hint: expect.stringMatching(/\w/),
    });
    expect(error).toHaveProperty('cause.name', 'UnrecognizedClientException');
  });

  test('for a bug keeps its name, its message and where it happened', async () => {
    await startAws();
    await expect(startThreads().compare(anOrder({ keySchema: { partition: 'no' } }).order)).rejects.toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('lacks the key attribute "no"'),
      stack: expect.stringContaining('comparison'),
    });
  });

  test('because the signal aborts ends with its reason, and asks AWS no more', async () => {
    const requests = await startAws((request) => (request.Segment === 2 ? undefined : page(request)));
    const stopping = new AbortController();
    const reason = new UserError('CANCELLED', 'Cancelled by Alice.', '');
    const done = startThreads().compare(anOrder({ signal: stopping.signal }).order);
    await vi.waitUntil(() => requests.some(({ Segment }) => Segment === 2), { timeout: 60_000 });
    stopping.abort(reason);
    await expect(done).rejects.toBe(reason);
  });

  test('has told how much it had read, which has cost its units', async () => {
    await startAws((request) => {
      const isFirst = request.ExclusiveStartKey === undefined;
      return isFirst ? page(request) : { status: 400, body: { __type: 'AccessDeniedException' } };
    });
    const { order, progress } = anOrder();
    await expect(startThreads().compare(order)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    // One page of each of three segments; of the live table every eleventh item is missing.
    expect(progress.at(-1)?.restored).toBeGreaterThanOrEqual(50);
    expect(progress.at(-1)?.live).toBeGreaterThanOrEqual(45);
  });

  test('because nobody takes its differences ends with their error', async () => {
    await startAws();
    const full = new UserError('STORAGE', 'The disk is full.', 'Make room.');
    const onDifferences = () => {
      throw full;
    };
    await expect(startThreads().compare(anOrder({ onDifferences }).order)).rejects.toBe(full);
  });

  test('because its thread dies is an error, and the next one has a thread again', async () => {
    await startAws();
    const dying = startThreads({ workerFile: new URL('../support/mortal-worker.mjs', import.meta.url) });
    await expect(dying.compare(anOrder({ liveTable: 'exit' }).order)).rejects.toThrow(
      'The comparison of exit has ended with its thread',
    );
    await expect(dying.compare(anOrder({ liveTable: 'throw' }).order)).rejects.toThrow(
      'The comparison of throw has ended with its thread',
    );
    expect(await dying.compare(anOrder().order)).toBe('compared');
  });

  test('because the program ends is an error', async () => {
    const requests = await startAws(() => undefined);
    const comparer = startThreads();
    const done = comparer.compare(anOrder().order);
    done.catch(() => undefined);
    await vi.waitUntil(() => requests.length > 0, { timeout: 60_000 });
    await comparer.close();
    await expect(done).rejects.toThrow('has ended');
  });
});

test('a change of speed is felt by a comparison that runs', async () => {
  const requests = await startAws();
  let speed: Speed = 'pause';
  const threads = startThreads({ threads: 1 });
  const done = threads.compare(anOrder({ speed: () => speed }).order);
  // The thread has come as far as it would to ask AWS: another comparison on it is through.
  await threads.compare(anOrder({ liveTable: 'live2', restoredTable: 'restored2' }).order);
  expect(requests.filter(({ TableName }) => !TableName.endsWith('2'))).toEqual([]);
  speed = 'normal';
  expect(await done).toMatchObject({ restored: { items: 600 } });
});

function byKey(a: Difference, b: Difference): number {
  return JSON.stringify(a).localeCompare(JSON.stringify(b));
}
