import {
  isRecord,
  optionalFlag,
  optionalList,
  optionalNumber,
  optionalRecord,
  optionalText,
  record,
  type Wire,
} from '../wire.ts';
import type { SandboxTable, TableSettings } from './table.ts';

/** The members of a CreateTable request that dynalite understands, so that it can judge them. */
export function forDynalite(body: Wire): Wire {
  const indexes = optionalList(body, 'GlobalSecondaryIndexes')?.map((index) =>
    isRecord(index) ? without(index, ['OnDemandThroughput', 'WarmThroughput']) : index,
  );
  const known = ['AttributeDefinitions', 'KeySchema', 'LocalSecondaryIndexes', 'BillingMode', 'ProvisionedThroughput'];
  return { ...pick(body, ['TableName', ...known]), ...(indexes && { GlobalSecondaryIndexes: indexes }) };
}

/** A definition from which dynalite makes a table like this one. */
export function dynaliteDefinition(name: string, settings: TableSettings): Wire & { readonly TableName: string } {
  const shape = (index: Wire) => pick(index, ['IndexName', 'KeySchema', 'Projection']);
  return {
    TableName: name,
    AttributeDefinitions: usedAttributes(settings),
    KeySchema: settings.keySchema,
    BillingMode: 'PAY_PER_REQUEST',
    ...(settings.globalIndexes.length > 0 && { GlobalSecondaryIndexes: settings.globalIndexes.map(shape) }),
    ...(settings.localIndexes.length > 0 && { LocalSecondaryIndexes: settings.localIndexes.map(shape) }),
  };
}

/** The attribute definitions that a key of the table or of one of its indexes names. */
function usedAttributes(settings: TableSettings): readonly Wire[] {
  const schemas = [settings, ...[...settings.globalIndexes, ...settings.localIndexes].map(keySchemaOf)];
  const names = new Set(schemas.flatMap(({ keySchema }) => keySchema.map((element) => element['AttributeName'])));
  return settings.attributeDefinitions.filter((definition) => names.has(definition['AttributeName']));
}

function keySchemaOf(index: Wire): { keySchema: readonly Wire[] } {
  return { keySchema: (optionalList(index, 'KeySchema') ?? []).map(record) };
}

/** Reads what a CreateTable request that dynalite has accepted asks for. */
export function readSettings(body: Wire, now: number): TableSettings {
  const list = (name: string) => (optionalList(body, name) ?? []).map(record);
  const throughput = optionalRecord(body, 'ProvisionedThroughput') ?? {};
  return {
    attributeDefinitions: list('AttributeDefinitions'),
    keySchema: list('KeySchema'),
    globalIndexes: list('GlobalSecondaryIndexes'),
    localIndexes: list('LocalSecondaryIndexes'),
    billingMode: optionalText(body, 'BillingMode') === 'PAY_PER_REQUEST' ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    readUnits: optionalNumber(throughput, 'ReadCapacityUnits') ?? 0,
    writeUnits: optionalNumber(throughput, 'WriteCapacityUnits') ?? 0,
    deletionProtection: optionalFlag(body, 'DeletionProtectionEnabled') ?? false,
    ...readExtras(body, now),
  };
}

/** The optional members that CreateTable and UpdateTable share and dynalite does not know. */
export function readExtras(body: Wire, now: number): Partial<TableSettings> {
  const [onDemandThroughput, warmThroughput, sse, stream] = [
    optionalRecord(body, 'OnDemandThroughput'),
    optionalRecord(body, 'WarmThroughput'),
    optionalRecord(body, 'SSESpecification'),
    optionalRecord(body, 'StreamSpecification'),
  ];
  const tableClass = optionalText(body, 'TableClass');
  return {
    ...(onDemandThroughput && { onDemandThroughput }),
    ...(warmThroughput && { warmThroughput }),
    ...(sse && { sse }),
    ...(stream?.['StreamEnabled'] === true && {
      stream: { ...stream, label: new Date(now).toISOString().slice(0, -1) },
    }),
    ...(tableClass !== undefined && { tableClass }),
  };
}

/** A table as DescribeTable and its kin return it. Sizes and counts are current here; AWS renews them every six hours. */
export function describe(table: SandboxTable, now: number): Wire {
  const { settings } = table;
  const status = table.status(now);
  const indexStatus = status === 'CREATING' ? 'CREATING' : 'ACTIVE';
  const index = (definition: Wire) => ({
    ...pick(definition, ['IndexName', 'KeySchema', 'Projection']),
    IndexArn: `${table.arn}/index/${definition['IndexName']}`,
    IndexSizeBytes: 0,
    ItemCount: 0,
  });
  return {
    AttributeDefinitions: usedAttributes(settings),
    TableName: table.name,
    KeySchema: settings.keySchema,
    TableStatus: status,
    CreationDateTime: table.createdAt / 1000,
    ProvisionedThroughput: throughput(settings),
    TableSizeBytes: status === 'ACTIVE' ? table.history.sizeBytes : 0,
    ItemCount: status === 'ACTIVE' ? table.history.itemCount : 0,
    TableArn: table.arn,
    TableId: table.id,
    DeletionProtectionEnabled: settings.deletionProtection,
    ...(settings.billingMode === 'PAY_PER_REQUEST' && {
      BillingModeSummary: {
        BillingMode: 'PAY_PER_REQUEST',
        LastUpdateToPayPerRequestDateTime: table.createdAt / 1000,
      },
    }),
    ...(settings.localIndexes.length > 0 && { LocalSecondaryIndexes: settings.localIndexes.map(index) }),
    ...(settings.globalIndexes.length > 0 && {
      GlobalSecondaryIndexes: settings.globalIndexes.map((definition) => ({
        ...index(definition),
        ...pick(definition, ['OnDemandThroughput']),
        IndexStatus: indexStatus,
        ProvisionedThroughput: indexThroughput(definition),
      })),
    }),
    ...describeExtras(table),
    ...(table.restoring(now) &&
      table.restoredFrom && {
        RestoreSummary: {
          SourceTableArn: table.restoredFrom.arn,
          RestoreDateTime: table.restoredFrom.at / 1000,
          RestoreInProgress: true,
        },
      }),
  };
}

function describeExtras({ arn, settings }: SandboxTable): Wire {
  const { stream, sse } = settings;
  const key = typeof sse?.['KMSMasterKeyId'] === 'string' ? sse['KMSMasterKeyId'] : 'alias/aws/dynamodb';
  return {
    ...(settings.onDemandThroughput && { OnDemandThroughput: settings.onDemandThroughput }),
    WarmThroughput: {
      ReadUnitsPerSecond: 12_000,
      WriteUnitsPerSecond: 4_000,
      ...settings.warmThroughput,
      Status: 'ACTIVE',
    },
    ...(settings.tableClass !== undefined && { TableClassSummary: { TableClass: settings.tableClass } }),
    ...(sse?.['Enabled'] === true && {
      SSEDescription: {
        Status: 'ENABLED',
        SSEType: 'KMS',
        KMSMasterKeyArn: key.startsWith('arn:') ? key : `arn:aws:kms:${arn.split(':')[3]}:${arn.split(':')[4]}:${key}`,
      },
    }),
    ...(stream && {
      StreamSpecification: pick(stream, ['StreamEnabled', 'StreamViewType']),
      LatestStreamLabel: stream.label,
      LatestStreamArn: `${arn}/stream/${stream.label}`,
    }),
  };
}

function throughput({ readUnits, writeUnits }: TableSettings): Wire {
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits: readUnits, WriteCapacityUnits: writeUnits };
}

function indexThroughput(definition: Wire): Wire {
  const asked = optionalRecord(definition, 'ProvisionedThroughput');
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits: 0, WriteCapacityUnits: 0, ...asked };
}

/** The named members that are there. */
function pick(source: Wire, names: readonly string[]): Wire {
  return Object.fromEntries(Object.entries(source).filter(([name]) => names.includes(name)));
}

function without(source: Wire, names: readonly string[]): Wire {
  return Object.fromEntries(Object.entries(source).filter(([name]) => !names.includes(name)));
}
