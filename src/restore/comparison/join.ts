import type { Item, KeySchema } from '../item.ts';
import { itemSize, keyOf, sameItem } from '../item.ts';
import type { Digest, ItemHash } from './digest.ts';
import { itemHash, newDigest } from './digest.ts';
import type { Overflow, Side, WaitingItem } from './overflow.ts';
import type { Arrival } from './scan-segments.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What has to be written to the live table. */
export type Difference =
  | {
      readonly kind: 'put';
      readonly restored: Item;
      /** What the live table holds under this key now; undefined when it was deleted since. */
      readonly live: Item | undefined;
    }
  | { readonly kind: 'delete'; readonly live: Item };

/** Everything one side holds: items, their size in bytes by DynamoDB's rule, and an order-independent digest. */
type SideTotals = {
  readonly items: number;
  readonly bytes: number;
  readonly digest: string;
};

/** Result of a comparison. `put + unchanged` are the restored items; `put` counts changed and deleted ones alike. */
export type Comparison = {
  readonly restored: SideTotals;
  readonly live: SideTotals;
  readonly put: number;
  readonly delete: number;
  readonly unchanged: number;
};

export type JoinOptions = {
  readonly keySchema: KeySchema;
  readonly onDifferences: (batch: readonly Difference[]) => void | Promise<void>;
  readonly memoryBudgetBytes: number;
  readonly openOverflow: (() => Overflow | Promise<Overflow>) | undefined;
};

const batchLimits = { items: 100, bytes: 1_000_000 } as const;

/** A symmetric hash join: an item either finds its partner among the other side's waiting items, or waits itself. */
export class Join {
  readonly #options: JoinOptions;
  readonly #waiting: Readonly<Record<Side, WaitingRoom>> = {
    restored: new WaitingRoom(),
    live: new WaitingRoom(),
  };
  readonly #totals: Readonly<Record<Side, Totals>> = {
    restored: new Totals(),
    live: new Totals(),
  };
  readonly #counts = { put: 0, delete: 0, unchanged: 0 };
  #overflow: Overflow | undefined;
  readonly #overflowed: Record<Side, number> = { restored: 0, live: 0 };
  #differences: { readonly difference: Difference; readonly size: number }[] = [];

  constructor(options: JoinOptions) {
    this.#options = options;
  }

  get counts(): Readonly<{ put: number; delete: number; unchanged: number }> {
    return { ...this.#counts };
  }

  /** Items waiting for their partner: in memory, and in the overflow. */
  get waiting(): { readonly inMemory: number; readonly overflowed: number } {
    return {
      inMemory: this.#waiting.restored.count + this.#waiting.live.count,
      overflowed: this.#overflowed.restored + this.#overflowed.live,
    };
  }

  /** Takes in one page. Pages are handed over one after the other: the caller waits for each. */
  async accept({ segment, page }: Arrival): Promise<void> {
    const own = this.#waiting[segment.side];
    const others = this.#waiting[opposite(segment.side)];
    const unmatched: string[] = [];
    for (const item of page.items) {
      segment.read += 1;
      const key = keyOf(item, this.#options.keySchema);
      const partner = others.take(key);
      if (partner === undefined) {
        own.put(key, {
          item,
          size: itemSize(item),
          segment,
          position: segment.read,
        });
        unmatched.push(key);
      } else {
        segment.settle(segment.read);
        partner.segment.settle(partner.position);
        this.#settlePair(segment.side, item, partner);
      }
    }
    await this.#matchOverflow(segment.side, unmatched);
    await this.#keepToBudget();
    await this.#emit(0);
  }

  /** When everything has been read: what still waits exists on one side only. */
  async finish(signal: AbortSignal | undefined): Promise<Comparison> {
    for (const side of ['restored', 'live'] as const) {
      for await (const batch of this.#overflow?.remaining(side) ?? []) {
        for (const { item } of batch) {
          this.#settleAlone(side, parseItem(item));
        }
        this.#overflowed[side] -= batch.length;
        signal?.throwIfAborted();
        await this.#emit(batchLimits.items);
      }
      for (const { item } of this.#waiting[side].drain()) {
        this.#settleAlone(side, item);
        signal?.throwIfAborted();
        await this.#emit(batchLimits.items);
      }
    }
    await this.#emit(0);
    return {
      restored: this.#totals.restored.sums(),
      live: this.#totals.live.sums(),
      ...this.#counts,
    };
  }

  async close(): Promise<void> {
    await this.#overflow?.close();
  }

  #settlePair(side: Side, item: Item, partner: { readonly item: Item; readonly size: number }): void {
    const [restored, live] = side === 'restored' ? [item, partner.item] : [partner.item, item];
    const hash = itemHash(partner.item);
    this.#totals[opposite(side)].add(partner.size, hash);
    if (sameItem(restored, live)) {
      this.#totals[side].add(partner.size, hash);
      this.#counts.unchanged += 1;
      return;
    }
    const size = itemSize(item);
    this.#totals[side].add(size, itemHash(item));
    this.#counts.put += 1;
    this.#differences.push({
      difference: { kind: 'put', restored, live },
      size: size + partner.size,
    });
  }

  #settleAlone(side: Side, item: Item): void {
    const size = itemSize(item);
    this.#totals[side].add(size, itemHash(item));
    if (side === 'restored') {
      this.#counts.put += 1;
      this.#differences.push({
        difference: { kind: 'put', restored: item, live: undefined },
        size,
      });
    } else {
      this.#counts.delete += 1;
      this.#differences.push({
        difference: { kind: 'delete', live: item },
        size,
      });
    }
  }

  /** Looks in the overflow for the partners of what has just begun to wait. */
  async #matchOverflow(side: Side, keys: readonly string[]): Promise<void> {
    const own = this.#waiting[side];
    for (const partner of await this.#takeOverflowed(opposite(side), keys)) {
      const arrived = own.take(partner.key);
      if (arrived !== undefined) {
        arrived.segment.settle(arrived.position);
        const item = parseItem(partner.item);
        this.#settlePair(side, arrived.item, { item, size: itemSize(item) });
      }
    }
    // An item that this side handed over before gives way to its newer self, which waits in memory now.
    await this.#takeOverflowed(
      side,
      keys.filter((key) => own.has(key)),
    );
  }

  async #takeOverflowed(side: Side, keys: readonly string[]): Promise<readonly WaitingItem[]> {
    if (this.#overflow === undefined || this.#overflowed[side] === 0 || keys.length === 0) {
      return [];
    }
    const taken = await this.#overflow.take(side, keys);
    this.#overflowed[side] -= taken.length;
    return taken;
  }

  async #keepToBudget(): Promise<void> {
    const { memoryBudgetBytes, openOverflow } = this.#options;
    const { restored, live } = this.#waiting;
    if (openOverflow === undefined || restored.heapBytes + live.heapBytes <= memoryBudgetBytes) {
      return;
    }
    this.#overflow ??= await openOverflow();
    for (const side of ['restored', 'live'] as const) {
      // Down to half of the budget, the longest waiting first: the newest are the likeliest to be asked for next.
      const evicted = this.#waiting[side].evictOldest(memoryBudgetBytes / 4);
      await this.#overflow.put(
        side,
        evicted.map(([key, { item }]) => ({ key, item: JSON.stringify(item) })),
      );
      this.#overflowed[side] += evicted.length;
      for (const [, { segment, position }] of evicted) {
        // They wait where there is room, so they are no reason to hold their segment back.
        segment.settle(position);
      }
    }
  }

  /** Hands over differences in bounded batches until no more than this many are left. */
  async #emit(keep: number): Promise<void> {
    while (this.#differences.length > keep) {
      const batch = this.#differences.splice(0, batchLength(this.#differences));
      await this.#options.onDifferences(batch.map(({ difference }) => difference));
    }
  }
}

class Totals {
  readonly #digest: Digest = newDigest();
  #items = 0;
  #bytes = 0;

  add(size: number, hash: ItemHash): void {
    this.#items += 1;
    this.#bytes += size;
    this.#digest.add(hash);
  }

  sums(): SideTotals {
    return {
      items: this.#items,
      bytes: this.#bytes,
      digest: this.#digest.toString(),
    };
  }
}

function opposite(side: Side): Side {
  return side === 'restored' ? 'live' : 'restored';
}

function parseItem(text: string): Item {
  return JSON.parse(text);
}

/** How many of the first differences make one batch: at least one, however large it is. */
function batchLength(differences: readonly { readonly size: number }[]): number {
  let bytes = 0;
  let length = 0;
  for (const { size } of differences.slice(0, batchLimits.items)) {
    bytes += size;
    if (length > 0 && bytes > batchLimits.bytes) {
      break;
    }
    length += 1;
  }
  return length;
}
