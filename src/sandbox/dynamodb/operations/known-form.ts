import { isRecord, type Wire } from '../../wire.ts';
import type { Bindings } from '../condition/evaluate.ts';
import type { Item } from '../item.ts';
import type { KeySchema } from '../key.ts';
import { isPlainItem } from '../plain.ts';
import type { SandboxTable } from '../table.ts';
import { actionsIn } from './update-actions.ts';

export type WriteName = 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** A write that is plain enough that only its form could be wrong. */
export type PlainWrite = Bindings & {
  readonly name: WriteName;
  /** Everything about the write but its values. */
  readonly form: string;
  /** The item's key, or in a put the item itself. */
  readonly attributes: Item;
  readonly condition: string | undefined;
  readonly update: string | undefined;
  readonly returnsOld: boolean;
  readonly returnsOldOnFailure: boolean;
  readonly returnsCapacity: boolean;
};

const members = new Set([
  ...['TableName', 'Item', 'Key', 'ConditionExpression', 'UpdateExpression'],
  ...['ExpressionAttributeNames', 'ExpressionAttributeValues', 'ReturnValues', 'ReturnValuesOnConditionCheckFailure'],
  ...['ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'],
]);

/**
 * Reads a write with its form: a write-back sends one form thousands of times, and dynalite has to judge it once.
 * undefined: dynalite judges this one.
 */
export function readPlainWrite(name: WriteName, table: SandboxTable, body: Wire): PlainWrite | undefined {
  if (hasIndexes(table) || !hasOnly(body, members)) return undefined;
  const {
    ConditionExpression: condition,
    UpdateExpression: update,
    ExpressionAttributeNames: names = {},
    ExpressionAttributeValues: values = {},
    ReturnValues: old = 'NONE',
    ReturnValuesOnConditionCheckFailure: oldOnFailure = 'NONE',
    ReturnConsumedCapacity: capacity = 'NONE',
    ReturnItemCollectionMetrics: metrics = 'NONE',
  } = body;
  const attributes = body[name === 'PutItem' ? 'Item' : 'Key'];
  if (!isPlainCondition(condition) || !isPlainUpdate(update) || !isTexts(names) || !isPlainItem(values))
    return undefined;
  if (
    !isOneOf(old, 'ALL_OLD') ||
    !isOneOf(oldOnFailure, 'ALL_OLD') ||
    !isOneOf(capacity, 'TOTAL') ||
    metrics !== 'NONE'
  )
    return undefined;
  if (!isPlainItem(attributes) || !hasPlainKey(table, attributes, name === 'PutItem')) return undefined;
  let types = '';
  for (const value of Object.keys(values)) types += `${value} ${Object.keys(values[value] ?? {})[0]} `;
  const parts = [
    name,
    table.id,
    condition,
    update,
    body['ExpressionAttributeNames'],
    types,
    old,
    oldOnFailure,
    capacity,
  ];
  return {
    name,
    form: JSON.stringify(parts),
    attributes,
    names,
    values,
    condition,
    update,
    returnsOld: old === 'ALL_OLD',
    returnsOldOnFailure: oldOnFailure === 'ALL_OLD',
    returnsCapacity: capacity === 'TOTAL',
  };
}

export function hasOnly(body: Wire, known: ReadonlySet<string>): boolean {
  for (const member of Object.keys(body)) if (!known.has(member)) return false;
  return true;
}

/** What a table's indexes make of an item is dynalite's to judge. */
export function hasIndexes({ settings }: SandboxTable): boolean {
  return settings.globalIndexes.length + settings.localIndexes.length > 0;
}

/** Whether plain attributes are an item with its key, or a key and nothing else, that dynalite could find nothing wrong with. */
export function hasPlainKey({ schema: { partition, sort } }: SandboxTable, attributes: Item, isItem: boolean): boolean {
  if (!isItem && Object.keys(attributes).length !== (sort === undefined ? 1 : 2)) return false;
  return isPlainKey(attributes, partition) && (sort === undefined || isPlainKey(attributes, sort));
}

function isPlainKey(attributes: Item, { name, type }: KeySchema['partition']): boolean {
  const value = attributes[name]?.[type];
  return value !== undefined && (type === 'N' || (type === 'S' && value !== '' && value.length < 300));
}

/** A condition is judged by the values, too, where a range must not be empty or a type must be one. */
export function isPlainCondition(expression: unknown): expression is string | undefined {
  return expression === undefined || (typeof expression === 'string' && !/between|attribute_type/i.test(expression));
}

function isPlainUpdate(expression: unknown): expression is string | undefined {
  return expression === undefined || (typeof expression === 'string' && actionsIn(expression) !== null);
}

function isTexts(names: unknown): names is Readonly<Record<string, string>> {
  return isRecord(names) && Object.values(names).every((name) => typeof name === 'string');
}

function isOneOf(asked: unknown, other: string): boolean {
  return asked === 'NONE' || asked === other;
}
