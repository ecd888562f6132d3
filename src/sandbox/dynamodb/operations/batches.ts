import { invalid } from '../../aws-error.ts';
import { optionalList, optionalRecord, record, type Wire } from '../../wire.ts';
import { checkItemSize, readItem } from '../item.ts';
import type { Operation } from '../operation.ts';
import { type Region, tableName } from '../region.ts';
import type { SandboxTable } from '../table.ts';
import { takeAll } from '../turns.ts';
import { keyOrNone } from './items.ts';

type WriteRequest = { readonly table: SandboxTable; readonly asSent: Wire; readonly request: Wire };

const batchWriteItem: Operation = async ({ region, body, leaveUnprocessed = 0 }) => {
  const requests = readWrites(region, body);
  if (requests.length > 25) throw invalid('Too many items requested for the BatchWriteItem call');
  const kept = requests.slice(0, Math.max(0, requests.length - leaveUnprocessed));
  const left = requests.slice(kept.length);
  const reply = await takeAll(turnsOf(requests), () => writeAll(region, body, kept));
  return { ...reply, UnprocessedItems: grouped(left, ({ asSent }) => asSent) };
};

function readWrites(region: Region, body: Wire): WriteRequest[] {
  return Object.entries(optionalRecord(body, 'RequestItems') ?? {}).flatMap(([name, requests]) => {
    const table = region.usable(name);
    if (!Array.isArray(requests)) throw invalid('1 validation error detected: requestItems must hold lists');
    return requests.map((value) => {
      const asSent = record(value);
      const [put, remove] = [optionalRecord(asSent, 'PutRequest'), optionalRecord(asSent, 'DeleteRequest')];
      if (put !== undefined) {
        const item = readItem(put['Item']);
        checkItemSize(item);
        return { table, asSent, request: { PutRequest: { Item: item } } };
      }
      const request = remove === undefined ? asSent : { DeleteRequest: { Key: readItem(remove['Key']) } };
      return { table, asSent, request };
    });
  });
}

async function writeAll(region: Region, body: Wire, requests: readonly WriteRequest[]): Promise<Wire> {
  if (requests.length === 0 && Object.keys(optionalRecord(body, 'RequestItems') ?? {}).length > 0) return {};
  const RequestItems = grouped(requests, ({ request }) => request);
  const reply = await region.dynalite('BatchWriteItem', { ...body, RequestItems });
  const at = region.world.clock();
  for (const { table, request } of requests) {
    const put = optionalRecord(request, 'PutRequest');
    const attributes = readItem(put?.['Item'] ?? optionalRecord(request, 'DeleteRequest')?.['Key']);
    const key = table.keyOf(attributes);
    table.untold.delete(key);
    if (put !== undefined) table.record(key, attributes, { at, kind: 'put', image: attributes });
    else if (table.history.current(key) !== null) {
      table.record(key, attributes, { at, kind: 'delete', image: null });
    }
  }
  return reply;
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
};

export const batchOperations: Readonly<Record<string, Operation>> = {
  BatchWriteItem: batchWriteItem,
  BatchGetItem: batchGetItem,
};
