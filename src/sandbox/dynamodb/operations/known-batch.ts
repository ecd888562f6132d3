import type { Wire } from '../../wire.ts';
import type { Item } from '../item.ts';
import type { StoredItem } from '../stored-item.ts';
import type { SandboxTable } from '../table.ts';
import { hasIndexes, hasPlainKey } from './known-form.ts';
import { writeUnits } from './known-write.ts';

/** One write of a batch. `attributes` are the item's key, or in a put the item itself. */
export type BatchedWrite = {
  readonly table: SandboxTable;
  readonly asSent: Wire;
  readonly key: string;
  readonly attributes: Item;
  readonly isPlain: boolean;
  /** The item that is put; null: it is deleted. */
  readonly image: StoredItem | null;
};

const members = new Set(['RequestItems', 'ReturnConsumedCapacity', 'ReturnItemCollectionMetrics']);

/** Everything about a batch but its items, as `formOf` gives it for one write. undefined: dynalite judges this one. */
export function formOfBatch(body: Wire, writes: readonly BatchedWrite[]): string | undefined {
  if (Object.keys(body).some((member) => !members.has(member))) return undefined;
  const capacity = body['ReturnConsumedCapacity'] ?? 'NONE';
  if (capacity !== 'NONE' && capacity !== 'TOTAL') return undefined;
  if ((body['ReturnItemCollectionMetrics'] ?? 'NONE') !== 'NONE') return undefined;
  const kinds = new Set<string>();
  const keys = new Set<string>();
  for (const { table, asSent, key, attributes, isPlain, image } of writes) {
    const kind = plainKind(asSent);
    if (kind === undefined || !isPlain || hasIndexes(table)) return undefined;
    if (!hasPlainKey(table, attributes, image !== null)) return undefined;
    kinds.add(`${table.id} ${kind}`);
    keys.add(`${table.id} ${key}`);
  }
  // No write, or two of one item, is what dynalite refuses.
  if (writes.length === 0 || keys.size < writes.length) return undefined;
  return JSON.stringify(['BatchWriteItem', [...kinds].sort(inOrder), capacity]);
}

/** What answers a batch of a known form, whose writes are yet to be done. */
export function knownReply(body: Wire, writes: readonly BatchedWrite[]): Wire {
  if (body['ReturnConsumedCapacity'] !== 'TOTAL') return { UnprocessedItems: {} };
  const units = new Map<string, number>();
  for (const { table, key, image } of writes) {
    const cost = writeUnits(table.history.stored(key), image);
    units.set(table.name, (units.get(table.name) ?? 0) + cost);
  }
  const ConsumedCapacity = Array.from(units, ([TableName, CapacityUnits]) => ({ TableName, CapacityUnits }));
  return { UnprocessedItems: {}, ConsumedCapacity };
}

/** Which of the two a request is when it is that and nothing else. */
function plainKind(asSent: Wire): 'PutRequest' | 'DeleteRequest' | undefined {
  const [kind, other] = Object.keys(asSent);
  if (other !== undefined || (kind !== 'PutRequest' && kind !== 'DeleteRequest')) return undefined;
  return Object.keys(Object(asSent[kind])).length === 1 ? kind : undefined;
}

function inOrder(left: string, right: string): number {
  return left < right ? -1 : 1;
}
