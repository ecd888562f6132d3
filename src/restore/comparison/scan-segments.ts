import type { Item } from '../item.ts';
import type { Side } from './overflow.ts';
import { RawItems } from './raw-items.ts';

/** One page of a scan. It may be empty, as DynamoDB's may. `RawItems` may be looked at until the next page is asked for. */
export type ScanPage = {
  readonly items: readonly Item[] | RawItems;
  /** What AWS says the page cost; absent: it did not say. */
  readonly readUnits?: number;
};

/** One segment of one side, and the page of it that is at work. */
export class Segment {
  readonly side: Side;
  state: 'idle' | 'reading' | 'finished' = 'idle';
  #items: ScanPage['items'] = [];
  #next = 0;
  #head: string | undefined;
  readonly #iterator: AsyncIterator<ScanPage>;

  constructor(side: Side, pages: AsyncIterable<ScanPage>) {
    this.side = side;
    this.#iterator = pages[Symbol.asyncIterator]();
  }

  /** Whether there is an item that was not taken yet. If not, the next page has to be read, or there is none. */
  get hasHead(): boolean {
    return this.#next < this.#items.length;
  }

  /** The first item that was not taken yet, as JSON. */
  get head(): string {
    this.#head ??= this.#items instanceof RawItems ? this.#items.text(this.#next) : asText(this.#items[this.#next]);
    return this.#head;
  }

  /** Takes the head away. */
  advance(): void {
    this.#next += 1;
    this.#head = undefined;
  }

  receive(page: ScanPage): void {
    this.#items = page.items;
    this.#next = 0;
    this.#head = undefined;
  }

  /** Whether both heads came as the same bytes; false when that is not known. */
  headLooksLike(other: Segment): boolean {
    return (
      this.#items instanceof RawItems &&
      other.#items instanceof RawItems &&
      this.#items.isSame(this.#next, other.#items, other.#next)
    );
  }

  async next(): Promise<IteratorResult<ScanPage>> {
    this.receive({ items: [] });
    return this.#iterator.next();
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}

function asText(item: Item | undefined): string {
  if (item === undefined) throw new RangeError('There is no item left of this page');
  return JSON.stringify(item);
}

/** Segment i of one side and segment i of the other, read side by side. */
export type Lane = Readonly<Record<Side, Segment>>;

export type ReadOptions = {
  /** Lanes that are read at the same time: each holds up to two pages of either side in memory. */
  readonly lanesAtOnce: number;
  readonly signal: AbortSignal | undefined;
  readonly onPage: (side: Side, page: ScanPage) => void;
};

/**
 * Reads the segments of both sides and yields a lane whenever there are items of both sides to look at, or of one while
 * the other has ended. Who takes it walks on until one side is used up; its next page is read then. So neither side runs
 * ahead of the other, and where both go in the same order hardly anything has to wait for its partner. It is a matter of
 * memory only: nothing relies on that order.
 *
 * When the reader stops early, when an iterable throws or when the signal aborts, every unfinished iterable is closed
 * (`return()`) before this ends; an iterable therefore has to end its pending read when the signal aborts.
 */
export async function* readInStep(
  restored: readonly AsyncIterable<ScanPage>[],
  live: readonly AsyncIterable<ScanPage>[],
  { lanesAtOnce, signal, onPage }: ReadOptions,
): AsyncGenerator<Lane, void, void> {
  signal?.throwIfAborted();
  const lanes = lanesOf(restored, live);
  const results = new Results();
  const abort = () => results.fail(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  let opened = 0;
  let open = 0;
  try {
    for (;;) {
      for (; open < lanesAtOnce && opened < lanes.length; open += 1) {
        readOn(lanes[opened], results);
        opened += 1;
      }
      if (open === 0) return;
      const { lane, segment, result } = await results.take();
      if (result.done === true) {
        segment.state = 'finished';
      } else {
        segment.state = 'idle';
        segment.receive(result.value);
        onPage(segment.side, result.value);
      }
      if (canBeWalked(lane)) yield lane;
      readOn(lane, results);
      if (hasEnded(lane)) open -= 1;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    const unfinished = lanes.flatMap(segmentsOf).filter((segment) => segment.state !== 'finished');
    // What fails now only echoes what made us stop, and that is on its way to the caller already.
    await Promise.allSettled(unfinished.map((segment) => segment.close()));
  }
}

/** A segment without an opposite has an empty one. */
function lanesOf(
  restored: readonly AsyncIterable<ScanPage>[],
  live: readonly AsyncIterable<ScanPage>[],
): readonly Lane[] {
  return Array.from({ length: Math.max(restored.length, live.length) }, (_, index) => ({
    restored: new Segment('restored', restored[index] ?? nothing()),
    live: new Segment('live', live[index] ?? nothing()),
  }));
}

async function* nothing(): AsyncGenerator<ScanPage, void, void> {}

function segmentsOf(lane: Lane): readonly Segment[] {
  return [lane.restored, lane.live];
}

function canBeWalked(lane: Lane): boolean {
  const segments = segmentsOf(lane);
  return (
    segments.some((segment) => segment.hasHead) &&
    segments.every((segment) => segment.hasHead || segment.state === 'finished')
  );
}

function hasEnded(lane: Lane): boolean {
  return segmentsOf(lane).every((segment) => segment.state === 'finished' && !segment.hasHead);
}

function readOn(lane: Lane | undefined, results: Results): void {
  if (lane === undefined) return;
  for (const segment of segmentsOf(lane)) {
    if (segment.state === 'idle' && !segment.hasHead) {
      segment.state = 'reading';
      results.expect(lane, segment);
    }
  }
}

type Result = { readonly lane: Lane; readonly segment: Segment; readonly result: IteratorResult<ScanPage> };

/** The reads under way, taken in the order in which they end. A failure overtakes whatever has arrived. */
class Results {
  readonly #arrived: Result[] = [];
  #failure: { readonly reason: unknown } | undefined;
  #wake: () => void = () => {};

  expect(lane: Lane, segment: Segment): void {
    segment.next().then(
      (result) => {
        this.#arrived.push({ lane, segment, result });
        this.#wake();
      },
      (error: unknown) => {
        segment.state = 'finished';
        this.fail(error);
      },
    );
  }

  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#wake();
  }

  async take(): Promise<Result> {
    for (;;) {
      if (this.#failure !== undefined) {
        throw this.#failure.reason;
      }
      const first = this.#arrived.shift();
      if (first !== undefined) {
        return first;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
