import type { Joined as Comparison, Difference } from './comparison/join.ts';
import { Join } from './comparison/join.ts';
import type { Overflow, Side } from './comparison/overflow.ts';
import type { ScanPage } from './comparison/scan-segments.ts';
import { readInStep } from './comparison/scan-segments.ts';
import type { KeySchema } from './item.ts';

export type { Difference, Joined as Comparison } from './comparison/join.ts';
export type { Overflow, Side } from './comparison/overflow.ts';
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
  /** What AWS counted so far for reading each side. */
  readonly readUnits: Readonly<Record<Side, number>>;
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
  /** Called after each page, and once at the end, however that came. */
  readonly onProgress?: (soFar: ComparisonProgress) => void;
  /** Roughly how much memory waiting items may take before they go to the overflow. Default 256 MiB. */
  readonly memoryBudgetBytes?: number;
  /** Opened when the budget is spent, at most once. Without it everything waits in memory, whatever the budget. */
  readonly openOverflow?: () => Overflow;
  /** Whether to make a digest of either side, which takes about a third of the work. Default: yes. */
  readonly withDigests?: boolean;
  /** Segments of either side that are read at the same time. Default 4: eight megabytes of requests under way. */
  readonly segmentsAtOnce?: number;
  readonly signal?: AbortSignal;
}

const defaultMemoryBudgetBytes = 256 * 1024 * 1024;

/**
 * Compares two tables in one pass over two scans and says what to write to make the live table equal to the restored
 * one. Does not rely on the order of either scan (AWS promises none): items meet by key, wherever they come from.
 *
 * A difference is handed over as soon as both partners were seen; items that exist on one side only come at the end.
 * Memory holds the pages at work and what waits for its partner: what is out of order, plus the damage.
 *
 * A scan of a table gives each key at most once. Should one not, the key counts once if it waits for its partner
 * meanwhile, the last item seen being the newer one; otherwise its second appearance counts as an item of its own that
 * exists on one side only (to recognise it would take memory for every key). So who deletes on the strength of a
 * `delete` does well to check the restored copy for that key.
 *
 * @throws what an iterable, `onDifferences` or the overflow throws, or the signal's reason. All iterables and
 * the overflow are closed by then.
 */
export async function compareTables(input: ComparisonInput): Promise<Comparison> {
  const join = new Join({
    keySchema: input.keySchema,
    onDifferences: input.onDifferences,
    memoryBudgetBytes: input.memoryBudgetBytes ?? defaultMemoryBudgetBytes,
    openOverflow: input.openOverflow,
    withDigests: input.withDigests ?? true,
  });
  try {
    return await joinAll(join, input);
  } finally {
    join.close();
  }
}

async function joinAll(join: Join, input: ComparisonInput): Promise<Comparison> {
  const read = { restored: 0, live: 0 };
  const readUnits = { restored: 0, live: 0 };
  const report = () => {
    const { inMemory, overflowed } = join.waiting;
    input.onProgress?.({ ...read, waiting: inMemory, overflowed, ...join.counts, readUnits: { ...readUnits } });
  };
  const lanes = readInStep(input.restored, input.live, {
    lanesAtOnce: input.segmentsAtOnce ?? 4,
    signal: input.signal,
    onPage: (side, page) => {
      read[side] += page.items.length;
      readUnits[side] += page.readUnits ?? 0;
    },
  });
  try {
    for await (const lane of lanes) {
      await join.walk(lane);
      report();
    }
    return await join.finish(input.signal);
  } finally {
    // Also when it fails: what was read has cost its units.
    report();
  }
}
