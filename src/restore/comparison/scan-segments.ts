import type { Item } from '../item.ts';
import type { Side } from './overflow.ts';

/** One page of a scan. It may be empty, as DynamoDB's may. */
export type ScanPage = {
  readonly items: readonly Item[];
  /** What AWS says the page cost; absent: it did not say. */
  readonly readUnits?: number;
};

/** One segment of one side, and how far the join has got with it. */
export class Segment {
  readonly side: Side;
  state: 'idle' | 'reading' | 'finished' = 'idle';
  /** How many items this segment has handed over. */
  read = 0;
  #settled = 0;
  readonly #iterator: AsyncIterator<ScanPage>;

  constructor(side: Side, pages: AsyncIterable<ScanPage>) {
    this.side = side;
    this.#iterator = pages[Symbol.asyncIterator]();
  }

  /** How many items came after the last one that is settled: how far this segment runs ahead of its opposite. */
  get lead(): number {
    return this.read - this.#settled;
  }

  /** The item that was the `position`th of this segment needs no waiting for any more. */
  settle(position: number): void {
    this.#settled = Math.max(this.#settled, position);
  }

  async next(): Promise<IteratorResult<ScanPage>> {
    return this.#iterator.next();
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}

export type Arrival = { readonly segment: Segment; readonly page: ScanPage };

/**
 * Reads all segments of both sides at once and yields their pages as they come. Segment i of one side is held back
 * while it leads segment i of the other, so that where both scans go in the same order hardly anything has to wait for
 * its partner. It is a matter of memory only: nothing relies on that order, and at least one segment can always be read.
 *
 * When the reader stops early, when an iterable throws or when the signal aborts, every unfinished iterable is closed
 * (`return()`) before this ends; an iterable therefore has to end its pending read when the signal aborts.
 */
export async function* readInStep(
  restored: readonly AsyncIterable<ScanPage>[],
  live: readonly AsyncIterable<ScanPage>[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Arrival, void, void> {
  signal?.throwIfAborted();
  const lanes = new Lanes(
    restored.map((pages) => new Segment('restored', pages)),
    live.map((pages) => new Segment('live', pages)),
  );
  const results = new Results();
  const abort = () => results.fail(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    lanes.readAllowed(results);
    while (lanes.unfinished.length > 0) {
      const { segment, result } = await results.take();
      segment.state = result.done === true ? 'finished' : 'idle';
      // The next read goes out before this page is worked on, so that the network and the processor work together.
      lanes.readAllowed(results);
      if (result.done !== true) {
        yield { segment, page: result.value };
        lanes.readAllowed(results);
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    // What fails now only echoes what made us stop, and that is on its way to the caller already.
    await Promise.allSettled(lanes.unfinished.map((segment) => segment.close()));
  }
}

/** Pairs segment i of one side with segment i of the other and decides whose turn it is. */
class Lanes {
  readonly #sides: Readonly<Record<Side, readonly Segment[]>>;

  constructor(restored: readonly Segment[], live: readonly Segment[]) {
    this.#sides = { restored, live };
  }

  get unfinished(): readonly Segment[] {
    return [...this.#sides.restored, ...this.#sides.live].filter((segment) => segment.state !== 'finished');
  }

  readAllowed(results: Results): void {
    for (const side of ['restored', 'live'] as const) {
      for (const [index, segment] of this.#sides[side].entries()) {
        if (segment.state === 'idle' && this.#mayRead(segment, index)) {
          segment.state = 'reading';
          results.expect(segment);
        }
      }
    }
  }

  #mayRead(segment: Segment, index: number): boolean {
    const others = this.#sides[segment.side === 'restored' ? 'live' : 'restored'];
    const opposite = others[index];
    if (opposite !== undefined) {
      return opposite.state === 'finished' || segment.lead <= opposite.lead;
    }
    // A segment without an opposite follows the other side as a whole.
    return (
      others.every((other) => other.state === 'finished') || itemsRead(this.#sides[segment.side]) <= itemsRead(others)
    );
  }
}

function itemsRead(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.read, 0);
}

type Result = {
  readonly segment: Segment;
  readonly result: IteratorResult<ScanPage>;
};

/** The reads under way, taken in the order in which they end. A failure overtakes whatever has arrived. */
class Results {
  readonly #arrived: Result[] = [];
  #failure: { readonly reason: unknown } | undefined;
  #wake: () => void = () => {};

  expect(segment: Segment): void {
    segment.next().then(
      (result) => {
        this.#arrived.push({ segment, result });
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
