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
import { takeShortPath } from '../../src/dynamodb/short-path.ts';
import { wireProtocol } from '../../src/dynamodb/wire-protocol.ts';
import { awsError, cannedAws, type Reply, type Request } from './canned-aws.ts';

const secret = 'secret';
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
  const whole = new DynamoDBClient({ ...config, protocol: wireProtocol(sdk.config.protocol) });
  const short = new DynamoDBClient({ ...config, protocol: wireProtocol(sdk.config.protocol), cacheMiddleware: true });
  takeShortPath(short);
  const decide = vi.spyOn(short.config, 'endpointProvider');
  onTestFinished(() => {
    for (const client of [sdk, whole, short]) client.destroy();
    vi.useRealTimers();
  });
  return { aws, whole, short, decisions: () => decide.mock.calls.length };
}

const put = (id: string) => new PutItemCommand({ TableName: 't', Item: item(id) });
const kinds: readonly ((client: DynamoDBClient, id: string) => Promise<unknown>)[] = [
  (client, id) => client.send(put(id)),
  (client, id) => client.send(new UpdateItemCommand({ TableName: 't', Key: item(id), UpdateExpression: 'REMOVE x' })),
  (client, id) => client.send(new DeleteItemCommand({ TableName: 't', Key: item(id) })),
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
  for (const send of kinds) {
    await send(short, 'first');
    await send(short, 'a longer second');
    await send(whole, 'a longer second');
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
  for (const id of ['a', 'b', 'c']) await short.send(put(id));
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
  for (const id of ['a', 'b', 'c']) await short.send(put(id));
  expect(decisions()).toBe(1);
  const keys = aws.requests.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1]);
  expect(new Set(keys).size).toBe(3);
});

test('a clock that is wrong is noticed on the short path, and the next request signed with the right time', async () => {
  const inAnHour = new Date(Date.now() + 3_600_000);
  const { aws, short } = await clients((nth) =>
    nth === 2 ? { ...awsError('InvalidSignatureException'), date: inAnHour } : { body: {}, date: new Date() },
  );
  await short.send(put('a'));
  await expect(short.send(put('b'))).rejects.toMatchObject({ $metadata: { clockSkewCorrected: true } });
  await short.send(put('b'));
  const signedAt = aws.requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11));
  const hour = (date: Date) => date.toISOString().replaceAll(/[-:]/g, '').slice(0, 11);
  expect(signedAt[2]).toBe(hour(inAnHour));
});

test('what AWS refuses on the short path is the SDK’s error, and the next request goes the whole way', async () => {
  const { short, decisions } = await clients((nth) =>
    nth === 2 ? awsError('ConditionalCheckFailedException', { Item: item('there') }) : { body: {} },
  );
  await short.send(put('a'));
  const error: unknown = await short.send(put('b')).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConditionalCheckFailedException);
  expect(error).toMatchObject({ Item: item('there'), $metadata: { httpStatusCode: 400 } });
  expect(decisions()).toBe(1);
  await short.send(put('c'));
  await short.send(put('d'));
  expect(decisions()).toBe(2);
});

test('the SDK decides for each table, and again after a minute', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { short, decisions } = await clients();
  const elsewhere = () => new PutItemCommand({ TableName: 'another', Item: item('a') });
  await short.send(put('a'));
  await short.send(elsewhere());
  expect(decisions()).toBe(2);
  await short.send(put('b'));
  await short.send(elsewhere());
  expect(decisions()).toBe(2);
  vi.advanceTimersByTime(60_000);
  await short.send(put('c'));
  expect(decisions()).toBe(3);
});
