import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { postingOnThreads } from '../../src/data-plane/posting-on-threads.ts';
import { postOnThread } from '../../src/data-plane/posting-worker.ts';
import type { Letters } from '../../src/data-plane/protocol.ts';
import { openThreads } from '../../src/data-plane/threads.ts';
import { createAws } from '../../src/dynamodb/aws.ts';
import type { PostWrite } from '../../src/dynamodb/post-writes.ts';
import { WaitedTooLong } from '../../src/dynamodb/post-writes.ts';
import type { Item } from '../../src/restore/item.ts';
import type { GuardedChange } from '../../src/restore/ports.ts';
import { awsError, cannedAws, type Reply, type Request } from '../dynamodb/canned-aws.ts';
import { outcomesOf } from '../dynamodb/outcomes.ts';
import { anEnvironment } from '../support/requests.ts';

const compiledWorker = new URL('../../dist/data-plane/worker.js', import.meta.url);
const environment = anEnvironment({ name: 'dev' });
const item = (id: string): Item => ({ id: { S: id }, text: { S: `${id} ü` } });
const put = (id: string): GuardedChange => ({ kind: 'put', item: item(id), expected: undefined });

async function startAws(answer: (request: Request, nth: number) => Reply, credentials = true) {
  const aws = await cannedAws(answer);
  // The SDK of a thread finds them where that of the program does; a thread has the variables of the moment it started.
  vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials ? 'AKIDTEST' : undefined);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials ? 'secret' : undefined);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return aws.requests;
}

function startThread(workerFile = compiledWorker) {
  const threads = openThreads({ workerFile, memoryBudgetBytes: 16_000_000, threads: 1 });
  const timing = { now: () => performance.now(), sleep: async () => undefined, random: () => 0 };
  const connections = createAws({ openPosting: postingOnThreads(threads), patienceMs: 1_000, timing });
  onTestFinished(async () => {
    connections.close();
    await threads.close();
  });
  const { items } = connections.awsFor(environment);
  const write = async (changes: readonly GuardedChange[]) =>
    outcomesOf(items, {
      table: 'things',
      keySchema: { partition: 'id' },
      changes,
      signal: new AbortController().signal,
      beforeEach: () => undefined,
    });
  return { write, threads };
}

test('writes that a thread sends have the outcomes that they would have from here', async () => {
  const there = { ...item('b'), text: { S: 'is' } };
  const requests = await startAws(({ input }, nth) => {
    if (nth === 1) return awsError('ThrottlingException');
    if (input.Item?.id.S === 'b') return awsError('ConditionalCheckFailedException', { Item: there });
    return { body: { ConsumedCapacity: { CapacityUnits: 1 }, ...(input.Key && { Attributes: item('c') }) } };
  });
  const { write } = startThread();
  const outcomes = await write([put('a'), put('b'), { kind: 'delete', key: { id: { S: 'c' } }, expected: item('c') }]);
  expect(outcomes).toEqual([{ done: true }, { done: false, current: there }, { done: true }]);
  expect(requests).toHaveLength(4);
  expect(requests.map(({ input }) => input.Item ?? input.Key)).toContainEqual(item('a'));
});

test('a thread that finds its clock wrong signs the next write with the right time', async () => {
  const inAnHour = new Date(Date.now() + 3_600_000);
  const requests = await startAws((_, nth) =>
    nth === 2 ? { ...awsError('InvalidSignatureException'), date: inAnHour } : { body: {}, date: new Date() },
  );
  const { write } = startThread();
  await write([put('a')]);
  await write([put('b')]);
  const hours = requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11));
  expect(hours).toHaveLength(3);
  expect(hours[2]).toBe(inAnHour.toISOString().replaceAll(/[-:]/g, '').slice(0, 11));
});

test('a write whose reply is lost may have been done, and is sent again', async () => {
  const requests = await startAws((_, nth) =>
    nth === 2 ? { cut: 'before' } : nth === 3 ? awsError('ConditionalCheckFailedException') : { body: {} },
  );
  const { write } = startThread();
  await write([put('a')]);
  expect(await write([put('b')])).toMatchObject([{ done: false, mayHaveBeenDone: true }]);
  expect(requests).toHaveLength(3);
});

test('without credentials, the error is the one that it would be from here', async () => {
  const requests = await startAws(() => ({ body: {} }), false);
  const { write } = startThread();
  await expect(write([put('a')])).rejects.toMatchObject({ code: 'CREDENTIALS' });
  expect(requests).toEqual([]);
});

test('a thread that dies ends the writes it was at with an error', async () => {
  const requests = await startAws(() => ({ silent: 'before' }));
  const { write, threads } = startThread();
  const done = write([put('a')]);
  done.catch(() => undefined);
  await vi.waitUntil(() => requests.length > 0, { timeout: 60_000 });
  await threads.close();
  await expect(done).rejects.toThrow('has ended');
});

test('a write that was handed over long ago is not sent: whether it may be has to be asked again', async () => {
  const requests = await startAws(() => ({ body: {} }));
  const { port1, port2 } = new MessageChannel();
  const ended = postOnThread({ environment, port: port2 });
  expect(await once(port1, 'message')).toEqual([[]]);
  onTestFinished(async () => {
    port1.close();
    await ended;
  });
  const posting = { operation: 'PutItem', table: 'things', body: JSON.stringify({ TableName: 'things' }) } as const;
  const asked = async (at: number) => {
    const answered = once(port1, 'message');
    port1.postMessage({ at, letters: [{ id: 7, posting }] } satisfies Letters);
    return answered;
  };
  expect(await asked(Date.now() - 2_000)).toEqual([[{ id: 7, notSent: 'too-late' }]]);
  expect(requests).toEqual([]);
  expect(await asked(Date.now())).toMatchObject([[{ id: 7, posted: { statusCode: 200 } }]]);
  expect(requests).toHaveLength(1);
  // Also once the SDK has decided how it is sent.
  expect(await asked(Date.now() - 2_000)).toEqual([[{ id: 7, notSent: 'too-late' }]]);
  expect(requests).toHaveLength(1);
});

test('a write that was handed over too long ago is asked about again, and there is no doubt that it was not made', async () => {
  await startAws(() => ({ body: {} }));
  let asked = 0;
  const postings: string[] = [];
  const post: PostWrite = async ({ body }) => {
    if (postings.push(body) === 1) throw new WaitedTooLong();
    return { statusCode: 400, headers: {}, body: JSON.stringify({ __type: 'ConditionalCheckFailedException' }) };
  };
  const { awsFor, close } = createAws({ openPosting: async () => ({ post, close: () => undefined }) });
  onTestFinished(close);
  const [outcome] = await outcomesOf(awsFor(environment).items, {
    table: 'things',
    keySchema: { partition: 'id' },
    changes: [put('a')],
    signal: new AbortController().signal,
    beforeEach: () => {
      asked += 1;
    },
  });
  expect(outcome).toEqual({ done: false, current: undefined });
  expect(postings).toHaveLength(2);
  expect(asked).toBe(2);
});
