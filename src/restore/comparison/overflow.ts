/** The two tables of a comparison: the restored copy, and the live table that is to become like it. */
export type Side = 'restored' | 'live';

/** An item that waits for its partner. Both texts are opaque to who stores them. */
export type WaitingItem = { readonly key: string; readonly item: string };

/**
 * Where a comparison puts the items that wait for their partner when its memory budget is spent. Nothing it holds
 * outlives `close`, and nothing of it may be readable on a disk meanwhile: it is item data.
 */
export interface Overflow {
  /** Keeps these items. A key that this side holds already gets the new item. */
  put(side: Side, items: readonly WaitingItem[]): void | Promise<void>;
  /** Removes and returns those of these keys that this side holds. */
  take(side: Side, keys: readonly string[]): readonly WaitingItem[] | Promise<readonly WaitingItem[]>;
  /** What this side still holds, in batches, in any order. Neither `put` nor `take` is called meanwhile. */
  remaining(side: Side): Iterable<readonly WaitingItem[]> | AsyncIterable<readonly WaitingItem[]>;
  /** Removes everything. Called once, also after a failure. */
  close(): void | Promise<void>;
}
