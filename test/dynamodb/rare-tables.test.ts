import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ScanCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, onTestFinished, test } from 'vitest';
import { runChecks } from '../../src/restore/preflight/checks.ts';
import { aRequest } from '../support/requests.ts';
import { connect } from './connect.ts';

const table = 'quote-lambda-tf-quotes';
const now = Date.parse('2026-11-22T12:00:00Z');

/** Preflight of a table that AWS describes so. No sandbox has such tables: only replies of AWS itself look like this. */
async function preflightOf(description: object) {
  const aws = mockClient(DynamoDBClient);
  onTestFinished(() => aws.restore());
  const known: TableDescription = {
    TableArn: `arn:aws:dynamodb:eu-central-1:123456789012:table/${table}`,
    TableStatus: 'ACTIVE',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
  };
  aws
    .on(DescribeTableCommand)
    .rejects(Object.assign(new Error(), { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } }));
  aws.on(DescribeTableCommand, { TableName: table }).resolves({ Table: { ...known, ...description } });
  aws.on(DescribeTimeToLiveCommand).resolves({});
  aws.on(ScanCommand).resolves({ Items: [] });
  aws.on(DescribeContinuousBackupsCommand).resolves({
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: 'ENABLED',
        EarliestRestorableDateTime: new Date(now - 86_400_000 * 30),
        LatestRestorableDateTime: new Date(now - 300_000),
      },
    },
  });
  const results = await runChecks({ request: aRequest(), requestedAt: now, now, aws: connect('http://127.0.0.1:9') });
  return results.filter((result) => result.status !== 'passed');
}

test('a global table is restored with a warning that names where else the writes arrive', async () => {
  const Replicas = [{ RegionName: 'eu-central-1' }, { RegionName: 'us-east-1' }, { RegionName: 'ap-south-1' }];
  expect(await preflightOf({ Replicas })).toEqual([
    expect.objectContaining({ status: 'warning', message: expect.stringContaining('us-east-1, ap-south-1') }),
  ]);
});

test.for(['INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'ARCHIVED', 'ARCHIVING'])(
  'a table that is %s is refused',
  async (TableStatus) => {
    const [first] = await preflightOf({ TableStatus });
    expect(first).toMatchObject({ status: 'failed', check: 'table-active' });
    expect(first?.message).toContain(TableStatus);
    expect(first?.hint).not.toBe('');
  },
);
