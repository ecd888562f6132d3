import type { Difference } from './compare.ts';
import { compareTables } from './compare.ts';
import { describeExisting } from './describe-existing.ts';
import type { TableComparison } from './events.ts';
import type { TableDescription } from './ports.ts';
import type { StepContext } from './step.ts';
import { restoreTableOf, tableOf } from './step.ts';

/** AWS's rule of thumb is a segment per 2 GB; smaller ones keep more requests in flight (Developer Guide, Scan). */
const bytesPerSegment = 256 * 1024 * 1024;
const fewestSegments = 2;
const mostSegments = 16;

/**
 * Reads a live table and its restore table side by side and puts every difference into the journal. The live side is
 * read strongly consistent: a stale read would become a wrong verdict.
 */
export async function compareTable(context: StepContext, label: string): Promise<TableComparison> {
  const { aws, journal, openOverflow, pace, progress, signal } = context;
  const run = context.run();
  const { table } = tableOf(run, label);
  const description = await describeExisting(aws, table, signal);
  const total = segmentsFor(description);
  const scans = (name: string, consistent: boolean) =>
    Array.from({ length: total }, (_, segment) =>
      aws.items.scan({ table: name, segment, totalSegments: total, consistent, signal }),
    );
  const result = await compareTables({
    keySchema: description.keySchema,
    restored: scans(restoreTableOf(run, label), false),
    live: scans(table, true),
    onDifferences: (batch) => {
      journal.add(run.id, label, batch.map(entryOf));
    },
    onProgress: ({ live }) => progress.set(run.id, label, live, description.approximateItems),
    memoryBudgetBytes: pace.compareMemoryBytes,
    openOverflow,
    signal,
  });
  return {
    label,
    liveItems: result.live.items,
    restoredItems: result.restored.items,
    put: result.put,
    delete: result.delete,
    unchanged: result.unchanged,
    liveDigest: result.live.digest,
    restoredDigest: result.restored.digest,
  };
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
