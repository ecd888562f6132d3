import { AwsError } from '../aws-error.ts';
import { isRecord, optionalList, optionalNumber, optionalRecord, type Wire } from '../wire.ts';
import type { Capacity, Direction } from './capacity.ts';
import { readItem } from './item.ts';
import { placeOf } from './key.ts';
import type { Operation, Request } from './operation.ts';
import { keyOrNone } from './operations/items.ts';
import { writeUnits } from './operations/known-write.ts';
import { StoredItem } from './stored-item.ts';
import type { SandboxTable } from './table.ts';

const reads = new Set(['Scan', 'Query', 'GetItem']);
const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);

/** Runs an operation within what its tables may consume. Transactions are let through unmetered. @throws AwsError */
export async function metered(name: string, operation: Operation, request: Request, capacity: Capacity): Promise<Wire> {
  if (capacity.rules === undefined) return operation(request);
  if (name === 'BatchWriteItem') return batchWrite(operation, request, capacity);
  if (name === 'BatchGetItem') return batchGet(operation, request, capacity);
  const direction = reads.has(name) ? 'Read' : writes.has(name) ? 'Write' : undefined;
  const table = direction === undefined ? undefined : tableOf(request, request.body['TableName']);
  if (direction === undefined || table === undefined) return operation(request);
  const range = rangeOf(table, request.body);
  refuse(capacity, table, direction, range);
  const { body } = request;
  try {
    const reply = await operation({ ...request, body: { ...body, ReturnConsumedCapacity: askedFor(body) ?? 'TOTAL' } });
    capacity.charge(table, direction, range, unitsIn(reply['ConsumedCapacity']));
    return askedFor(body) === undefined ? without(reply, 'ConsumedCapacity') : reply;
  } catch (error) {
    // A condition that fails has cost a write all the same (Developer Guide, "Conditional writes").
    if (error instanceof AwsError && error.name === 'ConditionalCheckFailedException') {
      const key = keyIn(table, body['Key'] ?? body['Item']);
      capacity.charge(table, direction, range, writeUnits(storedAt(table, key), null));
    }
    throw error;
  }
}

/** Each entry stands for itself: what is over the limit is left unprocessed, and if that is all of it, refused. */
async function batchWrite(operation: Operation, request: Request, capacity: Capacity): Promise<Wire> {
  const [kept, left]: [Record<string, unknown[]>, Record<string, unknown[]>] = [{}, {}];
  let refusal: AwsError | undefined;
  for (const [name, entry] of entriesIn(request.body)) {
    const refused = refuseEntry(tableOf(request, name), entry, capacity);
    refusal ??= refused;
    const group = refused === undefined ? kept : left;
    group[name] ??= [];
    group[name].push(entry);
  }
  if (refusal === undefined) return operation(request);
  if (Object.keys(kept).length === 0) throw refusal;
  const reply = await operation({ ...request, body: { ...request.body, RequestItems: kept } });
  return { ...reply, UnprocessedItems: joined(optionalRecord(reply, 'UnprocessedItems') ?? {}, left) };
}

function entriesIn(body: Wire): (readonly [string, unknown])[] {
  return Object.entries(optionalRecord(body, 'RequestItems') ?? {}).flatMap(([name, entries]) =>
    Array.isArray(entries) ? entries.map((entry: unknown) => [name, entry] as const) : [],
  );
}

function refuseEntry(table: SandboxTable | undefined, entry: unknown, capacity: Capacity): AwsError | undefined {
  if (table === undefined) return undefined;
  const { attributes, isPut } = attributesOf(entry);
  const key = keyIn(table, attributes);
  const range = key === undefined ? 0 : placeOf(key);
  const refused = capacity.refusal(table, 'Write', range);
  if (refused !== undefined) return refused;
  const before = storedAt(table, key);
  const after = isPut && isRecord(attributes) ? new StoredItem(readItem(attributes)) : null;
  capacity.charge(table, 'Write', range, writeUnits(before, after));
  return undefined;
}

async function batchGet(operation: Operation, request: Request, capacity: Capacity): Promise<Wire> {
  const tables = Object.keys(optionalRecord(request.body, 'RequestItems') ?? {}).flatMap(
    (name) => tableOf(request, name) ?? [],
  );
  for (const table of tables) refuse(capacity, table, 'Read', 0);
  const { body } = request;
  const reply = await operation({ ...request, body: { ...body, ReturnConsumedCapacity: askedFor(body) ?? 'TOTAL' } });
  for (const consumed of optionalList(reply, 'ConsumedCapacity') ?? []) {
    const table = isRecord(consumed) ? tableOf(request, consumed['TableName']) : undefined;
    if (table !== undefined) capacity.charge(table, 'Read', 0, unitsIn(consumed));
  }
  return askedFor(body) === undefined ? without(reply, 'ConsumedCapacity') : reply;
}

function refuse(capacity: Capacity, table: SandboxTable, direction: Direction, range: number): void {
  const refusal = capacity.refusal(table, direction, range);
  if (refusal !== undefined) throw refusal;
}

function tableOf({ region }: Request, name: unknown): SandboxTable | undefined {
  return typeof name === 'string' ? region.find(name) : undefined;
}

/** Where in the space of keys a request works, from 0 up to 1: by its key, or by the segment that it scans. */
function rangeOf(table: SandboxTable, body: Wire): number {
  const segment = optionalNumber(body, 'Segment');
  const key = keyIn(table, body['Key'] ?? body['Item'] ?? body['ExclusiveStartKey']);
  if (key !== undefined) return placeOf(key);
  return segment === undefined ? 0 : segment / (optionalNumber(body, 'TotalSegments') ?? 1);
}

function attributesOf(entry: unknown): { readonly attributes: unknown; readonly isPut: boolean } {
  if (!isRecord(entry)) return { attributes: undefined, isPut: false };
  const put = optionalRecord(entry, 'PutRequest');
  const attributes = put === undefined ? optionalRecord(entry, 'DeleteRequest')?.['Key'] : put['Item'];
  return { attributes, isPut: put !== undefined };
}

/** The key in an item as it was sent, of which no more is read than that. */
function keyIn(table: SandboxTable, attributes: unknown): string | undefined {
  if (!isRecord(attributes)) return undefined;
  const { partition, sort } = table.schema;
  const names = [partition.name, ...(sort === undefined ? [] : [sort.name])];
  const sent = names.flatMap((name) => (Object.hasOwn(attributes, name) ? [[name, attributes[name]]] : []));
  return keyOrNone(table, readItem(Object.fromEntries(sent)));
}

function storedAt(table: SandboxTable, key: string | undefined): StoredItem | null {
  return key === undefined ? null : table.history.stored(key);
}

function askedFor(body: Wire): unknown {
  const asked = body['ReturnConsumedCapacity'];
  return asked === 'TOTAL' || asked === 'INDEXES' ? asked : undefined;
}

function unitsIn(consumed: unknown): number {
  return isRecord(consumed) ? (optionalNumber(consumed, 'CapacityUnits') ?? 0) : 0;
}

function without(reply: Wire, name: string): Wire {
  return Object.fromEntries(Object.entries(reply).filter(([member]) => member !== name));
}

function joined(unprocessed: Wire, left: Readonly<Record<string, readonly unknown[]>>): Wire {
  const groups: Record<string, unknown> = { ...unprocessed };
  for (const [name, entries] of Object.entries(left)) {
    const before = unprocessed[name];
    groups[name] = [...(Array.isArray(before) ? before : []), ...entries];
  }
  return groups;
}
