import type { Comparison, Difference } from './comparison/join.ts';
import { Join } from './comparison/join.ts';
import type { Overflow } from './comparison/overflow.ts';
import type { ScanPage } from './comparison/scan-segments.ts';
import { readInStep } from './comparison/scan-segments.ts';
import type { KeySchema } from './item.ts';

export type { Comparison, Difference } from './comparison/join.ts';
export type { Overflow, Side, WaitingItem } from './comparison/overflow.ts';
export type { ScanPage } from './comparison/scan-segments.ts';

export type ComparisonProgress = {
  /** Items read so far on each side. */
  readonly restored: number;
  readonly live: number;
  /** Items that wait for their partner in memory, and in the overflow. */
  readonly waiting: number;
  readonly overflowed: number;
  /** What is known so far; items that exist on one side only are known at the end. */
  readonly put: number;
  readonly delete: number;
  readonly unchanged: number;
};

export interface ComparisonInput {
  readonly keySchema: KeySchema;
  /**
   * The scans, one iterable per segment; the sides may have different numbers of them. Segments with the same index are
   * read side by side, so give both sides the same number and almost nothing has to wait.
   */
  readonly restored: readonly AsyncIterable<ScanPage>[];
  readonly live: readonly AsyncIterable<ScanPage>[];
  /** Takes the differences, at most 100 and about 1 MB at a time. The comparison waits for it. */
  readonly onDifferences: (batch: readonly Difference[]) => void | Promise<void>;
  /** Called after each page, and once at the end. */
  readonly onProgress?: (soFar: ComparisonProgress) => void;
  /** Roughly how much memory waiting items may take before they go to the overflow. Default 256 MiB. */
  readonly memoryBudgetBytes?: number;
  /** Opened when the budget is spent, at most once. Without it everything waits in memory, whatever the budget. */
  readonly openOverflow?: () => Overflow | Promise<Overflow>;
  readonly signal?: AbortSignal;
}

const defaultMemoryBudgetBytes = 256 * 1024 * 1024;

/**
 * Compares two tables in one pass over two scans and says what to write to make the live table equal to the restored
 * one. Does not rely on the order of either scan (AWS promises none): items meet by key, wherever they come from.
 *
 * A difference is handed over as soon as both partners were seen; items that exist on one side only come at the end.
 * Memory holds what waits for its partner: the skew between the scans plus the damage.
 *
 * A key that one side hands over twice while it waits counts once, the last item seen being the newer one. After it
 * has met its partner a second appearance is not recognised (that would take memory for every key) and counts as
 * an item of its own that exists on one side only. A scan of a table gives each key at most once, so this needs a scan
 * that is broken; still, who deletes on the strength of a `delete` does well to check the restored copy for that key.
 *
 * @throws what an iterable, `onDifferences` or the overflow throws, or the signal's reason. All iterables and
 * the overflow are closed by then; a failure to close does not hide what came first.
 */
export async function compareTables(input: ComparisonInput): Promise<Comparison> {
  const join = new Join({
    keySchema: input.keySchema,
    onDifferences: input.onDifferences,
    memoryBudgetBytes: input.memoryBudgetBytes ?? defaultMemoryBudgetBytes,
    openOverflow: input.openOverflow,
  });
  const comparison = await closingOnFailure(join, () => joinAll(join, input));
  await join.close();
  return comparison;
}

async function joinAll(join: Join, input: ComparisonInput): Promise<Comparison> {
  const read = { restored: 0, live: 0 };
  const report = () => {
    const { inMemory, overflowed } = join.waiting;
    input.onProgress?.({
      ...read,
      waiting: inMemory,
      overflowed,
      ...join.counts,
    });
  };
  for await (const arrival of readInStep(input.restored, input.live, input.signal)) {
    await join.accept(arrival);
    read[arrival.segment.side] += arrival.page.items.length;
    report();
  }
  const comparison = await join.finish(input.signal);
  report();
  return comparison;
}

async function closingOnFailure<T>(join: Join, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await Promise.allSettled([join.close()]);
    throw error;
  }
}
