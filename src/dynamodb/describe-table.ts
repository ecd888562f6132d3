import type { TableDescription as SdkTable } from '@aws-sdk/client-dynamodb';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../restore/errors.ts';
import type { TableDescription, TableStatus } from '../restore/ports.ts';
import type { Account } from './call.ts';
import { call } from './call.ts';
import { notFromAws } from './response-metadata.ts';

type KeyTypes = TableDescription['keyTypes'];

/** undefined: there is no such table. */
export async function describeTable(
  account: Account,
  table: string,
  signal?: AbortSignal,
): Promise<TableDescription | undefined> {
  const found = await readTable(account, table, signal);
  return found === undefined ? undefined : parseTable(found, table, account.region);
}

/** The table in AWS's own words; undefined: there is none. */
export async function readTable(
  { client, region }: Account,
  table: string,
  signal?: AbortSignal,
): Promise<SdkTable | undefined> {
  const attempt = { action: 'dynamodb:DescribeTable', resource: table, region } as const;
  const command = new DescribeTableCommand({ TableName: table });
  const options = signal === undefined ? {} : { abortSignal: signal };
  try {
    return await call(
      attempt,
      async () => {
        const { Table, $metadata } = await client.send(command, options);
        if (Table === undefined) throw notFromAws($metadata);
        return Table;
      },
      signal,
    );
  } catch (error) {
    if (error instanceof UserError && error.code === 'TABLE_NOT_FOUND') {
      return undefined;
    }
    throw error;
  }
}

function parseTable(found: SdkTable, table: string, region: string): TableDescription {
  const partition = found.KeySchema?.find((key) => key.KeyType === 'HASH')?.AttributeName;
  const sort = found.KeySchema?.find((key) => key.KeyType === 'RANGE')?.AttributeName;
  const status = parseStatus(found.TableStatus);
  const partitionType = keyType(found, partition);
  const sortType = keyType(found, sort);
  // On its way out, a table may be told without its key.
  if (status === 'DELETING' && partition === undefined) {
    throw beingDeleted(table);
  }
  if (status === undefined || partition === undefined || partitionType === undefined) {
    throw notUnderstood(table, found.TableStatus);
  }
  const keyTypes: KeyTypes = { partition: partitionType, ...(sortType === undefined ? {} : { sort: sortType }) };
  return {
    table,
    arn: found.TableArn ?? '',
    status,
    ...(found.CreationDateTime === undefined ? {} : { createdAt: found.CreationDateTime.getTime() }),
    keySchema: { partition, ...(sort === undefined ? {} : { sort }) },
    keyTypes,
    approximateItems: found.ItemCount ?? 0,
    approximateBytes: found.TableSizeBytes ?? 0,
    onDemand: found.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST',
    streamEnabled: found.StreamSpecification?.StreamEnabled ?? false,
    replicaRegions: (found.Replicas ?? []).flatMap(({ RegionName: name }) =>
      name === undefined || name === region ? [] : [name],
    ),
    ...(found.GlobalTableVersion === legacyVersion ? { legacyGlobal: true as const } : {}),
    ...provisionedCapacity(found),
    ...restoreUnderWay(found),
  };
}

/** "Global tables version 2017.11.29 (Legacy)", Developer Guide: its items carry `aws:rep:` attributes. */
const legacyVersion = '2017.11.29';

/** On-demand tables carry it, too, with zeros. */
function provisionedCapacity({ ProvisionedThroughput: found }: SdkTable): Pick<TableDescription, 'provisioned'> {
  const { ReadCapacityUnits: readUnits = 0, WriteCapacityUnits: writeUnits = 0 } = found ?? {};
  return readUnits === 0 ? {} : { provisioned: { readUnits, writeUnits } };
}

function restoreUnderWay({ RestoreSummary: summary }: SdkTable): Pick<TableDescription, 'restoring'> {
  const { SourceTableArn: sourceArn, RestoreDateTime: at } = summary ?? {};
  return sourceArn === undefined || at === undefined ? {} : { restoring: { sourceArn, at: at.getTime() } };
}

const statuses: readonly TableStatus[] = [
  'CREATING',
  'ACTIVE',
  'UPDATING',
  'DELETING',
  'ARCHIVING',
  'ARCHIVED',
  'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
  'REPLICATION_NOT_AUTHORIZED',
];

function parseStatus(text: string | undefined): TableStatus | undefined {
  return statuses.find((status) => status === text);
}

function keyType(found: SdkTable, attribute: string | undefined): KeyTypes['partition'] | undefined {
  const type = found.AttributeDefinitions?.find((definition) => definition.AttributeName === attribute)?.AttributeType;
  return type === 'S' || type === 'N' || type === 'B' ? type : undefined;
}

function beingDeleted(table: string): UserError {
  return new UserError('TABLE_IN_USE', `${table} is being deleted right now.`, 'It cannot be used any more.');
}

function notUnderstood(table: string, status: string | undefined): UserError {
  return new UserError(
    'AWS',
    `AWS describes ${table} in a way this version does not understand (status ${status ?? 'missing'}).`,
    'Look at the table in the AWS console. A newer version of pitr-restore may know what it means.',
  );
}
