import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  DeleteResourcePolicyCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { expect, onTestFinished, test } from 'vitest';
import type { SandboxAws, SandboxAwsOptions } from '../../src/sandbox/dynamodb/server.ts';
import { createTable, minute, noon, startSandbox } from './aws-sandbox.ts';

const TableName = 'things';
const ResourceArn = 'arn:aws:dynamodb:eu-central-1:000000000000:table/things';
const restorer = 'arn:aws:iam::000000000000:role/ops/restorer';
const Key = { pk: { S: 'a' } };
const denied = { name: 'AccessDeniedException' };
const put = new PutItemCommand({ TableName, Item: Key });

async function withTable(options: SandboxAwsOptions = {}) {
  const started = await startSandbox(options);
  await createTable(started.client, TableName);
  const deny = (statement: object = {}) =>
    started.client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: policyOf(statement) }));
  return { ...started, deny };
}

function policyOf(statement: object): string {
  const Statement = [
    { Effect: 'Deny', Principal: '*', Action: 'dynamodb:PutItem', Resource: ResourceArn, ...statement },
  ];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

/** A client that has assumed a role. */
function as(sandbox: SandboxAws, RoleArn: string, RoleSessionName: string): DynamoDBClient {
  const credentials = fromTemporaryCredentials({
    params: { RoleArn, RoleSessionName },
    masterCredentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    clientConfig: { region: 'eu-central-1', endpoint: sandbox.url },
  });
  const client = new DynamoDBClient({ endpoint: sandbox.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return client;
}

test('what a policy denies is refused, with who, what and where; the rest is not', async () => {
  const { client, deny } = await withTable();
  await client.send(put);
  await deny();
  await expect(client.send(put)).rejects.toMatchObject({
    ...denied,
    message: `User: arn:aws:iam::000000000000:user/sandbox is not authorized to perform: dynamodb:PutItem on resource: ${ResourceArn} with an explicit deny in a resource-based policy`,
  });
  await client.send(new DeleteItemCommand({ TableName, Key }));
  await client.send(new GetItemCommand({ TableName, Key }));
});

test.for([
  ['dynamodb:UpdateItem', new UpdateItemCommand({ TableName, Key })],
  [
    'dynamodb:BatchWriteItem',
    new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: Key } }] } }),
  ],
  ['dynamodb:PutItem', new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: Key } }] })],
  ['dynamodb:DeleteItem', new TransactWriteItemsCommand({ TransactItems: [{ Delete: { TableName, Key } }] })],
  [['dynamodb:Get*', 'dynamodb:*Item'], put],
  ['*', put],
] as const)('%s stops that kind of write', async ([Action, command]) => {
  const { client, deny, sandbox } = await withTable();
  await client.send(command as typeof put);
  const before = sandbox.history.snapshot(TableName);
  await deny({ Action });
  await expect(client.send(command as typeof put)).rejects.toMatchObject(denied);
  expect(sandbox.history.snapshot(TableName)).toEqual(before);
});

test.for([
  [{}, true],
  [{ Effect: 'Allow' }, false],
  [{ Action: 'dynamodb:Scan' }, false],
  [{ Resource: `${ResourceArn}-else` }, false],
  [{ Resource: 'arn:aws:dynamodb:*:*:table/*' }, true],
  [{ Principal: { AWS: '*' } }, true],
  [{ Principal: { AWS: restorer } }, true],
  [{ Principal: { AWS: 'arn:aws:iam::000000000000:role/else' } }, false],
  [{ Condition: { ArnNotEquals: { 'aws:PrincipalArn': restorer } } }, false],
  [{ Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/ops/*' } } }, false],
  [{ Condition: { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::000000000000:role/restorer' } } }, true],
  [{ Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:*:role/ops/restorer' } } }, false],
  [{ Condition: { StringNotLike: { 'AWS:UserId': '*:nightly@*' } } }, false],
  [{ Condition: { StringNotLike: { 'aws:userid': ['*:daily@*', '*:nightly@*'] } } }, false],
  [{ Condition: { StringNotLike: { 'aws:userid': '*:nightly' } } }, true],
  [{ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }, false],
  [{ Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } }, true],
  [{ Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-03-10T11:59:59Z' } } }, true],
  [{ Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-03-10T12:00:00Z' } } }, false],
  [{ Condition: { DateLessThan: { 'aws:CurrentTime': '2026-03-10T12:00:01Z' } } }, true],
  [
    {
      Condition: {
        DateLessThan: { 'aws:CurrentTime': '2026-03-10T13:00:00Z' },
        ArnNotEquals: { 'aws:PrincipalArn': restorer },
      },
    },
    false,
  ],
] as const)('a session of a role under %j: denied is %s', async ([statement, isDenied]) => {
  const { deny, sandbox } = await withTable();
  await deny(statement);
  const writing = as(sandbox, restorer, 'nightly@host').send(put);
  if (isDenied) await expect(writing).rejects.toMatchObject(denied);
  else await writing;
});

test('a window opens and closes by itself, at the second', async () => {
  const { client, clock, deny } = await withTable();
  const window = (from: number, to: number) => ({
    DateGreaterThan: { 'aws:CurrentTime': new Date(noon + from).toISOString() },
    DateLessThan: { 'aws:CurrentTime': new Date(noon + to).toISOString() },
  });
  await deny({ Condition: window(minute, 2 * minute) });
  await client.send(put);
  clock.pass(minute + 1);
  await expect(client.send(put)).rejects.toMatchObject(denied);
  clock.pass(minute);
  await client.send(put);
});

test('a policy counts some time after it was put, and so does its end', async () => {
  const { client, clock, deny } = await withTable({ firstPolicyMs: 2_000, laterPolicyMs: 4 * minute });
  await deny();
  await client.send(put);
  clock.pass(2_000);
  await expect(client.send(put)).rejects.toMatchObject(denied);
  clock.pass(minute);
  await client.send(new DeleteResourcePolicyCommand({ ResourceArn }));
  clock.pass(4 * minute - 1);
  await expect(client.send(put)).rejects.toMatchObject(denied);
  clock.pass(1);
  await client.send(put);
});

test('two sessions of one role are told apart by their names', async () => {
  const { deny, sandbox } = await withTable();
  await deny({ Condition: { StringNotLike: { 'aws:userid': '*:restorer@*' } } });
  await as(sandbox, restorer, 'restorer@host').send(put);
  await expect(as(sandbox, restorer, 'probe@host').send(put)).rejects.toMatchObject({
    ...denied,
    message: expect.stringContaining('assumed-role/restorer/probe@host'),
  });
  expect((await as(sandbox, restorer, 'probe@host').send(new ScanCommand({ TableName }))).Count).toBe(1);
});

test('right after a change a policy is in use, then it was changed too recently', async () => {
  const { clock, deny } = await withTable();
  await deny();
  const again = () => deny({ Action: 'dynamodb:UpdateItem' });
  await expect(again()).rejects.toMatchObject({ name: 'ResourceInUseException' });
  clock.pass(2_000);
  await expect(again()).rejects.toMatchObject({ name: 'ThrottlingException' });
  clock.pass(13_000);
  await again();
});

test('a condition the sandbox cannot evaluate is refused rather than ignored', async () => {
  const { deny } = await withTable();
  await expect(deny({ Condition: { NumericLessThan: { a: '1' } } })).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('NumericLessThan'),
  });
});
