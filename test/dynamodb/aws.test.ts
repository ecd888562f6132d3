import { expect, onTestFinished, test, vi } from 'vitest';
import { createAws } from '../../src/dynamodb/aws.ts';
import { UserError } from '../../src/restore/errors.ts';
import type { Reply } from './canned-aws.ts';
import { awsError, cannedAws } from './canned-aws.ts';
import { collect, connect, staging } from './connect.ts';

/** Answers a DescribeTable, and a Scan. */
const described: Reply = {
  body: {
    Items: [],
    Count: 0,
    Table: {
      TableName: 'shop-orders',
      TableArn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/shop-orders',
      TableStatus: 'ACTIVE',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    },
  },
};
const role = { ...staging, roleArn: 'arn:aws:iam::123456789012:role/pitr-restore' };
const everything = async () => described;

const credentials = (key: string): Reply => ({
  type: 'text/xml',
  text: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
    <AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>session</SessionToken>
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
});
const stsError = (name: string, status = 403): Reply => ({
  status,
  type: 'text/xml',
  text: `<ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>no</Message></Error></ErrorResponse>`,
});

test('DynamoDB’s own endpoint variable goes before the common one', async () => {
  const [common, own] = [await cannedAws(() => described), await cannedAws(() => described)];
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', own.url);
  const aws = connect(common.url);
  await aws.tables.describe('shop-orders');
  await collect(aws.items.scan({ table: 't', segment: 0, totalSegments: 1, consistent: false }));
  expect(common.requests).toHaveLength(0);
  expect(own.requests.map(({ operation }) => operation)).toEqual(['DescribeTable', 'Scan']);
});

test('an environment with a role is served under that role, by both planes', async () => {
  const aws = await cannedAws(({ operation }) => (operation === 'AssumeRole' ? credentials('ASIAROLE') : described));
  const { tables, items } = connect(aws.url, {}, role);
  await tables.describe('shop-orders');
  await collect(items.scan({ table: 't', segment: 0, totalSegments: 1, consistent: false }));

  const [assume, ...others] = aws.requests;
  expect(assume?.input).toMatchObject({
    RoleArn: role.roleArn,
    RoleSessionName: expect.stringMatching(/^pitr-restore@[\w+=,.@-]{1,51}$/),
  });
  expect(assume?.headers.authorization).toMatch(/Credential=AKIDTEST\/\d{8}\/eu-central-1\/sts\//);
  const signed = others.filter(({ operation }) => operation !== 'AssumeRole');
  expect(signed).toHaveLength(2);
  for (const { headers } of signed) {
    expect(headers.authorization).toContain('Credential=ASIAROLE/');
    expect(headers['x-amz-security-token']).toBe('session');
  }
});

test('STS has an endpoint variable of its own', async () => {
  const [common, sts] = [await cannedAws(everything), await cannedAws(() => credentials('ASIAROLE'))];
  vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url);
  await connect(common.url, {}, role).tables.describe('shop-orders');
  expect(sts.requests.map(({ operation }) => operation)).toEqual(['AssumeRole']);
});

test('clients are made once for a region and role, whatever the environments are called', () => {
  const { awsFor, close } = createAws();
  onTestFinished(close);
  expect(awsFor(staging)).toBe(awsFor({ ...staging, name: 'qa' }));
  expect(awsFor(staging)).not.toBe(awsFor(role));
  expect(awsFor(staging)).not.toBe(awsFor({ ...staging, region: 'us-east-1' }));
});

test('a role that may not be assumed names the role and the permission', async () => {
  const aws = await cannedAws(() => stsError('AccessDenied'));
  await expect(connect(aws.url, {}, role).tables.describe('shop-orders')).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: `AWS denied sts:AssumeRole on ${role.roleArn}.`,
    hint: expect.stringContaining('trust policy'),
  });
});

test('credentials that have expired before the role was assumed are named as such', async () => {
  const aws = await cannedAws(() => stsError('ExpiredToken'));
  await expect(connect(aws.url, {}, role).tables.describe('shop-orders')).rejects.toMatchObject({
    code: 'CREDENTIALS',
    message: expect.stringContaining('ExpiredToken'),
    hint: expect.stringContaining('Renew'),
  });
});

test.for([
  ['AccessDeniedException', 'ACCESS_DENIED'],
  ['ExpiredTokenException', 'CREDENTIALS'],
  ['UnrecognizedClientException', 'CREDENTIALS'],
  ['InvalidSignatureException', 'CREDENTIALS'],
  ['MissingAuthenticationTokenException', 'CREDENTIALS'],
  ['ThrottlingException', 'THROTTLED'],
  ['RequestLimitExceeded', 'THROTTLED'],
  ['ValidationException', 'AWS'],
  ['SomethingNewException', 'AWS'],
] as const)('%s becomes %s, with the original as its cause', async ([name, code]) => {
  const aws = await cannedAws(() => awsError(name));
  const error: unknown = await connect(aws.url, { maxAttempts: 1 })
    .tables.describe('shop-orders')
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ code, message: expect.stringContaining('shop-orders'), cause: { name } });
  expect((error as UserError).hint).not.toBe('');
});

test('a broken server is an AWS error, and the control plane asks it again', async () => {
  const aws = await cannedAws((_, nth) => (nth === 1 ? awsError('InternalServerError', {}, 500) : described));
  expect(await connect(aws.url).tables.describe('shop-orders')).toMatchObject({ status: 'ACTIVE' });
});

test('an endpoint where nobody listens is a network error that names the place', async () => {
  await expect(connect('http://127.0.0.1:1').tables.describe('shop-orders')).rejects.toMatchObject({
    code: 'NETWORK',
    message: expect.stringContaining('shop-orders'),
    hint: expect.stringContaining('eu-central-1'),
  });
});

test('an endpoint that is no URL is a network error, too', async () => {
  await expect(connect('nonsense').tables.describe('shop-orders')).rejects.toMatchObject({ code: 'NETWORK' });
});

test('a login page in AWS’s place is a network error', async () => {
  const aws = await cannedAws(() => ({ text: '<html>Please sign in</html>', type: 'text/html' }));
  const { tables, items } = connect(aws.url, { patienceMs: 100 });
  await expect(tables.describe('shop-orders')).rejects.toMatchObject({ code: 'NETWORK' });
  const scan = items.scan({ table: 't', segment: 0, totalSegments: 1, consistent: false });
  await expect(collect(scan)).rejects.toMatchObject({ code: 'NETWORK' });
});

test.for(['before', 'within'] as const)('a server silent %s its reply is given up, not waited for', async (silent) => {
  const aws = await cannedAws(() => ({ silent }));
  const { tables } = connect(aws.url, { silenceMs: 200, maxAttempts: 1 });
  await expect(tables.describe('shop-orders')).rejects.toMatchObject({ code: 'NETWORK' });
});

test('no credentials anywhere is a sentence, not a stack', async () => {
  const aws = await cannedAws(everything);
  const { tables } = connect(aws.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('HOME', '/nonexistent');
  await expect(tables.describe('shop-orders')).rejects.toMatchObject({
    code: 'CREDENTIALS',
    hint: expect.stringContaining('missing'),
  });
});

test('an aborted question ends with the reason of its signal', async () => {
  const controller = new AbortController();
  const aws = await cannedAws(() => {
    controller.abort(new Error('enough'));
    return { silent: 'before' };
  });
  await expect(connect(aws.url).tables.describe('shop-orders', controller.signal)).rejects.toThrow('enough');
});

test('a clock that is wrong is set right by the SDK, also for requests that are made only once', async () => {
  const aws = await cannedAws((_, nth) =>
    nth === 1 ? { ...awsError('InvalidSignatureException'), date: new Date(Date.now() + 3_600_000) } : described,
  );
  const pages = connect(aws.url).items.scan({ table: 't', segment: 0, totalSegments: 1, consistent: false });
  expect(await collect(pages)).toHaveLength(1);
  const hours = aws.requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 'YYYYMMDDTHH'.length));
  expect(hours).toHaveLength(2);
  expect(hours[0]).not.toBe(hours[1]);
});
