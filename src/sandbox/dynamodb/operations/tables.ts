import { AwsError, invalid } from '../../aws-error.ts';
import {
  optionalFlag,
  optionalList,
  optionalNumber,
  optionalRecord,
  optionalText,
  record,
  text,
  type Wire,
} from '../../wire.ts';
import { describe, dynaliteDefinition, forDynalite, readExtras, readSettings } from '../definition.ts';
import type { Operation, Request } from '../operation.ts';
import type { Region } from '../region.ts';
import type { SandboxTable, TableSettings } from '../table.ts';
import { tagsFrom } from './tags.ts';

const createTable: Operation = (request) => request.region.turns.take(() => create(request));

async function create({ region, body }: Request): Promise<Wire> {
  const name = optionalText(body, 'TableName') ?? '';
  const existing = region.find(name);
  if (existing !== undefined) throw new AwsError('ResourceInUseException', `Table already exists: ${name}`);
  await region.define({ ...forDynalite(body), TableName: name });
  const now = region.world.clock();
  const table = region.add(name, readSettings(body, now));
  for (const [key, value] of tagsFrom(optionalList(body, 'Tags') ?? [])) table.tags.set(key, value);
  return { TableDescription: { ...describe(table, now), TableStatus: 'CREATING' } };
}

const describeTable: Operation = async ({ region, body }) => {
  return { Table: describe(known(region, text(body, 'TableName')), region.world.clock()) };
};

const listTables: Operation = async ({ region, body }) => {
  const limit = optionalNumber(body, 'Limit') ?? 100;
  const start = optionalText(body, 'ExclusiveStartTableName');
  const names = region.tables().map(({ name }) => name);
  const rest = start === undefined ? names : names.filter((name) => name > start);
  const last = rest[limit - 1];
  return {
    TableNames: rest.slice(0, limit),
    ...(rest.length > limit && last !== undefined && { LastEvaluatedTableName: last }),
  };
};

const deleteTable: Operation = async ({ region, body }) => {
  const table = known(region, text(body, 'TableName'));
  const { clock, deleteMs } = region.world;
  if (table.status(clock()) === 'CREATING') {
    throw new AwsError(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is being created: ${table.name}`,
    );
  }
  if (table.settings.deletionProtection) {
    throw invalid(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  await table.turns.take(async () => {
    if (table.status(clock()) === 'DELETING') {
      throw new AwsError(
        'ResourceInUseException',
        `Attempt to change a resource which is still in use: Table is being deleted: ${table.name}`,
      );
    }
    await region.undefine(table.name);
    table.goneAt = clock() + deleteMs;
  });
  return { TableDescription: { ...describe(table, clock()), TableStatus: 'DELETING' } };
};

const updateTable: Operation = async (request) => {
  const { region, body } = request;
  const table = known(region, text(body, 'TableName'));
  const now = region.world.clock();
  if (table.restoring(now)) throw notFound(table.name);
  if (table.status(now) !== 'ACTIVE') {
    throw new AwsError('ResourceInUseException', `Attempt to change a resource which is still in use: ${table.name}`);
  }
  await table.turns.take(async () => {
    applyBilling(table, body);
    table.settings = { ...table.settings, ...readExtras(body, now) };
    if (optionalRecord(body, 'StreamSpecification')?.['StreamEnabled'] === false) delete table.settings.stream;
    const protection = optionalFlag(body, 'DeletionProtectionEnabled');
    if (protection !== undefined) table.settings.deletionProtection = protection;
    await changeIndexes(table, request);
  });
  return { TableDescription: { ...describe(table, now), TableStatus: 'UPDATING' } };
};

function applyBilling(table: SandboxTable, body: Wire): void {
  const mode = optionalText(body, 'BillingMode') ?? table.settings.billingMode;
  const throughput = optionalRecord(body, 'ProvisionedThroughput');
  if (mode === 'PAY_PER_REQUEST') {
    if (throughput !== undefined) {
      throw invalid(
        'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
      );
    }
    table.settings = { ...table.settings, billingMode: mode, readUnits: 0, writeUnits: 0 };
    return;
  }
  if (throughput === undefined) {
    if (mode === table.settings.billingMode) return;
    throw invalid(
      'One or more parameter values were invalid: ProvisionedThroughput must be specified when BillingMode is PROVISIONED',
    );
  }
  table.settings = {
    ...table.settings,
    billingMode: 'PROVISIONED',
    readUnits: optionalNumber(throughput, 'ReadCapacityUnits') ?? 0,
    writeUnits: optionalNumber(throughput, 'WriteCapacityUnits') ?? 0,
  };
}

/** dynalite cannot change indexes: its table is made anew and told of every item when somebody asks for one. */
async function changeIndexes(table: SandboxTable, { region, body }: Request): Promise<void> {
  const updates = (optionalList(body, 'GlobalSecondaryIndexUpdates') ?? []).map(record);
  const created = updates.map((update) => optionalRecord(update, 'Create')).filter((index) => index !== undefined);
  const deleted: readonly unknown[] = updates
    .map((update) => optionalRecord(update, 'Delete')?.['IndexName'])
    .filter((name) => name !== undefined);
  if (created.length === 0 && deleted.length === 0) return;
  const definitions = (optionalList(body, 'AttributeDefinitions') ?? []).map(record);
  const named = new Set(definitions.map((definition) => definition['AttributeName']));
  const settings: TableSettings = {
    ...table.settings,
    globalIndexes: [
      ...table.settings.globalIndexes.filter((index) => !deleted.includes(index['IndexName'])),
      ...created,
    ],
    attributeDefinitions: [
      ...table.settings.attributeDefinitions.filter((definition) => !named.has(definition['AttributeName'])),
      ...definitions,
    ],
  };
  await region.undefine(table.name);
  await region.define(dynaliteDefinition(table.name, settings)).catch(async (error: unknown) => {
    await region.define(dynaliteDefinition(table.name, table.settings));
    for (const { key } of table.history.inOrder()) table.untold.add(key);
    throw error;
  });
  table.settings = settings;
  for (const { key } of table.history.inOrder()) table.untold.add(key);
}

/** @throws AwsError ResourceNotFoundException */
function known(region: Region, nameOrArn: string): SandboxTable {
  const table = region.find(nameOrArn);
  if (table === undefined) throw notFound(nameOrArn);
  return table;
}

function notFound(name: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
}

export const tableOperations: Readonly<Record<string, Operation>> = {
  CreateTable: createTable,
  DescribeTable: describeTable,
  ListTables: listTables,
  UpdateTable: updateTable,
  DeleteTable: deleteTable,
};
