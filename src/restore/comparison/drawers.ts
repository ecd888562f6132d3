import type { KeySchema } from '../item.ts';
import { keyFormOf } from './canonical-text.ts';
import type { Overflow, Side } from './overflow.ts';
import { splitReply } from './raw-items.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** Few enough for long sequential writes, many enough for one of them to fit into memory. */
const drawerCount = 256;

/** Characters of items that are stored, sealed and read again as one text. */
const mostCharacters = 1_000_000;

/**
 * The items of both sides for which there is no room in memory, sorted into drawers by their keys: an item and its
 * partner are in drawers of the same number (a Grace hash join). Whole bundles are written and read, and no single item
 * is ever looked up: that took ten times as long.
 */
export class Drawers {
  readonly #overflow: Overflow;
  readonly #keySchema: KeySchema;
  readonly #memoryBudgetBytes: number;
  readonly #heapBytes: number[] = new Array<number>(drawerCount).fill(0);
  #count = 0;

  constructor(overflow: Overflow, keySchema: KeySchema, memoryBudgetBytes: number) {
    this.#overflow = overflow;
    this.#keySchema = keySchema;
    this.#memoryBudgetBytes = memoryBudgetBytes;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes over the longest waiting items of a room until the rest needs no more than this. */
  fill(side: Side, room: WaitingRoom, downToBytes: number): void {
    const bundles = Array.from({ length: drawerCount }, () => ({ texts: [] as string[], characters: 0 }));
    for (const { key, item, heapBytes } of room.evictOldest(downToBytes)) {
      const drawer = keyHash(key) % drawerCount;
      const bundle = bundles[drawer];
      if (bundle === undefined) throw new Error('Every hash has its drawer');
      bundle.texts.push(item);
      bundle.characters += item.length;
      this.#heapBytes[drawer] = (this.#heapBytes[drawer] ?? 0) + heapBytes;
      this.#count += 1;
      if (bundle.characters >= mostCharacters) this.#append(side, drawer, bundle);
    }
    for (const [drawer, bundle] of bundles.entries()) this.#append(side, drawer, bundle);
  }

  /**
   * Everything in the drawers, partners together, no more in memory at once than the budget allows. An item that one side
   * holds several times counts once, the last one of them.
   */
  *joined(): Generator<{ readonly restored: string | undefined; readonly live: string | undefined }, void, void> {
    for (const [drawer, heapBytes] of this.#heapBytes.entries()) {
      // Where a drawer holds more than the budget, it is read several times, another share of its keys each time.
      const shares = Math.max(1, Math.ceil(heapBytes / this.#memoryBudgetBytes));
      for (let share = 0; share < shares; share += 1) {
        const live = this.#read('live', drawer, share, shares);
        for (const [key, restored] of this.#read('restored', drawer, share, shares)) {
          yield { restored, live: live.get(key) };
          live.delete(key);
        }
        for (const item of live.values()) yield { restored: undefined, live: item };
      }
    }
    this.#count = 0;
  }

  close(): void {
    this.#overflow.close();
  }

  #append(side: Side, drawer: number, bundle: { texts: string[]; characters: number }): void {
    if (bundle.texts.length === 0) return;
    this.#overflow.append(side, drawer, `{"Items":[${bundle.texts.join(',')}]}`);
    bundle.texts = [];
    bundle.characters = 0;
  }

  #read(side: Side, drawer: number, share: number, shares: number): Map<string, string> {
    const items = new Map<string, string>();
    for (const text of this.#overflow.read(side, drawer)) {
      const bundle = splitReply(text);
      if (bundle === undefined) throw new Error('The overflow gave back something else than it was given');
      for (let index = 0; index < bundle.items.length; index += 1) {
        const item = bundle.items.text(index);
        const key = keyFormOf(item, this.#keySchema);
        if (shares === 1 || Math.floor(keyHash(key) / drawerCount) % shares === share) items.set(key, item);
      }
    }
    return items;
  }
}

/** FNV-1a: the same for the same key, and evenly spread. */
function keyHash(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  // Its last bits alone are poor: the high ones are mixed into them.
  return (hash ^ (hash >>> 15)) >>> 0;
}
