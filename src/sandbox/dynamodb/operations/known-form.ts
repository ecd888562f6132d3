import { optionalText, type Wire } from '../../wire.ts';
import { type AttributeValue, type Item, itemBytes } from '../item.ts';
import type { SandboxTable } from '../table.ts';
import { bindings } from './condition-check.ts';

export type WriteName = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** A write's request as it was read off the wire. `attributes` are the item's key, or in a put the item itself. */
type Write = { readonly table: SandboxTable; readonly body: Wire; readonly attributes: Item };

/** A write that needs no judge: what it leaves behind, and what it answers. */
export type KnownWrite = { readonly image: Item | null; readonly reply: Wire };

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
  const { globalIndexes, localIndexes } = table.settings;
  if (globalIndexes.length + localIndexes.length > 0) return undefined;
  const asked = [body['ReturnValues'] ?? 'NONE', body['ReturnConsumedCapacity'] ?? 'NONE'];
  if (!(asked[0] === 'NONE' || asked[0] === 'ALL_OLD') || !(asked[1] === 'NONE' || asked[1] === 'TOTAL'))
    return undefined;
  if ((body['ReturnItemCollectionMetrics'] ?? 'NONE') !== 'NONE') return undefined;
  const { names, values } = bindings(body);
  if (!isPlain(values) || !isPlain(attributes) || !hasPlainKey(name, write)) return undefined;
  const update = optionalText(body, 'UpdateExpression');
  if (update !== undefined && actionsIn(update) === undefined) return undefined;
  return JSON.stringify([name, table.id, update, names, Object.keys(values), asked]);
}

/** What a write of a known form does to an item. */
export function knownWrite(name: WriteName, write: Write, current: Item | null): KnownWrite {
  const { table, body } = write;
  const image = imageAfter(name, write, current);
  const units = Math.max(1, ...[current, image].map((item) => Math.ceil((item === null ? 0 : itemBytes(item)) / 1024)));
  return {
    image,
    reply: {
      ...(body['ReturnValues'] === 'ALL_OLD' && current !== null && { Attributes: current }),
      ...(body['ReturnConsumedCapacity'] === 'TOTAL' && {
        ConsumedCapacity: { TableName: table.name, CapacityUnits: units },
      }),
    },
  };
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

function hasPlainKey(name: WriteName, { table, attributes }: Write): boolean {
  const key = table.keyAttributes(attributes);
  if (name !== 'PutItem' && Object.keys(attributes).length !== Object.keys(key).length) return false;
  return Object.values(key).every(({ S, N }) => N !== undefined || (S !== undefined && S !== '' && S.length < 300));
}
