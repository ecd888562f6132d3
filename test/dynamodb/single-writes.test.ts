import { createHash, createHmac } from 'node:crypto';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test, vi } from 'vitest';
import { itemsHttp } from '../../src/dynamodb/items-http.ts';
import { postWrites } from '../../src/dynamodb/post-writes.ts';
import type { SingleWrite } from '../../src/dynamodb/send-command.ts';
import { replyReader, singleWrites } from '../../src/dynamodb/single-writes.ts';
import { wireProtocol } from '../../src/dynamodb/wire-protocol.ts';
import { awsError, cannedAws, type Reply, type Request } from './canned-aws.ts';

const secret = 'secret';
const timeouts = { connectTimeoutMs: 5_000, silenceMs: 5_000 };
const item = (id: string) => ({ id: { S: id } });

async function clients(answer: (nth: number) => Reply = () => ({ body: {} }), changes: DynamoDBClientConfig = {}) {
  const aws = await cannedAws((_, nth) => answer(nth));
  const config = {
    region: 'eu-central-1',
    endpoint: aws.url,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: secret },
    ...changes,
  };
  const sdk = new DynamoDBClient(config);
  const http = itemsHttp(timeouts);
  const wire = { ...config, protocol: wireProtocol(sdk.config.protocol), requestHandler: http };
  const whole = new DynamoDBClient(wire);
  const client = new DynamoDBClient(wire);
  const short = singleWrites(postWrites(client, http), replyReader(client));
  const decide = vi.spyOn(client.config, 'endpointProvider');
  onTestFinished(() => {
    for (const each of [sdk, whole, client]) each.destroy();
    vi.useRealTimers();
  });
  return { aws, whole, short, decisions: () => decide.mock.calls.length };
}

const put = (id: string, TableName = 't'): SingleWrite => ({
  operation: 'PutItem',
  input: { TableName, Item: item(id) },
});
const update = { TableName: 't', UpdateExpression: 'REMOVE x' };
const kinds: readonly {
  readonly write: (id: string) => SingleWrite;
  readonly sdk: (client: DynamoDBClient, id: string) => Promise<unknown>;
}[] = [
  {
    write: (id) => put(id),
    sdk: (client, id) => client.send(new PutItemCommand({ TableName: 't', Item: item(id) })),
  },
  {
    write: (id) => ({ operation: 'UpdateItem', input: { ...update, Key: item(id) } }),
    sdk: (client, id) => client.send(new UpdateItemCommand({ ...update, Key: item(id) })),
  },
  {
    write: (id) => ({ operation: 'DeleteItem', input: { TableName: 't', Key: item(id) } }),
    sdk: (client, id) => client.send(new DeleteItemCommand({ TableName: 't', Key: item(id) })),
  },
];

/** The signature that AWS would expect ("Create a signed AWS API request", IAM User Guide). */
function expectedSignature({ headers, raw }: Request): string {
  const authorization = headers.authorization ?? '';
  const [, scope = '', signed = ''] = /Credential=[^/]+\/(\S+), SignedHeaders=(\S+),/.exec(authorization) ?? [];
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name])}\n`);
  const canonical = ['POST', '/', '', lines.join(''), signed, sha256(raw)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')).toString('hex');
}

test('a request on the short path is the one that the SDK would have sent', async () => {
  const { aws, whole, short, decisions } = await clients();
  for (const { write, sdk } of kinds) {
    await short(write('first'));
    await short(write('a longer second'));
    await sdk(whole, 'a longer second');
  }
  expect(decisions()).toBe(kinds.length);
  for (const kind of kinds.keys()) {
    const [, second, asEver] = aws.requests.slice(kind * 3);
    expect(second?.raw).toBe(asEver?.raw);
    const ofItsOwn = { authorization: '', 'x-amz-date': '', 'amz-sdk-invocation-id': '' };
    expect({ ...second?.headers, ...ofItsOwn }).toEqual({ ...asEver?.headers, ...ofItsOwn });
  }
  const ids = aws.requests.map(({ headers }) => headers['amz-sdk-invocation-id']);
  expect(new Set(ids).size).toBe(aws.requests.length);
});

test('a request on the short path is signed, with its own body', async () => {
  const { aws, short } = await clients();
  for (const id of ['a', 'b', 'c']) await short(put(id));
  const signatures = aws.requests.map(({ headers }) => headers.authorization?.replace(/.*Signature=/, ''));
  expect(signatures).toEqual(aws.requests.map(expectedSignature));
  expect(new Set(signatures).size).toBe(3);
});

test('credentials are asked for at every signing: one that has run out is not used again', async () => {
  let renewed = 0;
  const credentials = async () => {
    renewed += 1;
    return { accessKeyId: `AKID${renewed}`, secretAccessKey: secret, expiration: new Date(Date.now() + 1_000) };
  };
  const { aws, short, decisions } = await clients(undefined, { credentials });
  for (const id of ['a', 'b', 'c']) await short(put(id));
  expect(decisions()).toBe(1);
  const keys = aws.requests.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1]);
  expect(new Set(keys).size).toBe(3);
});

test('a clock that is wrong is noticed on the short path, and the next request signed with the right time', async () => {
  const inAnHour = new Date(Date.now() + 3_600_000);
  const { aws, short } = await clients((nth) =>
    nth === 2 ? { ...awsError('InvalidSignatureException'), date: inAnHour } : { body: {}, date: new Date() },
  );
  await short(put('a'));
  await expect(short(put('b'))).rejects.toMatchObject({ $metadata: { clockSkewCorrected: true } });
  await short(put('b'));
  const signedAt = aws.requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11));
  const hour = (date: Date) => date.toISOString().replaceAll(/[-:]/g, '').slice(0, 11);
  expect(signedAt[2]).toBe(hour(inAnHour));
});

test('what AWS refuses on the short path is the SDK’s error, without being sent again, and the SDK decides anew', async () => {
  const { aws, short, decisions } = await clients((nth) =>
    nth === 2 ? awsError('ConditionalCheckFailedException', { Item: item('there') }) : { body: {} },
  );
  await short(put('a'));
  const error: unknown = await short(put('b')).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConditionalCheckFailedException);
  expect(error).toMatchObject({ Item: item('there'), $metadata: { httpStatusCode: 400 } });
  expect(aws.requests).toHaveLength(2);
  expect(decisions()).toBe(2);
  await short(put('c'));
  await short(put('d'));
  expect(decisions()).toBe(2);
  expect(aws.requests).toHaveLength(4);
});

test('the same write may be sent again after it was refused', async () => {
  const { aws, short } = await clients((nth) =>
    nth === 2 || nth === 3 ? awsError('ThrottlingException') : { body: { ConsumedCapacity: { CapacityUnits: nth } } },
  );
  const again = put('b');
  await short(put('a'));
  await expect(short(again)).rejects.toThrow('AWS says ThrottlingException');
  await expect(short(again)).rejects.toThrow('AWS says ThrottlingException');
  expect(await short(again)).toMatchObject({ ConsumedCapacity: { CapacityUnits: 4 } });
  expect(aws.requests).toHaveLength(4);
});

test('an answer that is no JSON is the SDK’s error, also on the short path', async () => {
  const { short } = await clients((nth) => (nth === 2 ? { text: '<html>', type: 'text/html' } : { body: {} }));
  await short(put('a'));
  await expect(short(put('b'))).rejects.toMatchObject({ name: 'SyntaxError', $metadata: { httpStatusCode: 200 } });
});

test('after a connection that broke, the SDK decides anew', async () => {
  const { short, decisions } = await clients((nth) => (nth === 2 ? { cut: 'before' } : { body: {} }));
  await short(put('a'));
  await expect(short(put('b'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(decisions()).toBe(1);
  await short(put('b'));
  expect(decisions()).toBe(2);
});

test('the SDK decides for each table, and again after a minute', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { short, decisions } = await clients();
  const elsewhere = () => put('a', 'another');
  await short(put('a'));
  await short(elsewhere());
  expect(decisions()).toBe(2);
  await short(put('b'));
  await short(elsewhere());
  expect(decisions()).toBe(2);
  vi.advanceTimersByTime(60_000);
  await short(put('c'));
  expect(decisions()).toBe(3);
});

test('a refusal that could not be read is never taken for the answer to a later request', async () => {
  let fails = false;
  const credentials = async () => {
    if (fails) throw new Error('no credentials now');
    return { accessKeyId: 'AKIDTEST', secretAccessKey: secret, expiration: new Date(Date.now() + 1_000) };
  };
  const { aws, short } = await clients(
    (nth) => {
      // Those that signed this request have run out when its answer is to be read.
      fails = nth === 2;
      if (nth === 2) return awsError('ConditionalCheckFailedException', { Item: item('old') });
      return nth === 3 ? { cut: 'before' } : { body: { ConsumedCapacity: { CapacityUnits: nth } } };
    },
    { credentials },
  );
  const write = put('b');
  await short(put('a'));
  await expect(short(write)).rejects.toThrow('no credentials now');
  fails = false;
  await expect(short(write)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await short(write)).toMatchObject({ ConsumedCapacity: { CapacityUnits: 4 } });
  expect(aws.requests).toHaveLength(4);
});

test.for(['null', '[]', '"done"', '1'])(
  '%s for an answer is something else than DynamoDB, on either path',
  async (text) => {
    const { short } = await clients((nth) => (nth === 2 ? { body: {} } : { text }));
    const isNoJson = { name: 'SyntaxError', $metadata: { httpStatusCode: 200 } };
    await expect(short(put('whole way'))).rejects.toMatchObject(isNoJson);
    await short(put('whole way'));
    await expect(short(put('short'))).rejects.toMatchObject(isNoJson);
  },
);
