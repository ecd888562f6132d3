import { invalid } from '../../aws-error.ts';
import { optionalList, optionalRecord, record, type Wire } from '../../wire.ts';
import { checkItemSize, readItem } from '../item.ts';
import type { Operation } from '../operation.ts';
import { isPlainItem } from '../plain.ts';
import { type Region, tableName } from '../region.ts';
import { StoredItem } from '../stored-item.ts';
import type { SandboxTable } from '../table.ts';
import { takeAll } from '../turns.ts';
import { keyOrNone } from './items.ts';
import { type BatchedWrite, formOfBatch, knownReply } from './known-batch.ts';
import { readPlainGet } from './known-get.ts';

type WriteRequest = Omit<BatchedWrite, 'key'> & { readonly key: string | undefined };

const batchWriteItem: Operation = async ({ region, body, leaveUnprocessed = 0 }) => {
  const requests = readWrites(region, body);
  if (requests.length > 25) throw invalid('Too many items requested for the BatchWriteItem call');
  const kept = requests.slice(0, Math.max(0, requests.length - leaveUnprocessed));
  const left = requests.slice(kept.length);
  const isAllLeft = kept.length === 0 && left.length > 0;
  const reply = isAllLeft ? {} : await takeAll(turnsOf(requests), () => writeAll(region, body, kept));
  return { ...reply, UnprocessedItems: grouped(left, ({ asSent }) => asSent) };
};

function readWrites(region: Region, body: Wire): WriteRequest[] {
  return Object.entries(optionalRecord(body, 'RequestItems') ?? {}).flatMap(([name, requests]) => {
    const table = region.usable(name);
    if (!Array.isArray(requests)) throw invalid('1 validation error detected: requestItems must hold lists');
    return requests.map((value) => readWrite(table, record(value)));
  });
}

function readWrite(table: SandboxTable, asSent: Wire): WriteRequest {
  const [put, remove] = [optionalRecord(asSent, 'PutRequest'), optionalRecord(asSent, 'DeleteRequest')];
  const sent = put === undefined && remove === undefined ? {} : put === undefined ? remove?.['Key'] : put['Item'];
  const attributes = isPlainItem(sent) ? sent : readItem(sent);
  const isPlain = attributes === sent || isPlainItem(attributes);
  const image = put === undefined ? null : new StoredItem(attributes);
  if (image !== null) checkItemSize(image.bytes);
  return { table, asSent, attributes, isPlain, image, key: keyOrNone(table, attributes) };
}

async function writeAll(region: Region, body: Wire, requests: readonly WriteRequest[]): Promise<Wire> {
  const writes = requests.flatMap((request) => (request.key === undefined ? [] : [{ ...request, key: request.key }]));
  const form = writes.length === requests.length ? formOfBatch(body, writes) : undefined;
  const isKnown = form !== undefined && region.isSound(form);
  const reply = isKnown ? knownReply(body, writes) : await judgedReply(region, body, requests);
  if (form !== undefined) region.rememberSound(form);
  const at = region.world.clock();
  for (const { table, key, attributes, image } of writes) {
    if (image === null && table.history.stored(key) === null) continue;
    table.record(key, attributes, { at, kind: image === null ? 'delete' : 'put', image });
    if (isKnown) table.untold.add(key);
  }
  return reply;
}

/** The reply of dynalite, which carries the batch out as well, and refuses it when it must. */
async function judgedReply(region: Region, body: Wire, requests: readonly WriteRequest[]): Promise<Wire> {
  // What a write costs is a matter of what was there.
  for (const table of new Set(requests.map((request) => request.table))) {
    const keys = requests.flatMap((request) => (request.table === table ? (request.key ?? []) : []));
    await region.tell(table, keys);
  }
  const lists = Object.keys(optionalRecord(body, 'RequestItems') ?? {}).map((name) => [tableName(name), []]);
  const RequestItems = { ...Object.fromEntries(lists), ...grouped(requests, asRead) };
  return region.dynalite('BatchWriteItem', { ...body, RequestItems });
}

function asRead({ asSent, attributes, image }: WriteRequest): Wire {
  if (image !== null) return { PutRequest: { Item: attributes } };
  return optionalRecord(asSent, 'DeleteRequest') !== undefined ? { DeleteRequest: { Key: attributes } } : asSent;
}

function grouped(requests: readonly WriteRequest[], shown: (request: WriteRequest) => Wire): Record<string, Wire[]> {
  const groups: Record<string, Wire[]> = {};
  for (const request of requests) {
    const group = groups[request.table.name] ?? [];
    group.push(shown(request));
    groups[request.table.name] = group;
  }
  return groups;
}

/** The turns of the tables in one order that every caller keeps. */
function turnsOf(requests: readonly { readonly table: SandboxTable }[]) {
  const tables = [...new Set(requests.map(({ table }) => table))];
  return tables.toSorted((left, right) => (left.name < right.name ? -1 : 1)).map(({ turns }) => turns);
}

const batchGetItem: Operation = async ({ region, body }) => {
  const plain = readPlainGet(region, body);
  if (plain !== undefined && region.isSound(plain.form)) return plain.reply;
  const reply = await judgedGet(region, body);
  if (plain !== undefined) region.rememberSound(plain.form);
  return reply;
};

async function judgedGet(region: Region, body: Wire): Promise<Wire> {
  const asked = Object.entries(optionalRecord(body, 'RequestItems') ?? {});
  const RequestItems: Record<string, unknown> = {};
  for (const [nameOrArn, value] of asked) {
    const table = region.usable(nameOrArn);
    const keys = (optionalList(record(value), 'Keys') ?? []).map(readItem);
    const untold = keys.map((key) => keyOrNone(table, key)).filter((key) => key !== undefined && table.untold.has(key));
    if (untold.length > 0)
      await table.turns.take(() =>
        region.tell(
          table,
          untold.filter((key) => key !== undefined),
        ),
      );
    RequestItems[tableName(nameOrArn)] = { ...record(value), Keys: keys };
  }
  return region.dynalite('BatchGetItem', { ...body, RequestItems });
}

export const batchOperations: Readonly<Record<string, Operation>> = {
  BatchWriteItem: batchWriteItem,
  BatchGetItem: batchGetItem,
};
