import type { CountedWrite } from '../dynamodb/history.ts';

/** What happened to one table, in slices of equal length. */
export type TableSeries = {
  /** The number of items at the end of each slice. */
  readonly items: readonly number[];
  /** Puts and updates within it. */
  readonly written: readonly number[];
  readonly deleted: readonly number[];
};

export type Span = { readonly from: number; readonly to: number; readonly slices: number };

/** The ends of the slices, in milliseconds since the epoch. */
export function sliceEnds({ from, to, slices }: Span): readonly number[] {
  return Array.from({ length: slices }, (_, index) => from + ((index + 1) * (to - from)) / slices);
}

/** Counts writes (oldest first) into slices. */
export function seriesOf(writes: readonly CountedWrite[], span: Span): TableSeries {
  const [items, written, deleted] = [0, 1, 2].map(() => new Array<number>(span.slices).fill(0)) as [
    number[],
    number[],
    number[],
  ];
  const width = (span.to - span.from) / span.slices;
  let count = 0;
  let slice = 0;
  for (const { at, kind, delta } of writes) {
    if (at > span.to) break;
    // An end belongs to its slice, as a restore point includes the writes of its own moment.
    const index = Math.ceil((at - span.from) / width) - 1;
    for (; slice < index; slice += 1) items[slice] = count;
    count += delta;
    if (index < 0) continue;
    const into = kind === 'delete' ? deleted : written;
    into[index] = (into[index] ?? 0) + 1;
  }
  for (; slice < span.slices; slice += 1) items[slice] = count;
  return { items, written, deleted };
}
