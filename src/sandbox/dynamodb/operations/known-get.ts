import { JsonText } from '../../json-text.ts';
import { isRecord, type Wire } from '../../wire.ts';
import type { Item } from '../item.ts';
import { isPlainItem } from '../plain.ts';
import type { Region } from '../region.ts';
import type { StoredItem } from '../stored-item.ts';
import type { SandboxTable } from '../table.ts';
import { hasOnly, hasPlainKey } from './known-form.ts';

const mostKeys = 100;
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html; what is over it, dynalite leaves unprocessed. */
const mostBytes = 1_048_576;

type Asked = { readonly table: SandboxTable; readonly found: readonly (StoredItem | null)[]; readonly unit: number };

const members = new Set(['RequestItems', 'ReturnConsumedCapacity']);
const tableMembers = new Set(['Keys', 'ConsistentRead']);

/** A BatchGetItem of whole items that is plain enough that only its form could be wrong. */
export type PlainGet = {
  /** Everything about it but its keys. */
  readonly form: string;
  readonly reply: Wire;
};

/** Reads a BatchGetItem with its form and its answer. undefined: dynalite answers this one. */
export function readPlainGet(region: Region, body: Wire): PlainGet | undefined {
  const { RequestItems, ReturnConsumedCapacity: capacity = 'NONE' } = body;
  if (!hasOnly(body, members) || !isRecord(RequestItems) || (capacity !== 'NONE' && capacity !== 'TOTAL'))
    return undefined;
  const asked: Asked[] = [];
  for (const [name, keysAndOptions] of Object.entries(RequestItems)) {
    const one = isRecord(keysAndOptions) ? askedOf(region.usable(name), keysAndOptions) : undefined;
    if (one === undefined) return undefined;
    asked.push(one);
  }
  const keys = asked.reduce((sum, { found }) => sum + found.length, 0);
  const bytes = asked.reduce((sum, { found }) => sum + bytesOf(found), 0);
  if (keys === 0 || keys > mostKeys || bytes > mostBytes) return undefined;
  const reply = {
    Responses: new JsonText(`{${asked.map(responseJson).join()}}`),
    UnprocessedKeys: {},
    ...(capacity === 'TOTAL' && { ConsumedCapacity: asked.map(consumed) }),
  };
  return { form: JSON.stringify(['BatchGetItem', asked.map(({ table, unit }) => [table.id, unit]), capacity]), reply };
}

function askedOf(table: SandboxTable, options: Wire): Asked | undefined {
  const { Keys: keys, ConsistentRead: isConsistent = false } = options;
  if (!hasOnly(options, tableMembers) || !Array.isArray(keys) || typeof isConsistent !== 'boolean') return undefined;
  const isKey = (key: unknown): key is Item => isPlainItem(key) && hasPlainKey(table, key, false);
  if (!keys.every(isKey)) return undefined;
  const names = new Set(keys.map((key) => table.keyOf(key)));
  if (names.size < keys.length) return undefined;
  return { table, found: Array.from(names, (name) => table.history.stored(name)), unit: isConsistent ? 1 : 0.5 };
}

function responseJson({ table, found }: Asked): string {
  const items = found.flatMap((item) => item?.json ?? []);
  return `${JSON.stringify(table.name)}:[${items.join()}]`;
}

/** One that is not there costs as much as the smallest. */
function consumed({ table, found, unit }: Asked): Wire {
  const units = found.reduce((sum, item) => sum + Math.max(1, Math.ceil((item?.bytes ?? 0) / 4096)) * unit, 0);
  return { TableName: table.name, CapacityUnits: units };
}

function bytesOf(found: readonly (StoredItem | null)[]): number {
  return found.reduce((sum, item) => sum + (item?.bytes ?? 0), 0);
}
