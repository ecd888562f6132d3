import { addConsumed, nothingConsumed } from './consumption.ts';
import type { TablesSize } from './events.ts';
import type { Run } from './run.ts';
import type { Consumed } from './speed.ts';

/** US dollars: for a million request units on demand, and for a gigabyte that AWS restores. */
type Prices = { readonly readMillion: number; readonly writeMillion: number; readonly restoredGigabyte: number };

/** AWS changes prices; these are as known on this day, without taxes, discounts and free tier. */
export const pricesAsOf = '2026-11-22';

/**
 * aws.amazon.com/dynamodb/pricing/on-demand, table class Standard. Outside of the United States rounded to a cent: the list
 * before the cut to one half of 1 November 2024, halved. A region that is not here has no price: units are told alone.
 */
const priceList: Readonly<Record<string, Prices>> = {
  'us-east-1': { readMillion: 0.125, writeMillion: 0.625, restoredGigabyte: 0.15 },
  'us-east-2': { readMillion: 0.125, writeMillion: 0.625, restoredGigabyte: 0.15 },
  'us-west-2': { readMillion: 0.125, writeMillion: 0.625, restoredGigabyte: 0.15 },
  'eu-west-1': { readMillion: 0.14, writeMillion: 0.71, restoredGigabyte: 0.17 },
  'eu-central-1': { readMillion: 0.15, writeMillion: 0.76, restoredGigabyte: 0.18 },
};

const gigabyte = 1024 ** 3;
const kilobyte4 = 4096;

/** What something uses of AWS, and about what that costs. */
export type CostEstimate = Consumed & {
  /** What AWS restores, as it last counted the tables. */
  readonly restoredBytes: number;
  /** It may be more: a process that used some of it was gone before it had written it down, or requests were cut off. */
  readonly isPartlyCounted?: boolean;
  /** At on-demand prices; absent: the region's prices are not known here. */
  readonly dollars?: number;
};

/**
 * What a run has used so far, by AWS's own count in its replies; undefined: nothing was counted. Of a write whose condition
 * failed AWS tells no count: that one is by the size of the item. Requests without a reply are not in it.
 */
export function costOf({ tables, size, request, isPartlyCounted }: Run): CostEstimate | undefined {
  const counted = tables.flatMap(({ consumed }) => consumed ?? []);
  const isRestored = request.undoOf === undefined && tables.some(({ restoreConfirmed }) => restoreConfirmed);
  const restoredBytes = isRestored ? (size?.bytes ?? 0) : 0;
  if (counted.length === 0 && restoredBytes === 0) return undefined;
  const known = estimate(counted.reduce(addConsumed, nothingConsumed), restoredBytes, request.region);
  return isPartlyCounted === true ? { ...known, isPartlyCounted } : known;
}

/**
 * What a restore of so much will use at least: both sides are read twice, the live one strongly consistent. What is written
 * back depends on what differs, and is not in it.
 */
export function expectedCost({ bytes }: Pick<TablesSize, 'bytes'>, region: string): CostEstimate {
  const readUnits = Math.ceil((2 * 1.5 * bytes) / kilobyte4);
  return estimate({ readUnits, writeUnits: 0 }, bytes, region);
}

/** `about $0.42 at on-demand prices: 1.2 M read units, 12,430 write units, restore of 3.1 GB; AWS's bill is what counts` */
export function costSentence(cost: CostEstimate): string {
  const { readUnits, writeUnits, restoredBytes, isPartlyCounted = false, dollars } = cost;
  const parts = [
    ...(readUnits === 0 ? [] : [`${amount(readUnits)} ${units('read', readUnits)}`]),
    ...(writeUnits === 0 ? [] : [`${amount(writeUnits)} ${units('write', writeUnits)}`]),
    ...(restoredBytes === 0 ? [] : [`restore of ${size(restoredBytes)}`]),
  ];
  const used = parts.length === 0 ? 'nothing' : parts.join(', ');
  const told = isPartlyCounted ? `at least ${used}` : used;
  return dollars === undefined ? told : `${money(dollars)} at on-demand prices: ${told}; AWS's bill is what counts`;
}

function estimate(consumed: Consumed, restoredBytes: number, region: string): CostEstimate {
  const prices = Object.hasOwn(priceList, region) ? priceList[region] : undefined;
  if (prices === undefined) return { ...consumed, restoredBytes };
  const dollars =
    (consumed.readUnits / 1e6) * prices.readMillion +
    (consumed.writeUnits / 1e6) * prices.writeMillion +
    (restoredBytes / gigabyte) * prices.restoredGigabyte;
  return { ...consumed, restoredBytes, dollars };
}

/** No more digits than are known. */
function money(dollars: number): string {
  if (dollars < 0.01) return 'less than $0.01';
  return `about $${dollars < 100 ? dollars.toFixed(2) : Math.round(dollars).toLocaleString('en-US')}`;
}

function units(kind: 'read' | 'write', count: number): string {
  return `${kind} ${Math.ceil(count) === 1 ? 'unit' : 'units'}`;
}

function amount(units: number): string {
  const whole = Math.ceil(units);
  return whole < 1_000_000 ? whole.toLocaleString('en-US') : `${(whole / 1e6).toFixed(1)} M`;
}

function size(bytes: number): string {
  if (bytes < 1024 ** 2) return `${Math.ceil(bytes / 1024)} KB`;
  if (bytes < gigabyte) return `${Math.ceil(bytes / 1024 ** 2)} MB`;
  return `${(bytes / gigabyte).toFixed(1)} GB`;
}
