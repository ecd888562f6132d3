/** The two tables of a comparison: the restored copy, and the live table that is to become like it. */
export type Side = 'restored' | 'live';

/**
 * Where a comparison puts items that wait for their partner when its memory budget is spent: in drawers, to be read
 * again drawer by drawer. Nothing it holds outlives `close`, and nothing of it may be readable on a disk meanwhile: it
 * is item data.
 */
export interface Overflow {
  /** Adds a text, opaque to who stores it, to one side of a drawer. */
  append(side: Side, drawer: number, text: string): void;
  /** What one side of a drawer holds, in UTF-8, in the order in which it came. */
  read(side: Side, drawer: number): Iterable<Buffer>;
  /** Removes everything. Called once, also after a failure. */
  close(): void;
}
