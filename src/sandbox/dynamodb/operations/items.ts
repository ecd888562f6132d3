import { record, text, type Wire } from '../../wire.ts';
import { checkItemSize, type Item, itemBytes, readItem } from '../item.ts';
import type { Operation } from '../operation.ts';
import type { Region } from '../region.ts';
import { StoredItem } from '../stored-item.ts';
import type { SandboxTable } from '../table.ts';
import { decideCondition } from './condition-check.ts';
import { formOf, knownWrite, type WriteName } from './known-form.ts';

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
  checkItemSize(itemBytes(item));
  return write('PutItem', { region, table, body: { ...body, Item: item }, attributes: item });
}

/** Updates one item; the caller holds the table's turn. @throws AwsError as UpdateItem */
export async function update(region: Region, table: SandboxTable, body: Wire): Promise<Wire> {
  const attributes = readItem(record(body['Key'] ?? {}));
  return write('UpdateItem', { region, table, body: { ...body, Key: attributes }, attributes });
}

/** Deletes one item; the caller holds the table's turn. @throws AwsError as DeleteItem */
export async function remove(region: Region, table: SandboxTable, body: Wire): Promise<Wire> {
  const attributes = readItem(record(body['Key'] ?? {}));
  return write('DeleteItem', { region, table, body: { ...body, Key: attributes }, attributes });
}

type WriteCall = {
  readonly region: Region;
  readonly table: SandboxTable;
  readonly body: Wire;
  /** The item's key, or the item itself. */
  readonly attributes: Item;
};

const kinds = { PutItem: 'put', UpdateItem: 'update', DeleteItem: 'delete' } as const;

async function write(name: WriteName, call: WriteCall): Promise<Wire> {
  const { region, table, attributes } = call;
  const body = { ...call.body, TableName: table.name };
  const key = keyOrNone(table, attributes);
  // dynalite puts into words what is wrong with the key.
  if (key === undefined) return region.dynalite(name, body);
  const current = table.history.stored(key);
  const ready = { ...call, body: await decideCondition(region, body, current?.item ?? null) };
  const form = formOf(name, ready);
  const isKnown = form !== undefined && region.isSound(form);
  const { image, reply } = isKnown ? knownWrite(name, ready, current) : await judgedWrite(name, ready, key);
  if (image !== null) checkItemSize(image.bytes);
  if (form !== undefined) region.rememberSound(form);
  if (image === null && current === null) return reply;
  table.record(key, attributes, { at: region.world.clock(), kind: kinds[name], image });
  if (isKnown) table.untold.add(key);
  return reply;
}

/** A write that dynalite carries out as well, and refuses when it must be. */
async function judgedWrite(name: WriteName, { region, table, body, attributes }: WriteCall, key: string) {
  await region.tell(table, [key]);
  const reply = await region.dynalite(name, body);
  switch (name) {
    case 'PutItem':
      return { image: new StoredItem(attributes), reply };
    case 'UpdateItem': {
      const image = await region.read(table, attributes);
      return { image: image === null ? null : new StoredItem(image), reply };
    }
    case 'DeleteItem':
      return { image: null, reply };
  }
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
