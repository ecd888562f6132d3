import type { AttributeValue, Item } from '../item.ts';

type Waiting = { readonly item: Item; readonly heapBytes: number };

/** The items of one side that wait for their partner in memory, the longest waiting first. */
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
  put(key: string, item: Item): void {
    this.take(key);
    const heapBytes = heapBytesOf(key, item);
    this.#items.set(key, { item, heapBytes });
    this.#heapBytes += heapBytes;
  }

  take(key: string): Item | undefined {
    const waiting = this.#items.get(key);
    if (waiting === undefined) return undefined;
    this.#items.delete(key);
    this.#heapBytes -= waiting.heapBytes;
    return waiting.item;
  }

  /** Takes away the longest waiting ones until the rest needs no more than this. */
  *evictOldest(
    downToBytes: number,
  ): Iterable<{ readonly key: string; readonly item: Item; readonly heapBytes: number }> {
    for (const [key, { item, heapBytes }] of this.#items) {
      if (this.#heapBytes <= downToBytes) return;
      this.take(key);
      yield { key, item, heapBytes };
    }
  }

  *drain(): Iterable<Item> {
    for (const { item } of this.evictOldest(-1)) yield item;
  }
}

/** Roughly what a waiting item takes of V8's heap: object headers and pointers, and a byte for each character. */
function heapBytesOf(key: string, item: Item): number {
  return 150 + key.length + mapBytes(item);
}

function mapBytes(map: Item): number {
  let bytes = 40;
  for (const name in map) {
    const value = map[name];
    if (value !== undefined) bytes += 16 + valueBytes(value);
  }
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if ('S' in value) return textBytes(value.S);
  if ('N' in value) return textBytes(value.N);
  if ('M' in value) return 40 + mapBytes(value.M);
  if ('L' in value) return value.L.reduce((bytes, element) => bytes + 8 + valueBytes(element), 80);
  if ('B' in value) return textBytes(value.B);
  if ('SS' in value) return membersBytes(value.SS);
  if ('NS' in value) return membersBytes(value.NS);
  if ('BS' in value) return membersBytes(value.BS);
  return 40;
}

function textBytes(text: string): number {
  return 64 + text.length;
}

function membersBytes(members: readonly string[]): number {
  return members.reduce((bytes, member) => bytes + 32 + member.length, 80);
}
