import { optionalText, type Wire } from '../../wire.ts';
import type { AttributeValue, Item } from '../item.ts';
import { StoredItem } from '../stored-item.ts';
import type { SandboxTable } from '../table.ts';
import { bindings } from './condition-check.ts';

export type WriteName = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** A write's request as it was read off the wire. `attributes` are the item's key, or in a put the item itself. */
type Write = { readonly table: SandboxTable; readonly body: Wire; readonly attributes: Item };

/** A write that needs no judge: what it leaves behind, and what it answers. */
export type KnownWrite = { readonly image: StoredItem | null; readonly reply: Wire };

const members = new Set([
  ...['TableName', 'Item', 'Key', 'UpdateExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'],
  ...['ReturnValues', 'ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'],
]);

/**
 * Everything about a write but its values, when it is plain enough that only its form could be wrong: a write-back sends
 * one form thousands of times, and dynalite has to judge it once. undefined: dynalite judges this one.
 */
export function formOf(name: WriteName, write: Write): string | undefined {
  const { table, body, attributes } = write;
  if (Object.keys(body).some((member) => !members.has(member))) return undefined;
  if (hasIndexes(table)) return undefined;
  const asked = [body['ReturnValues'] ?? 'NONE', body['ReturnConsumedCapacity'] ?? 'NONE'];
  if (!(asked[0] === 'NONE' || asked[0] === 'ALL_OLD') || !(asked[1] === 'NONE' || asked[1] === 'TOTAL'))
    return undefined;
  if ((body['ReturnItemCollectionMetrics'] ?? 'NONE') !== 'NONE') return undefined;
  const { names, values } = bindings(body);
  if (!isPlain(values) || !isPlainWrite(table, attributes, name === 'PutItem')) return undefined;
  const update = optionalText(body, 'UpdateExpression');
  if (update !== undefined && actionsIn(update) === undefined) return undefined;
  return JSON.stringify([name, table.id, update, names, Object.keys(values), asked]);
}

/** What a write of a known form does to an item. */
export function knownWrite(name: WriteName, write: Write, current: StoredItem | null): KnownWrite {
  const { table, body } = write;
  const after = imageAfter(name, write, current?.item ?? null);
  const image = after === null ? null : new StoredItem(after);
  return {
    image,
    reply: {
      ...(body['ReturnValues'] === 'ALL_OLD' && current !== null && { Attributes: current.item }),
      ...(body['ReturnConsumedCapacity'] === 'TOTAL' && {
        ConsumedCapacity: { TableName: table.name, CapacityUnits: writeUnits(current, image) },
      }),
    },
  };
}

/** What a write costs: one unit for each kilobyte of the larger of what was there and what is there now. */
export function writeUnits(before: StoredItem | null, after: StoredItem | null): number {
  return Math.max(1, Math.ceil(Math.max(before?.bytes ?? 0, after?.bytes ?? 0) / 1024));
}

function imageAfter(name: WriteName, { body, attributes }: Write, current: Item | null): Item | null {
  if (name === 'DeleteItem') return null;
  if (name === 'PutItem') return attributes;
  const image = new Map(Object.entries(current ?? attributes));
  const { names, values } = bindings(body);
  for (const { path, value } of actionsIn(optionalText(body, 'UpdateExpression') ?? '') ?? []) {
    const attribute = names[path] ?? path;
    const assigned = value === undefined ? undefined : values[value];
    if (assigned === undefined) image.delete(attribute);
    else image.set(attribute, assigned);
  }
  return Object.fromEntries(image);
}

type Action = { readonly path: string; readonly value?: string };

/** The actions of an expression like `SET #a = :b, #c = :d REMOVE #e`; undefined: it is another kind. */
function actionsIn(expression: string): readonly Action[] | undefined {
  const clauses = /^(?:SET (?<set>[^.[()]+?))? ?(?:REMOVE (?<remove>[^.[()=:]+))?$/.exec(expression)?.groups;
  if (clauses === undefined || expression === '') return undefined;
  const { set, remove } = clauses;
  const actions = [
    ...(set?.split(', ').map((text) => /^(?<path>#\w+) = (?<value>:\w+)$/.exec(text)?.groups) ?? []),
    ...(remove?.split(', ').map((text) => /^(?<path>#\w+)$/.exec(text)?.groups) ?? []),
  ];
  const known = actions.flatMap((groups) => {
    const path = groups?.['path'];
    const value = groups?.['value'];
    return path === undefined ? [] : [{ path, ...(value === undefined ? {} : { value }) }];
  });
  return known.length === actions.length ? known : undefined;
}

/** What a table's indexes make of an item is dynalite's to judge. */
export function hasIndexes({ settings }: SandboxTable): boolean {
  return settings.globalIndexes.length + settings.localIndexes.length > 0;
}

/** Whether an item, or a key that must hold nothing else, is one that dynalite could find nothing wrong with. */
export function isPlainWrite(table: SandboxTable, attributes: Item, isItem: boolean): boolean {
  const key = Object.values(table.keyAttributes(attributes));
  if (!isItem && Object.keys(attributes).length !== key.length) return false;
  return key.every(isPlainKey) && isPlain(attributes);
}

function isPlainKey({ S, N }: AttributeValue): boolean {
  return N !== undefined || (S !== undefined && S !== '' && S.length < 300);
}

function isPlain(item: Item, depth = 0): boolean {
  return Object.values(item).every((value) => isPlainValue(value, depth));
}

/** Values that are right as they are read: not sets (which may be empty, or hold a member twice) and no binaries. */
function isPlainValue(value: AttributeValue, depth: number): boolean {
  if (depth > 20) return false;
  if (value.L !== undefined) return value.L.every((member) => isPlainValue(member, depth + 1));
  if (value.M !== undefined) return isPlain(value.M, depth + 1);
  return value.S !== undefined || value.N !== undefined || value.BOOL !== undefined || value.NULL === true;
}
