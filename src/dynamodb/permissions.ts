/**
 * Which actions AWS lets us do, found out by requests that cannot change anything. AWS decides whether a request is allowed
 * before it looks whether its table exists, its condition holds or its moment can be restored (that is why a least-privilege
 * role is told AccessDenied of a table that there is not): an answer about any of these means that the request was allowed.
 * Whether the form of a request is looked at before is not promised, so ValidationException says nothing.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DeleteResourcePolicyCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetItemCommand,
  GetResourcePolicyCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  QueryCommand,
  RestoreTableToPointInTimeCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../restore/ports.ts';
import { someKey } from './some-key.ts';

export type Permission = {
  /** `dynamodb:UpdateItem` … */
  readonly action: string;
  /** The table's name. */
  readonly table: string;
  readonly verdict: 'allowed' | 'denied' | 'unknown';
  /** Why it is unknown; else what AWS answered. */
  readonly answer: string;
};

type Try = {
  readonly action: string;
  readonly table: string;
  /** undefined: it cannot be tried without the risk of changing something, for this reason. */
  readonly send: (() => Promise<unknown>) | undefined;
  readonly whyNot?: string;
  /** Names of AWS's errors that only somebody hears who is allowed. */
  readonly proofs: readonly string[];
};

const never = 'attribute_exists(#key) AND attribute_not_exists(#key)';
/** Point-in-time recovery is younger than that, and so is DynamoDB: there is nothing to restore. */
const longBefore = new Date('2000-01-01T00:00:00Z');
const notRestorable = [
  'InvalidRestoreTimeException',
  'PointInTimeRecoveryUnavailableException',
  'TableAlreadyExistsException',
];
const nowhere = 'pitr-restore doctor';
const missing = ['ResourceNotFoundException', 'TableNotFoundException'];

/**
 * What a restore does with a live table; `fenced`: and what a fence does.
 * @param restoreTable a name of ours that no table has
 */
export function tryLiveTable(
  client: DynamoDBClient,
  live: TableDescription,
  restoreTable: string,
  fenced: boolean,
): Promise<readonly Permission[]> {
  const { table: TableName, arn: ResourceArn, keySchema } = live;
  const Key = someKey(live, nowhere);
  const guard = { ConditionExpression: never, ExpressionAttributeNames: { '#key': keySchema.partition } };
  const condition = ['ConditionalCheckFailedException'];
  const on = (action: string, proofs: readonly string[], send: Try['send'], whyNot?: string): Try => ({
    action: `dynamodb:${action}`,
    table: TableName,
    send,
    proofs,
    ...(whyNot === undefined ? {} : { whyNot }),
  });
  const scan = { TableName, Limit: 1, Select: 'COUNT', Segment: 0, TotalSegments: 1_000_000 } as const;
  const update = { UpdateExpression: 'SET #probe = :probe', ExpressionAttributeValues: { ':probe': { S: nowhere } } };
  const names = { ExpressionAttributeNames: { '#key': keySchema.partition, '#probe': 'pitr-restore' } };
  return verdicts([
    on('DescribeTable', [], () => client.send(new DescribeTableCommand({ TableName }))),
    on('DescribeContinuousBackups', [], () => client.send(new DescribeContinuousBackupsCommand({ TableName }))),
    on('DescribeTimeToLive', [], () => client.send(new DescribeTimeToLiveCommand({ TableName }))),
    on('Scan', [], () => client.send(new ScanCommand(scan))),
    on('BatchGetItem', [], () =>
      client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [Key] } } })),
    ),
    on('UpdateItem', condition, () =>
      client.send(new UpdateItemCommand({ TableName, Key, ...update, ...guard, ...names })),
    ),
    on('PutItem', condition, () => client.send(new PutItemCommand({ TableName, Item: Key, ...guard }))),
    on('DeleteItem', condition, () => client.send(new DeleteItemCommand({ TableName, Key, ...guard }))),
    // Impossible: there is nothing to restore from the time before there were tables. The target is named as in a restore:
    // AWS asks for rights on it that a least-privilege role has on restore tables alone.
    on('RestoreTableToPointInTime', notRestorable, () =>
      client.send(
        new RestoreTableToPointInTimeCommand({
          SourceTableName: TableName,
          TargetTableName: restoreTable,
          RestoreDateTime: longBefore,
        }),
      ),
    ),
    ...(fenced ? tryFence(client, ResourceArn, on) : []),
  ]);
}

function tryFence(
  client: DynamoDBClient,
  ResourceArn: string,
  on: (action: string, proofs: readonly string[], send: Try['send'], whyNot?: string) => Try,
): readonly Try[] {
  // No policy has this revision, so neither request can hit one.
  const ExpectedRevisionId = 'pitr-restore-doctor';
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Principal: '*', Action: 'dynamodb:DeleteTable', Resource: ResourceArn }],
  });
  return [
    on('GetResourcePolicy', ['PolicyNotFoundException'], () =>
      client.send(new GetResourcePolicyCommand({ ResourceArn })),
    ),
    on('PutResourcePolicy', ['PolicyNotFoundException'], () =>
      client.send(new PutResourcePolicyCommand({ ResourceArn, Policy, ExpectedRevisionId })),
    ),
    on('DeleteResourcePolicy', ['PolicyNotFoundException'], () =>
      client.send(new DeleteResourcePolicyCommand({ ResourceArn, ExpectedRevisionId })),
    ),
    on('BatchWriteItem', [], undefined, 'A batch knows no condition, so trying it could change an item.'),
  ];
}

/**
 * What a restore, and AWS in its course, does with a restore table.
 * @param restoreTable a name of ours that no table has: that is looked up first
 */
export async function tryRestoreTable(
  client: DynamoDBClient,
  live: TableDescription,
  restoreTable: string,
): Promise<readonly Permission[]> {
  const TableName = restoreTable;
  const Key = someKey(live, nowhere);
  const { partition } = live.keySchema;
  const RequestItems = { [TableName]: [{ PutRequest: { Item: Key } }] };
  const on = (action: string, send: () => Promise<unknown>): Try => {
    return { action: `dynamodb:${action}`, table: TableName, send, proofs: missing };
  };
  const query = {
    KeyConditionExpression: '#key = :key',
    ExpressionAttributeNames: { '#key': partition },
    ExpressionAttributeValues: { ':key': Key[partition] ?? { S: nowhere } },
  };
  const describe = await verdicts([on('DescribeTable', () => client.send(new DescribeTableCommand({ TableName })))]);
  if (describe[0]?.answer !== 'ResourceNotFoundException') return describe;
  const others = await verdicts([
    on('RestoreTableToPointInTime', () =>
      client.send(
        new RestoreTableToPointInTimeCommand({
          SourceTableName: TableName,
          TargetTableName: TableName,
          RestoreDateTime: longBefore,
        }),
      ),
    ),
    on('DeleteTable', () => client.send(new DeleteTableCommand({ TableName }))),
    on('Scan', () => client.send(new ScanCommand({ TableName, Limit: 1, Select: 'COUNT' }))),
    on('BatchGetItem', () => client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [Key] } } }))),
    on('Query', () => client.send(new QueryCommand({ TableName, ...query }))),
    on('GetItem', () => client.send(new GetItemCommand({ TableName, Key }))),
    on('PutItem', () => client.send(new PutItemCommand({ TableName, Item: Key }))),
    on('UpdateItem', () => client.send(new UpdateItemCommand({ TableName, Key }))),
    on('DeleteItem', () => client.send(new DeleteItemCommand({ TableName, Key }))),
    on('BatchWriteItem', () => client.send(new BatchWriteItemCommand({ RequestItems }))),
  ]);
  return [...describe, ...others];
}

/** One after the other: a doctor is in no hurry, and must not be throttled. */
async function verdicts(tries: readonly Try[]): Promise<readonly Permission[]> {
  const found: Permission[] = [];
  for (const { action, table, send, whyNot = '', proofs } of tries) {
    if (send === undefined) found.push({ action, table, verdict: 'unknown', answer: whyNot });
    else found.push({ action, table, ...(await verdict(send, proofs)) });
  }
  return found;
}

async function verdict(
  send: () => Promise<unknown>,
  proofs: readonly string[],
): Promise<Pick<Permission, 'verdict' | 'answer'>> {
  try {
    await send();
    return { verdict: 'allowed', answer: 'OK' };
  } catch (error) {
    const name = error instanceof Error ? error.name : String(error);
    if (name === 'AccessDeniedException') return { verdict: 'denied', answer: name };
    return { verdict: proofs.includes(name) ? 'allowed' : 'unknown', answer: name };
  }
}
