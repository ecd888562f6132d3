import { crc32 } from 'node:zlib';
import {
  DeleteResourcePolicyCommand,
  DeleteTableCommand,
  DescribeEndpointsCommand,
  DescribeLimitsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetResourcePolicyCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutResourcePolicyCommand,
  QueryCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { expect, test } from 'vitest';
import { batchPut, createTable, noon, scanAll, startSandbox } from './aws-sandbox.ts';

const TableName = 'things';
const ResourceArn = 'arn:aws:dynamodb:eu-central-1:000000000000:table/things';

async function withTable(
  ...more: Parameters<typeof createTable> extends [unknown, unknown, ...infer Rest] ? Rest : []
) {
  const started = await startSandbox();
  await createTable(started.client, TableName, ...more);
  return started;
}

test('DescribeTable tells what a restore looks at', async () => {
  const { client } = await withTable(
    {},
    {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      DeletionProtectionEnabled: true,
      OnDemandThroughput: { MaxReadRequestUnits: 100, MaxWriteRequestUnits: 50 },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
    },
  );
  await batchPut(client, TableName, [{ pk: { S: 'abc' } }, { pk: { S: 'd' } }]);
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  expect(Table).toMatchObject({
    TableArn: ResourceArn,
    TableStatus: 'ACTIVE',
    CreationDateTime: new Date(noon),
    ItemCount: 2,
    TableSizeBytes: 8,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    DeletionProtectionEnabled: true,
    OnDemandThroughput: { MaxReadRequestUnits: 100, MaxWriteRequestUnits: 50 },
    TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    LatestStreamArn: `${ResourceArn}/stream/2026-03-10T12:00:00.000`,
  });
  expect(Table?.TableId).toMatch(/^[0-9a-f-]{36}$/);
});

test('a protected table is deleted only when the protection is gone, and with its name all is forgotten', async () => {
  const { client } = await withTable({}, { DeletionProtectionEnabled: true });
  await batchPut(client, TableName, [{ pk: { S: 'a' } }]);
  await expect(client.send(new DeleteTableCommand({ TableName }))).rejects.toMatchObject({
    name: 'ValidationException',
  });
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
  const { TableDescription } = await client.send(new DeleteTableCommand({ TableName }));
  expect(TableDescription?.TableStatus).toBe('DELETING');
  await expect(client.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Requested resource not found: Table: things not found',
  });
  await createTable(client, TableName);
  expect(await scanAll(client, TableName)).toEqual([]);
});

test('a table is created once, and listed page by page', async () => {
  const { client } = await withTable();
  await expect(createTable(client, TableName)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  await createTable(client, 'another');
  const first = await client.send(new ListTablesCommand({ Limit: 1 }));
  expect(first).toMatchObject({ TableNames: ['another'], LastEvaluatedTableName: 'another' });
  const second = await client.send(new ListTablesCommand({ ExclusiveStartTableName: 'another' }));
  expect(second.TableNames).toEqual([TableName]);
  expect(second.LastEvaluatedTableName).toBeUndefined();
});

test('an index can be added to a table with items, and removed', async () => {
  const { client } = await withTable();
  await batchPut(client, TableName, [{ pk: { S: 'a' }, kind: { S: 'x' } }, { pk: { S: 'b' } }]);
  const Create = {
    IndexName: 'by-kind',
    KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' as const }],
    Projection: { ProjectionType: 'ALL' as const },
  };
  await client.send(
    new UpdateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'kind', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexUpdates: [{ Create }],
    }),
  );
  const query = new QueryCommand({
    TableName,
    IndexName: 'by-kind',
    KeyConditionExpression: 'kind = :x',
    ExpressionAttributeValues: { ':x': { S: 'x' } },
  });
  expect((await client.send(query)).Items).toEqual([{ pk: { S: 'a' }, kind: { S: 'x' } }]);
  await client.send(
    new UpdateTableCommand({ TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-kind' } }] }),
  );
  await expect(client.send(query)).rejects.toMatchObject({ name: 'ValidationException' });
  expect(await scanAll(client, TableName)).toHaveLength(2);
});

test('tags and time to live are kept', async () => {
  const { client } = await withTable({}, { Tags: [{ Key: 'a', Value: '1' }] });
  await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] }));
  await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
  expect((await client.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  const specification = { Enabled: true, AttributeName: 'expires' };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: specification }));
  expect((await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription).toEqual({
    TimeToLiveStatus: 'ENABLED',
    AttributeName: 'expires',
  });
});

test('a resource policy has revisions, a cooldown and a limit', async () => {
  const { client, clock } = await withTable();
  const policy = (Sid: string, indent = 0) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid, Effect: 'Deny' }] }, null, indent);
  const put = (Policy: string, ExpectedRevisionId?: string) =>
    client.send(new PutResourcePolicyCommand({ ResourceArn, Policy, ExpectedRevisionId }));
  const notFound = { name: 'PolicyNotFoundException' };

  await expect(client.send(new GetResourcePolicyCommand({ ResourceArn }))).rejects.toMatchObject(notFound);
  await expect(put(policy('a'), '123')).rejects.toMatchObject(notFound);
  const { RevisionId } = await put(policy('a', 2), 'NO_POLICY');
  await expect(put(policy('b'), 'NO_POLICY')).rejects.toMatchObject(notFound);
  expect((await put(policy('a'))).RevisionId).toBe(RevisionId);
  expect(await client.send(new GetResourcePolicyCommand({ ResourceArn }))).toMatchObject({
    Policy: policy('a', 2),
    RevisionId,
  });
  clock.pass(14_999);
  await expect(put(policy('b'), RevisionId)).rejects.toMatchObject({ name: 'ThrottlingException' });
  clock.pass(1);
  await put(policy('b'), RevisionId);
  await expect(put(policy('x'.repeat(20_480)))).rejects.toMatchObject({ name: 'ValidationException' });
  clock.pass(15_000);
  await client.send(new DeleteResourcePolicyCommand({ ResourceArn }));
  await expect(client.send(new GetResourcePolicyCommand({ ResourceArn }))).rejects.toMatchObject(notFound);
});

test('limits and endpoints are told', async () => {
  const { client } = await startSandbox();
  expect(await client.send(new DescribeLimitsCommand({}))).toMatchObject({ TableMaxWriteCapacityUnits: 40_000 });
  expect((await client.send(new DescribeEndpointsCommand({}))).Endpoints).toHaveLength(1);
});

test('a reply carries a request id, the type of its JSON and its checksum', async () => {
  const { sandbox } = await withTable();
  const call = (operation: string) =>
    fetch(sandbox.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        authorization: 'AWS4-HMAC-SHA256 Credential=a/20260310/eu-central-1/dynamodb/aws4_request, Signature=b',
      },
      body: JSON.stringify({ TableName: 'nothing-like-it', Key: {} }),
    });
  const reply = await call('GetItem');
  const body = await reply.text();
  expect(reply.status).toBe(400);
  expect(JSON.parse(body)).toEqual({
    __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
    message: 'Requested resource not found',
  });
  expect(Number(reply.headers.get('x-amz-crc32'))).toBe(crc32(body));
  expect(reply.headers.get('x-amzn-requestid')).toMatch(/^[0-9A-Z]{32}$/);
  expect(reply.headers.get('content-type')).toBe('application/x-amz-json-1.0');
  expect(await (await call('MakeCoffee')).json()).toMatchObject({ __type: /UnknownOperationException/ });
});

test('a role can be assumed, and a refusal names it', async () => {
  const { sandbox, client } = await startSandbox();
  await createTable(client, TableName);
  const assumed = new DynamoDBClient({
    endpoint: sandbox.url,
    region: 'eu-central-1',
    maxAttempts: 1,
    credentials: fromTemporaryCredentials({
      params: { RoleArn: 'arn:aws:iam::123456789012:role/restorer', RoleSessionName: 'bot' },
      masterCredentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
      clientConfig: { endpoint: sandbox.url, region: 'eu-central-1' },
    }),
  });
  sandbox.faults.add({ operation: 'DescribeTable', kind: 'access-denied' });
  await expect(assumed.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
    message: /arn:aws:sts::123456789012:assumed-role\/restorer\/bot/,
  });
  await assumed.send(new DescribeTableCommand({ TableName }));
  assumed.destroy();
});

test('the caller can ask who it is', async () => {
  const { sandbox } = await startSandbox();
  const reply = await fetch(sandbox.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: 'AWS4-HMAC-SHA256 Credential=AKIATEST/20260310/eu-central-1/sts/aws4_request, Signature=b',
    },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  });
  expect(await reply.text()).toContain('<Arn>arn:aws:iam::000000000000:user/sandbox</Arn>');
});
