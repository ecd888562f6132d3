import type { Comparison, ComparisonProgress, Difference, Overflow } from './compare.ts';
import { compareTables } from './compare.ts';
import type { Environment } from './environment.ts';
import type { KeySchema } from './item.ts';
import type { AwsFor } from './ports.ts';
import type { SpeedNow } from './speed.ts';

/** Which tables to compare, and who takes what is found. */
export interface ComparisonOrder {
  readonly environment: Environment;
  readonly restoredTable: string;
  readonly liveTable: string;
  readonly keySchema: KeySchema;
  /** Of either table: segment i of both is read side by side. */
  readonly totalSegments: number;
  /** See `compareTables`. */
  readonly memoryBudgetBytes: number;
  /** See `compareTables`. */
  readonly withDigests: boolean;
  readonly speed: SpeedNow;
  readonly signal: AbortSignal;
  /** Takes the differences, at most 100 and about 1 MB at a time. The comparison waits for it. */
  readonly onDifferences: (batch: readonly Difference[]) => void | Promise<void>;
  /** Called now and then, and once at the end. */
  readonly onProgress: (soFar: ComparisonProgress) => void;
}

/** Compares two tables. Where the work is done, on this thread or on others, is its own affair. */
export interface Comparer {
  /** @throws UserError from AWS, what `onDifferences` throws, or the signal's reason */
  compare(order: ComparisonOrder): Promise<Comparison>;
}

/** Compares on the thread that asks. */
export function comparerHere(awsFor: AwsFor, openOverflow: () => Overflow): Comparer {
  return {
    async compare({ environment, restoredTable, liveTable, totalSegments, speed, ...order }) {
      const { items } = awsFor(environment);
      const scans = (table: string, how: { readonly consistent: boolean; readonly isNew: boolean }) =>
        Array.from({ length: totalSegments }, (_, segment) =>
          items.scan({ table, segment, totalSegments, ...how, speed, signal: order.signal }),
        );
      return compareTables({
        ...order,
        // The live side strongly consistent: a stale read would become a wrong verdict.
        restored: scans(restoredTable, { consistent: false, isNew: true }),
        live: scans(liveTable, { consistent: true, isNew: false }),
        openOverflow,
      });
    },
  };
}
