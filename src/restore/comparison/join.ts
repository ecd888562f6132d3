import type { Item, KeySchema } from '../item.ts';
import { itemSize, sameItem } from '../item.ts';
import { itemIn, keyFormOf } from './canonical-text.ts';
import type { Digest, ItemHash } from './digest.ts';
import { itemHash, itemTextHash, newDigest } from './digest.ts';
import { Drawers } from './drawers.ts';
import type { Overflow, Side } from './overflow.ts';
import type { Lane, Segment } from './scan-segments.ts';
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

/** What one side holds: how many items, and where it was asked for an order-independent digest of them. */
type SideTotals = { readonly items: number; readonly digest?: string };

/** Result of a join. `put + unchanged` are the restored items; `put` counts changed and deleted ones alike. */
export type Joined = {
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
  readonly openOverflow: (() => Overflow) | undefined;
  /** Whether to make a digest of either side: about a third of the work. */
  readonly withDigests: boolean;
};

/**
 * The part of the budget that waiting items may take. As much again is what V8 has not cleared away yet (it lets garbage
 * grow to about as much as what lives), and half is for pages, replies and what is being sealed, which lie outside of its heap.
 */
const roomShare = 0.25;

/** Joining what was put into drawers takes this much at least. */
const leastDrawerBytes = 8_000_000;

const batchLimits = { items: 100, bytes: 1_000_000 } as const;

/**
 * A symmetric hash join with a short cut. Two scans that go in the same order show equal items side by side: those are
 * paired as they come, without their keys and without being parsed. Any other item either finds its partner among the other
 * side's waiting items, or waits itself.
 */
export class Join {
  readonly #options: JoinOptions;
  readonly #waiting = { restored: new WaitingRoom(), live: new WaitingRoom() } as const;
  readonly #items = { restored: 0, live: 0 };
  readonly #digests: Readonly<Record<Side, Digest>> | undefined;
  readonly #counts = { put: 0, delete: 0, unchanged: 0 };
  #drawers: Drawers | undefined;
  #differences: { readonly difference: Difference; readonly size: number }[] = [];

  constructor(options: JoinOptions) {
    this.#options = options;
    this.#digests = options.withDigests ? { restored: newDigest(), live: newDigest() } : undefined;
  }

  get counts(): Readonly<{ put: number; delete: number; unchanged: number }> {
    return { ...this.#counts };
  }

  /** Items waiting for their partner: in memory, and in the overflow. */
  get waiting(): { readonly inMemory: number; readonly overflowed: number } {
    return {
      inMemory: this.#waiting.restored.count + this.#waiting.live.count,
      overflowed: this.#drawers?.count ?? 0,
    };
  }

  /** Takes the items of a lane until one side's page is used up; all of them where the other side has ended. */
  async walk(lane: Lane): Promise<void> {
    const { restored, live } = lane;
    while (restored.hasHead && live.hasHead) this.#meet(lane);
    while (restored.hasHead && live.state === 'finished') this.#arrive(restored);
    while (live.hasHead && restored.state === 'finished') this.#arrive(live);
    this.#keepToBudget();
    await this.#emit(0);
  }

  /** When everything has been read: what still waits exists on one side only. */
  async finish(signal: AbortSignal | undefined): Promise<Joined> {
    if (this.#drawers !== undefined) this.#evict(this.#drawers, 0);
    for (const { restored, live } of this.#drawers?.joined() ?? []) {
      if (restored !== undefined && live !== undefined) this.#settlePair(restored, live);
      else if (restored !== undefined) this.#settleRestoredAlone(itemIn(restored));
      else if (live !== undefined) this.#settleLiveAlone(itemIn(live));
      signal?.throwIfAborted();
      await this.#emit(batchLimits.items);
    }
    for (const item of this.#waiting.restored.drain()) {
      this.#settleRestoredAlone(itemIn(item));
      signal?.throwIfAborted();
      await this.#emit(batchLimits.items);
    }
    for (const item of this.#waiting.live.drain()) {
      this.#settleLiveAlone(itemIn(item));
      signal?.throwIfAborted();
      await this.#emit(batchLimits.items);
    }
    await this.#emit(0);
    return {
      restored: this.#totalsOf('restored'),
      live: this.#totalsOf('live'),
      ...this.#counts,
    };
  }

  close(): void {
    this.#drawers?.close();
  }

  /** Two items that stand side by side. One of them may be ahead of the other: it is kept in step by not taking it yet. */
  #meet(lane: Lane): void {
    const { restored, live } = lane;
    if (restored.headLooksLike(live)) {
      this.#settleEqual(this.#digests && itemTextHash(restored.head));
      restored.advance();
      live.advance();
      return;
    }
    const restoredKey = keyFormOf(restored.head, this.#options.keySchema);
    const liveKey = keyFormOf(live.head, this.#options.keySchema);
    if (restoredKey === liveKey) {
      this.#settlePair(restored.head, live.head);
      restored.advance();
      live.advance();
      return;
    }
    const ofRestored = this.#waiting.live.take(restoredKey);
    const ofLive = this.#waiting.restored.take(liveKey);
    if (ofRestored !== undefined) this.#settlePair(restored.head, ofRestored);
    if (ofLive !== undefined) this.#settlePair(ofLive, live.head);
    const neitherFound = ofRestored === undefined && ofLive === undefined;
    if (neitherFound) {
      this.#waiting.restored.put(restoredKey, restored.head);
      this.#waiting.live.put(liveKey, live.head);
    }
    if (neitherFound || ofRestored !== undefined) restored.advance();
    if (neitherFound || ofLive !== undefined) live.advance();
  }

  /** An item whose lane has nothing on the other side any more. */
  #arrive(segment: Segment): void {
    const { head, side } = segment;
    const key = keyFormOf(head, this.#options.keySchema);
    const partner = this.#waiting[side === 'restored' ? 'live' : 'restored'].take(key);
    if (partner === undefined) this.#waiting[side].put(key, head);
    else if (side === 'restored') this.#settlePair(head, partner);
    else this.#settlePair(partner, head);
    segment.advance();
  }

  #settlePair(restoredText: string, liveText: string): void {
    if (restoredText === liveText) {
      this.#settleEqual(this.#digests && itemTextHash(restoredText));
      return;
    }
    const restored = itemIn(restoredText);
    const live = itemIn(liveText);
    if (sameItem(restored, live)) this.#settleEqual(this.#digests && itemHash(restored));
    else this.#settleChanged(restored, live);
  }

  #count(side: Side, item: Item): void {
    this.#items[side] += 1;
    this.#digests?.[side].add(itemHash(item));
  }

  #totalsOf(side: Side): SideTotals {
    const digest = this.#digests?.[side].toString();
    return { items: this.#items[side], ...(digest !== undefined && { digest }) };
  }

  /** `hash`: of both; undefined where there are no digests. */
  #settleEqual(hash: ItemHash | undefined): void {
    this.#items.restored += 1;
    this.#items.live += 1;
    this.#counts.unchanged += 1;
    if (hash === undefined) return;
    this.#digests?.restored.add(hash);
    this.#digests?.live.add(hash);
  }

  #settleChanged(restored: Item, live: Item): void {
    this.#count('restored', restored);
    this.#count('live', live);
    this.#counts.put += 1;
    this.#differences.push({
      difference: { kind: 'put', restored, live },
      size: itemSize(restored) + itemSize(live),
    });
  }

  #settleRestoredAlone(restored: Item): void {
    this.#count('restored', restored);
    this.#counts.put += 1;
    this.#differences.push({ difference: { kind: 'put', restored, live: undefined }, size: itemSize(restored) });
  }

  #settleLiveAlone(live: Item): void {
    this.#count('live', live);
    this.#counts.delete += 1;
    this.#differences.push({ difference: { kind: 'delete', live }, size: itemSize(live) });
  }

  #keepToBudget(): void {
    const { keySchema, memoryBudgetBytes, openOverflow } = this.#options;
    const { restored, live } = this.#waiting;
    const roomBytes = memoryBudgetBytes * roomShare;
    if (openOverflow === undefined || restored.heapBytes + live.heapBytes <= roomBytes) {
      return;
    }
    this.#drawers ??= new Drawers(openOverflow(), keySchema, Math.max(leastDrawerBytes, roomBytes));
    // Down to half of the room, the longest waiting first: the newest are the likeliest to be asked for next.
    this.#evict(this.#drawers, roomBytes / 4);
  }

  #evict(drawers: Drawers, downToBytes: number): void {
    for (const side of ['restored', 'live'] as const) drawers.fill(side, this.#waiting[side], downToBytes);
  }

  /** Hands over differences in bounded batches until no more than this many are left. */
  async #emit(keep: number): Promise<void> {
    if (this.#differences.length <= keep) return;
    let handedOver = 0;
    while (this.#differences.length - handedOver > keep) {
      const length = batchLength(this.#differences, handedOver);
      const batch = this.#differences.slice(handedOver, handedOver + length);
      handedOver += length;
      await this.#options.onDifferences(batch.map(({ difference }) => difference));
    }
    this.#differences = this.#differences.slice(handedOver);
  }
}

/** How many of the differences from `start` on make one batch: at least one, however large it is. */
function batchLength(differences: readonly { readonly size: number }[], start: number): number {
  let bytes = 0;
  let length = 0;
  for (const { size } of differences.slice(start, start + batchLimits.items)) {
    bytes += size;
    if (length > 0 && bytes > batchLimits.bytes) {
      break;
    }
    length += 1;
  }
  return length;
}
