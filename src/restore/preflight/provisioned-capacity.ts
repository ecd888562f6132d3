import type { TableDescription } from '../ports.ts';
import type { Finding } from './check.ts';
import { warning } from './check.ts';

/** A strongly consistent read takes a unit for so much (Amazon DynamoDB Developer Guide, "Read and write operations"). */
const bytesPerReadUnit = 4096;
/** Less than this is nothing beside what AWS needs to build the copy. */
const worthSayingMs = 10 * 60_000;
const hour = 3_600_000;

/** The live table is read in full before and after the writing; a copy is on demand, and so never the slow one. */
export function provisionedCapacityWarning(description: TableDescription | undefined): Finding | undefined {
  const { table, provisioned, approximateBytes = 0 } = description ?? {};
  if (provisioned === undefined || provisioned.readUnits <= 0) return undefined;
  const ms = (approximateBytes / bytesPerReadUnit / provisioned.readUnits) * 1000;
  if (ms < worthSayingMs) return undefined;
  const takes = ms < hour ? `${Math.round(ms / 60_000)} minutes` : `${(ms / hour).toFixed(1)} hours`;
  return warning(
    `${table} has ${provisioned.readUnits} read units a second provisioned: reading it takes at least ${takes}, twice, and leaves little for the application meanwhile.`,
    'Raise its read capacity for the time of the restore, or set it to on-demand.',
  );
}
