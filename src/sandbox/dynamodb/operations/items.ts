import { record, text, type Wire } from '../../wire.ts';
import { checkItemSize, type Item, itemBytes, readItem } from '../item.ts';
import type { Operation } from '../operation.ts';
import type { Region } from '../region.ts';
import { StoredItem } from '../stored-item.ts';
import type { SandboxTable } from '../table.ts';
import { decideCondition } from './condition-check.ts';
import { readPlainWrite, type WriteName } from './known-form.ts';
import { knownWrite } from './known-write.ts';

const putItem: Operation = async ({ region, body }) => {
  const table = region.usable(text(body, 'TableName'));
  return table.turns.take(() => put(region, table, body));
};

const updateItem: Operation = async ({ region, body }) => {
  const table = region.usable(text(body, 'TableName'));
  return table.turns.take(() => update(region, table, body));
};

const deleteItem: Operation = async ({ region, body }) => {
  const table = region.usable(text(body, 'TableName'));
  return table.turns.take(() => remove(region, table, body));
};

/** Puts one item; the caller holds the table's turn. @throws AwsError as PutItem */
export function put(region: Region, table: SandboxTable, body: Wire): Promise<Wire> {
  return write('PutItem', region, table, body);
}

/** Updates one item; the caller holds the table's turn. @throws AwsError as UpdateItem */
export function update(region: Region, table: SandboxTable, body: Wire): Promise<Wire> {
  return write('UpdateItem', region, table, body);
}

/** Deletes one item; the caller holds the table's turn. @throws AwsError as DeleteItem */
export function remove(region: Region, table: SandboxTable, body: Wire): Promise<Wire> {
  return write('DeleteItem', region, table, body);
}

async function write(name: WriteName, region: Region, table: SandboxTable, body: Wire): Promise<Wire> {
  const plain = readPlainWrite(name, table, body);
  if (plain !== undefined && region.isSound(plain.form)) return knownWrite(table, plain, region.world.clock());
  const reply = await judgedWrite(name, region, table, body);
  if (plain !== undefined) region.rememberSound(plain.form);
  return reply;
}

const kinds = { PutItem: 'put', UpdateItem: 'update', DeleteItem: 'delete' } as const;

/** A write that dynalite carries out as well, and refuses when it must be. */
async function judgedWrite(name: WriteName, region: Region, table: SandboxTable, sent: Wire): Promise<Wire> {
  const member = name === 'PutItem' ? 'Item' : 'Key';
  const attributes = readItem(record(sent[member] ?? {}));
  if (name === 'PutItem') checkItemSize(itemBytes(attributes));
  const body = { ...sent, TableName: table.name, [member]: attributes };
  const key = keyOrNone(table, attributes);
  // dynalite puts into words what is wrong with the key.
  if (key === undefined) return region.dynalite(name, body);
  const current = table.history.current(key);
  const ready = await decideCondition(region, body, current);
  await region.tell(table, [key]);
  const reply = await region.dynalite(name, ready);
  const item = name === 'UpdateItem' ? await region.read(table, attributes) : name === 'PutItem' ? attributes : null;
  const image = item === null ? null : new StoredItem(item);
  if (image !== null) checkItemSize(image.bytes);
  if (image !== null || current !== null) {
    table.record(key, attributes, { at: region.world.clock(), kind: kinds[name], image });
  }
  return reply;
}

/** The key in these attributes; none when they hold no key of the table, which dynalite puts into words. */
export function keyOrNone(table: SandboxTable, attributes: Item): string | undefined {
  const { partition, sort } = table.schema;
  const whole = [partition, ...(sort === undefined ? [] : [sort])].every(
    ({ name, type }) => attributes[name]?.[type] !== undefined,
  );
  return whole ? table.keyOf(attributes) : undefined;
}

const getItem: Operation = async ({ region, body }) => {
  const table = region.usable(text(body, 'TableName'));
  const attributes = readItem(record(body['Key'] ?? {}));
  const key = keyOrNone(table, attributes);
  if (key !== undefined && table.untold.has(key)) await table.turns.take(() => region.tell(table, [key]));
  return region.dynalite('GetItem', { ...body, TableName: table.name, Key: attributes });
};

const query: Operation = async ({ region, body }) => {
  const table = region.usable(text(body, 'TableName'));
  if (table.untold.size > 0) await table.turns.take(() => region.tell(table));
  return region.dynalite('Query', { ...body, TableName: table.name });
};

export const itemOperations: Readonly<Record<string, Operation>> = {
  PutItem: putItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
  GetItem: getItem,
  Query: query,
};
