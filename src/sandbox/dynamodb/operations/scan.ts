import { invalid } from '../../aws-error.ts';
import { JsonList } from '../../json-text.ts';
import { constraint, optionalFlag, optionalNumber, optionalRecord, optionalText, text, type Wire } from '../../wire.ts';
import { meets } from '../condition/evaluate.ts';
import { parseCondition } from '../condition/parse.ts';
import type { ScannedEntry } from '../history.ts';
import { type Item, readItem } from '../item.ts';
import { placeOf, segmentOf } from '../key.ts';
import type { Operation, Request } from '../operation.ts';
import type { StoredItem } from '../stored-item.ts';
import type { SandboxTable } from '../table.ts';
import { bindings, checkForm } from './condition-check.ts';
import { keyOrNone } from './items.ts';

/** The bytes after which a page ends. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html */
const pageBytes = 1_048_576;

type Part = { readonly segment: number; readonly total: number };

/**
 * Scan of a table, from the history's current state: fast, in the order the sandbox was told to keep, pages weighed by
 * UTF-8 bytes. Index scans and what came before expressions are dynalite's.
 */
const scan: Operation = async (request) => {
  const { region, body } = request;
  const table = region.usable(text(body, 'TableName'));
  const part = readPart(body);
  if (isLegacy(body)) {
    if (table.untold.size > 0) await table.turns.take(() => region.tell(table));
    return region.dynalite('Scan', { ...body, TableName: table.name });
  }
  await checkBody(request, table);
  const filter = readFilter(body);
  const page = readPage(table, part, startOf(table, body, part), optionalNumber(body, 'Limit'));
  const items = filter === undefined ? page.items : page.items.filter(filter);
  const shown = projection(body);
  return {
    ...(optionalText(body, 'Select') !== 'COUNT' && { Items: shown ? items.map(shown) : new JsonList(items) }),
    Count: items.length,
    ScannedCount: page.items.length,
    ...(page.last !== undefined && { LastEvaluatedKey: table.keyAttributes(page.last.item) }),
    ...consumed(body, table, page.bytes),
  };
};

function isLegacy(body: Wire): boolean {
  const nested = /[.[]/.test(maskNames(optionalText(body, 'ProjectionExpression') ?? ''));
  return nested || ['IndexName', 'ScanFilter', 'AttributesToGet', 'ConditionalOperator'].some((name) => name in body);
}

/** A `#name` may stand for an attribute with a dot in it: only a dot outside of names is a path. */
function maskNames(expression: string): string {
  return expression.replace(/#[A-Za-z0-9_]+/g, 'name');
}

/** Lets dynalite refuse malformed requests; it looks at no more than one item. */
async function checkBody({ region, body }: Request, table: SandboxTable): Promise<void> {
  const { ExclusiveStartKey: _, Segment: __, TotalSegments: ___, ...rest } = body;
  const limit = optionalNumber(body, 'Limit');
  const expression = optionalText(body, 'FilterExpression') ?? optionalText(body, 'ProjectionExpression');
  if (body['ExclusiveStartKey'] !== undefined && expression === undefined) return;
  const scanned = { ...rest, TableName: table.name, ...(limit !== undefined && limit >= 1 && { Limit: 1 }) };
  await checkForm(region, 'FilterExpression', scanned);
}

function readPart(body: Wire): Part | undefined {
  const [segment, total] = [optionalNumber(body, 'Segment'), optionalNumber(body, 'TotalSegments')];
  if (total === undefined && segment === undefined) return undefined;
  if (total === undefined) {
    throw invalid(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  }
  if (segment === undefined) {
    throw invalid(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  }
  if (total < 1) {
    throw constraint(String(total), 'TotalSegments', 'Member must have value greater than or equal to 1');
  }
  if (total > 1_000_000) {
    throw constraint(String(total), 'TotalSegments', 'Member must have value less than or equal to 1000000');
  }
  if (segment < 0) throw constraint(String(segment), 'Segment', 'Member must have value greater than or equal to 0');
  if (segment >= total) {
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  return { segment, total };
}

function startOf(table: SandboxTable, body: Wire, part: Part | undefined): string | undefined {
  const given = optionalRecord(body, 'ExclusiveStartKey');
  if (given === undefined) return undefined;
  const attributes = readItem(given);
  const key = keyOrNone(table, attributes);
  if (key === undefined || Object.keys(attributes).length !== Object.keys(table.keyAttributes(attributes)).length) {
    throw invalid('The provided starting key is invalid: The provided key element does not match the schema');
  }
  if (part !== undefined && segmentOf(placeOf(key), part.total) !== part.segment) {
    throw invalid(
      `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${part.total} Segment: ${part.segment}`,
    );
  }
  return key;
}

function readFilter(body: Wire): ((stored: StoredItem) => boolean) | undefined {
  const expression = optionalText(body, 'FilterExpression');
  if (expression === undefined) return undefined;
  const condition = parseCondition(expression);
  const { names, values } = bindings(body);
  return ({ item }) => meets({ item, names, values }, condition);
}

type Page = { readonly items: readonly StoredItem[]; readonly bytes: number; readonly last: StoredItem | undefined };

function readPage(table: SandboxTable, part: Part | undefined, start: string | undefined, limit = Infinity): Page {
  const entries = entriesOf(table, part);
  const items: StoredItem[] = [];
  let bytes = 0;
  for (let index = start === undefined ? 0 : firstAfter(entries, start); index < entries.length; index += 1) {
    const image = entries[index]?.now ?? null;
    if (image === null) continue;
    items.push(image);
    bytes += image.bytes;
    if (items.length >= limit || bytes >= pageBytes) return { items, bytes, last: image };
  }
  return { items, bytes, last: undefined };
}

type Entries = readonly ScannedEntry[];

/** The keys of each segment by their number of segments, for as long as the table gets no new keys. */
const segmentations = new WeakMap<Entries, Map<number, readonly Entries[]>>();

/** What a scan walks, in its order. */
function entriesOf(table: SandboxTable, part: Part | undefined): Entries {
  const entries = table.history.inOrder();
  if (part === undefined) return entries;
  const known = segmentations.get(entries) ?? new Map<number, readonly Entries[]>();
  segmentations.set(entries, known);
  const segments = known.get(part.total) ?? segmented(entries, part.total);
  known.set(part.total, segments);
  return segments[part.segment] ?? [];
}

function segmented(entries: Entries, total: number): readonly Entries[] {
  const segments: ScannedEntry[][] = [];
  for (const entry of entries) {
    const segment = segmentOf(entry.place, total);
    segments[segment] ??= [];
    segments[segment].push(entry);
  }
  return segments;
}

function firstAfter(entries: Entries, start: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && entry.key > start) high = middle;
    else low = middle + 1;
  }
  return low;
}

function projection(body: Wire): ((stored: StoredItem) => Item) | undefined {
  const expression = optionalText(body, 'ProjectionExpression');
  if (expression === undefined) return undefined;
  const { names } = bindings(body);
  const wanted = new Set(expression.split(',').map((name) => names[name.trim()] ?? name.trim()));
  return ({ item }) => Object.fromEntries(Object.entries(item).filter(([name]) => wanted.has(name)));
}

function consumed(body: Wire, table: SandboxTable, bytes: number): Wire {
  const asked = optionalText(body, 'ReturnConsumedCapacity');
  if (asked !== 'TOTAL' && asked !== 'INDEXES') return {};
  const CapacityUnits = Math.ceil(bytes / 4096) * (optionalFlag(body, 'ConsistentRead') ? 1 : 0.5);
  return {
    ConsumedCapacity: {
      TableName: table.name,
      CapacityUnits,
      ...(asked === 'INDEXES' && { Table: { CapacityUnits } }),
    },
  };
}

export const scanOperations: Readonly<Record<string, Operation>> = { Scan: scan };
