type Waiting = { readonly item: string; readonly heapBytes: number };

/** The items of one side that wait for their partner in memory, as JSON, the longest waiting first. */
export class WaitingRoom {
  readonly #items = new Map<string, Waiting>();
  #heapBytes = 0;

  get count(): number {
    return this.#items.size;
  }

  /** Roughly the memory they take. */
  get heapBytes(): number {
    return this.#heapBytes;
  }

  /** An item that waits under this key already gives way to its newer self. */
  put(key: string, item: string): void {
    this.take(key);
    const heapBytes = heapBytesOf(key, item);
    this.#items.set(key, { item, heapBytes });
    this.#heapBytes += heapBytes;
  }

  take(key: string): string | undefined {
    const waiting = this.#items.get(key);
    if (waiting === undefined) return undefined;
    this.#items.delete(key);
    this.#heapBytes -= waiting.heapBytes;
    return waiting.item;
  }

  /** Takes away the longest waiting ones until the rest needs no more than this. */
  *evictOldest(
    downToBytes: number,
  ): Iterable<{ readonly key: string; readonly item: string; readonly heapBytes: number }> {
    for (const [key, { item, heapBytes }] of this.#items) {
      if (this.#heapBytes <= downToBytes) return;
      this.take(key);
      yield { key, item, heapBytes };
    }
  }

  *drain(): Iterable<string> {
    for (const { item } of this.evictOldest(-1)) yield item;
  }
}

/** Roughly what a waiting item takes of V8's heap: two texts, of one or two bytes a character, and their place in a map. */
function heapBytesOf(key: string, item: string): number {
  const isNarrow = Buffer.byteLength(item) === item.length;
  return 200 + (key.length + item.length) * (isNarrow ? 1 : 2);
}
