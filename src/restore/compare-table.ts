import type { Difference } from './compare.ts';
import type { ComparisonOrder } from './comparer.ts';
import { consumedSince } from './consumption.ts';
import { describeExisting } from './describe-existing.ts';
import { tablesAtOnce } from './each-table.ts';
import type { Cost, TableComparison, TableVerification } from './events.ts';
import type { TableDescription } from './ports.ts';
import type { StepContext } from './step.ts';
import { restoreTableOf, tableOf } from './step.ts';

/** AWS's rule of thumb is a segment per 2 GB; smaller ones keep more requests in flight (Developer Guide, Scan). */
const bytesPerSegment = 256 * 1024 * 1024;
const fewestSegments = 2;
const mostSegments = 64;

/**
 * A strongly consistent read of 4 KB is a unit, an eventually consistent one half of it, and a page of a scan is counted as
 * a whole (Developer Guide, Scan). The comparer reads the live table in the former way, the restored one in the latter.
 */
const bytesPerUnit = { live: 4096, restored: 2 * 4096 };

/** Reads a live table and its restore table side by side and puts every difference into the journal. */
export async function compareTable(context: StepContext, label: string): Promise<TableComparison & Required<Cost>> {
  const { restored, live, ...found } = await compare(context, label, false);
  return { ...found, liveItems: live.items, restoredItems: restored.items, consumed: consumedSince(context, label) };
}

/** The same, with a digest of either side as the proof. */
export async function compareForProof(
  context: StepContext,
  label: string,
): Promise<TableVerification & Required<Cost>> {
  const { restored, live, ...found } = await compare(context, label, true);
  if (restored.digest === undefined || live.digest === undefined) throw new Error('The digests were asked for');
  const digests = { liveDigest: live.digest, restoredDigest: restored.digest };
  const consumed = consumedSince(context, label);
  return { ...found, liveItems: live.items, restoredItems: restored.items, ...digests, consumed };
}

async function compare(context: StepContext, label: string, withDigests: boolean) {
  const { aws, comparer, environment, journal, pace, progress, signal } = context;
  const run = context.run();
  const { table } = tableOf(run, label);
  const description = await describeExisting(aws, table, signal);
  let unitsSoFar = 0;
  let read = { items: 0, bytes: 0 };
  const order: ComparisonOrder = {
    environment,
    restoredTable: restoreTableOf(run, label),
    liveTable: table,
    keySchema: description.keySchema,
    totalSegments: segmentsFor(description),
    memoryBudgetBytes: pace.compareMemoryBytes / Math.min(tablesAtOnce, run.tables.length),
    withDigests,
    speed: context.speed,
    signal,
    onDifferences: (batch) => {
      journal.add(run.id, label, batch.map(entryOf));
    },
    onProgress: (soFar) => {
      const { live, restored } = soFar.readUnits;
      unitsSoFar = live + restored;
      // Of a table that was emptied, only the restored one has something to read.
      const bytes = Math.max(live * bytesPerUnit.live, restored * bytesPerUnit.restored);
      read = { items: Math.max(soFar.live, soFar.restored), bytes };
      progress.set(run.id, label, read.items, description.approximateItems, { phase: run.phase, bytes: read.bytes });
    },
  };
  try {
    const comparison = await comparer.compare(order);
    progress.set(run.id, label, read.items, read.items, { phase: run.phase, bytes: read.bytes, isDone: true });
    return { label, ...comparison };
  } catch (error) {
    context.consumption.cutOff();
    throw error;
  } finally {
    // Also when it fails or is stopped: whole tables may have been read by then.
    context.consumption.add(table, { readUnits: unitsSoFar, writeUnits: 0 });
  }
}

function entryOf(difference: Difference) {
  switch (difference.kind) {
    case 'put':
      return { before: difference.live, after: difference.restored };
    case 'delete':
      return { before: difference.live, after: undefined };
  }
}

function segmentsFor({ approximateBytes }: TableDescription): number {
  return Math.min(mostSegments, Math.max(fewestSegments, Math.ceil(approximateBytes / bytesPerSegment)));
}
