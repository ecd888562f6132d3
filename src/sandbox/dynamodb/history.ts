import type { Item } from './item.ts';
import { placeOf } from './key.ts';
import type { StoredItem } from './stored-item.ts';

type WriteKind = 'put' | 'update' | 'delete';

/** What a write does to an item, and when. */
export type Write = {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: WriteKind;
  /** The item after the write; null after a delete. */
  readonly image: StoredItem | null;
};

/** A write with its place among all writes of the table. */
type Version = Write & { readonly sequence: number };

/** All there ever was at one key. */
class Entry {
  /** The key as one text, by which a scan goes. */
  readonly key: string;
  /** Where the key lies in the space of all keys, from 0 up to 1. */
  readonly place: number;
  /** The key's attributes. */
  readonly attributes: Item;
  versions: Version[] = [];
  /** The item as it is now: the youngest version's image, which scans must not have to look for. */
  now: StoredItem | null = null;

  constructor(key: string, attributes: Item) {
    this.key = key;
    this.place = placeOf(key);
    this.attributes = attributes;
  }

  /** The item as it was at `at`, with that millisecond's writes. */
  at(at: number): StoredItem | null {
    return this.versions.findLast((version) => version.at <= at)?.image ?? null;
  }
}

/** One key of a table in scan order, and what is there now. */
export type ScannedEntry = Readonly<Pick<Entry, 'key' | 'place' | 'now'>>;

/** One write as a test sees it. */
export type RecordedWrite = { readonly at: number; readonly key: Item; readonly kind: WriteKind };

/** What one write did to the number of items: 1, 0 or -1. */
export type CountedWrite = { readonly at: number; readonly kind: WriteKind; readonly delta: number };

/** An item that is not the same at two moments; null where there was none. */
export type ItemChange = { readonly key: Item; readonly from: Item | null; readonly to: Item | null };

/** Every state every item of one table has ever had. */
export class TableHistory {
  readonly #entries = new Map<string, Entry>();
  #ordered: Entry[] = [];
  #added: Entry[] = [];
  #sequence = 0;
  #count = 0;
  #bytes = 0;
  /** Kept up to date once it was asked for. */
  #counted: CountedWrite[] | undefined;

  get itemCount(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Grows with every write that is told of, and with nothing else. */
  get revision(): number {
    return this.#sequence;
  }

  /** The item as it is now. */
  current(key: string): Item | null {
    return this.stored(key)?.item ?? null;
  }

  /** The item as it is now, with what it weighs. */
  stored(key: string): StoredItem | null {
    return this.#entries.get(key)?.now ?? null;
  }

  /** The key's attributes; undefined when there never was an item. */
  attributesOf(key: string): Item | undefined {
    return this.#entries.get(key)?.attributes;
  }

  /**
   * Notes a write at `key`, which may be told of later than younger ones. `attributes` gives the key's, if they are new.
   * @returns the item as it is now
   */
  record(key: string, attributes: () => Item, write: Write): StoredItem | null {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      if (write.image === null) return null;
      entry = new Entry(key, attributes());
      this.#entries.set(key, entry);
      this.#added.push(entry);
    }
    const before = entry.now;
    this.#sequence += 1;
    const { at, kind, image } = write;
    insertInTime(entry.versions, { at, kind, image, sequence: this.#sequence });
    entry.now = entry.versions.at(-1)?.image ?? null;
    this.#weigh(before, entry.now);
    this.#countWrite(write, before);
    return entry.now;
  }

  /** Takes the youngest write at `key` back, as if it had never been. */
  takeBack(key: string): void {
    const entry = this.#entries.get(key);
    const before = entry?.now ?? null;
    entry?.versions.pop();
    if (entry !== undefined) entry.now = entry.versions.at(-1)?.image ?? null;
    this.#sequence += 1;
    this.#counted = undefined;
    this.#weigh(before, entry?.now ?? null);
  }

  /** The items as they were at `at`, with every write up to and including that millisecond. */
  stateAt(at: number): Item[] {
    return this.storedAt(at).map(({ item }) => item);
  }

  /** The same, as they are kept. */
  storedAt(at: number): StoredItem[] {
    const items: StoredItem[] = [];
    for (const entry of this.#entries.values()) {
      const image = entry.at(at);
      if (image !== null) items.push(image);
    }
    return items;
  }

  /** Every write that is remembered, oldest first. */
  writes(): RecordedWrite[] {
    return [...this.#entries.values()]
      .flatMap(({ attributes: key, versions }) =>
        versions.map(({ at, kind, sequence }) => ({ at, kind, sequence, key })),
      )
      .toSorted((left, right) => left.at - right.at || left.sequence - right.sequence)
      .map(({ at, kind, key }) => ({ at, kind, key }));
  }

  /** Every write that is remembered with what it did to the number of items, oldest first. */
  countedWrites(): readonly CountedWrite[] {
    this.#counted ??= [...this.#entries.values()]
      .flatMap(({ versions }) => versions.map((version, index) => counted(version, versions[index - 1]?.image ?? null)))
      .sort((left, right) => left.at - right.at);
    return this.#counted;
  }

  /** The items written between two moments, as they were at both of them. A write may have changed nothing. */
  *changesBetween(from: number, to: number): Generator<ItemChange> {
    for (const entry of this.#entries.values()) {
      if ((entry.versions.at(-1)?.at ?? 0) <= from) continue;
      const [before, after] = [entry.at(from), entry.at(to)];
      if (before !== after) yield { key: entry.attributes, from: before?.item ?? null, to: after?.item ?? null };
    }
  }

  /** Forgets what happened before `at`, keeping the state of that moment. */
  forgetBefore(at: number): void {
    for (const entry of this.#entries.values()) {
      const base = entry.versions.findLastIndex((version) => version.at <= at);
      if (base > 0) entry.versions = entry.versions.slice(base);
    }
    this.#counted = undefined;
  }

  /** All keys there ever was an item at, in scan order. */
  inOrder(): readonly ScannedEntry[] {
    if (this.#added.length > 0) {
      this.#ordered = merged(
        this.#ordered,
        this.#added.sort((left, right) => (left.key < right.key ? -1 : 1)),
      );
      this.#added = [];
    }
    return this.#ordered;
  }

  /** A write of before the last one may change what later ones did: then all are counted anew when they are asked for. */
  #countWrite(write: Write, before: StoredItem | null): void {
    if (write.at < (this.#counted?.at(-1)?.at ?? 0)) this.#counted = undefined;
    this.#counted?.push(counted(write, before));
  }

  #weigh(before: StoredItem | null, after: StoredItem | null): void {
    this.#count += (after === null ? 0 : 1) - (before === null ? 0 : 1);
    this.#bytes += (after?.bytes ?? 0) - (before?.bytes ?? 0);
  }
}

/** Two sorted lists in one: a few new keys must not have a million others sorted again. */
function merged(left: readonly Entry[], right: readonly Entry[]): Entry[] {
  const all: Entry[] = [];
  let next = 0;
  for (const entry of left) {
    for (let other = right[next]; other !== undefined && other.key < entry.key; other = right[next]) {
      all.push(other);
      next += 1;
    }
    all.push(entry);
  }
  return [...all, ...right.slice(next)];
}

function insertInTime(versions: Version[], version: Version): void {
  const last = versions.at(-1);
  if (last === undefined || last.at <= version.at) {
    versions.push(version);
  } else {
    const after = versions.findLastIndex((other) => other.at <= version.at);
    versions.splice(after + 1, 0, version);
  }
}

function counted({ at, kind, image }: Write, before: StoredItem | null): CountedWrite {
  return { at, kind, delta: (image === null ? 0 : 1) - (before === null ? 0 : 1) };
}
