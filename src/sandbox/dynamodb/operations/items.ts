import { record, text, type Wire } from '../../wire.ts';
import { checkItemSize, type Item, readItem } from '../item.ts';
import type { Operation } from '../operation.ts';
import type { Region } from '../region.ts';
import type { SandboxTable } from '../table.ts';
import { decideCondition } from './condition-check.ts';

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
export async function put(region: Region, table: SandboxTable, body: Wire): Promise<Wire> {
  const item = readItem(record(body['Item'] ?? {}));
  checkItemSize(item);
  const { key, ready } = await prepared(region, table, { ...body, Item: item }, item);
  const reply = await region.dynalite('PutItem', ready);
  if (key !== undefined) table.record(key, item, { at: region.world.clock(), kind: 'put', image: item });
  return reply;
}

/** Updates one item; the caller holds the table's turn. @throws AwsError as UpdateItem */
export async function update(region: Region, table: SandboxTable, body: Wire): Promise<Wire> {
  const attributes = readItem(record(body['Key'] ?? {}));
  const { key, ready } = await prepared(region, table, { ...body, Key: attributes }, attributes);
  const reply = await region.dynalite('UpdateItem', ready);
  const image = await region.read(table, attributes);
  if (key !== undefined) table.record(key, attributes, { at: region.world.clock(), kind: 'update', image });
  return reply;
}

/** Deletes one item; the caller holds the table's turn. @throws AwsError as DeleteItem */
export async function remove(region: Region, table: SandboxTable, body: Wire): Promise<Wire> {
  const attributes = readItem(record(body['Key'] ?? {}));
  const { key, ready } = await prepared(region, table, { ...body, Key: attributes }, attributes);
  const reply = await region.dynalite('DeleteItem', ready);
  if (key !== undefined && table.history.current(key) !== null) {
    table.record(key, attributes, { at: region.world.clock(), kind: 'delete', image: null });
  }
  return reply;
}

/** The request without its condition, and the key it is about; no key when dynalite will refuse the request for it. */
async function prepared(
  region: Region,
  table: SandboxTable,
  body: Wire,
  attributes: Item,
): Promise<{ key: string | undefined; ready: Wire }> {
  const named = { ...body, TableName: table.name };
  const key = keyOrNone(table, attributes);
  if (key === undefined) return { key, ready: named };
  await region.tell(table, [key]);
  return { key, ready: await decideCondition(region, named, table.history.current(key)) };
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
