import type { Overflow, Side, WaitingItem } from '../../src/restore/compare.ts';

/** An overflow that keeps everything in memory, and says what was done to it. */
export class MemoryOverflow implements Overflow {
  readonly #items: Readonly<Record<Side, Map<string, string>>> = {
    restored: new Map(),
    live: new Map(),
  };
  stored = 0;
  closed = 0;

  async put(side: Side, items: readonly WaitingItem[]): Promise<void> {
    for (const { key, item } of items) {
      this.#items[side].set(key, item);
      this.stored += 1;
    }
  }

  async take(side: Side, keys: readonly string[]): Promise<readonly WaitingItem[]> {
    return keys.flatMap((key) => {
      const item = this.#items[side].get(key);
      this.#items[side].delete(key);
      return item === undefined ? [] : [{ key, item }];
    });
  }

  async *remaining(side: Side): AsyncIterable<readonly WaitingItem[]> {
    for (const [key, item] of this.#items[side]) {
      yield [{ key, item }];
    }
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}
