import { type Item, itemBytes } from './item.ts';

export type WriteKind = 'put' | 'update' | 'delete';

type Version = {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly kind: WriteKind;
  /** The item after the write; null after a delete. */
  readonly image: Item | null;
  /** What the image weighs; weighed once, as scans weigh their pages by it. */
  readonly bytes: number;
  /** The write's place among all writes of the table. */
  readonly sequence: number;
};

type Entry = { readonly key: Item; versions: Version[] };

/** One write as a test sees it. */
export type RecordedWrite = { readonly at: number; readonly key: Item; readonly kind: WriteKind };

/** What one write did to the number of items: 1, 0 or -1. */
export type CountedWrite = { readonly at: number; readonly kind: WriteKind; readonly delta: number };

/** An item that is not the same at two moments; null where there was none. */
export type ItemChange = { readonly key: Item; readonly from: Item | null; readonly to: Item | null };

/** Every state every item of one table has ever had. */
export class TableHistory {
  readonly #entries = new Map<string, Entry>();
  #ordered: string[] = [];
  #added: string[] = [];
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
    return this.#entries.get(key)?.versions.at(-1)?.image ?? null;
  }

  /** What the item weighs now, in bytes; 0 when there is none. */
  bytesOf(key: string): number {
    return this.#entries.get(key)?.versions.at(-1)?.bytes ?? 0;
  }

  /** The key's attributes; undefined when there never was an item. */
  attributesOf(key: string): Item | undefined {
    return this.#entries.get(key)?.key;
  }

  /** Notes that the item at `key` became `image` at `at`; writes may be told later than younger ones. */
  record(key: string, attributes: Item, write: { at: number; kind: WriteKind; image: Item | null }): void {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      if (write.image === null) return;
      entry = { key: attributes, versions: [] };
      this.#entries.set(key, entry);
      this.#added.push(key);
    }
    const before = entry.versions.at(-1);
    this.#sequence += 1;
    const bytes = write.image === null ? 0 : itemBytes(write.image);
    insertInTime(entry.versions, { ...write, bytes, sequence: this.#sequence });
    this.#weigh(before, entry.versions.at(-1));
    this.#countWrite(write, before?.image ?? null);
  }

  /** Takes the youngest write at `key` back, as if it had never been. */
  takeBack(key: string): void {
    const entry = this.#entries.get(key);
    const taken = entry?.versions.pop();
    this.#sequence += 1;
    this.#counted = undefined;
    this.#weigh(taken, entry?.versions.at(-1));
  }

  /** The items as they were at `at`, with every write up to and including that millisecond. */
  stateAt(at: number): Item[] {
    const items: Item[] = [];
    for (const { versions } of this.#entries.values()) {
      const image = versions.findLast((version) => version.at <= at)?.image;
      if (image) items.push(image);
    }
    return items;
  }

  /** Every write that is remembered, oldest first. */
  writes(): RecordedWrite[] {
    return [...this.#entries.values()]
      .flatMap(({ key, versions }) => versions.map(({ at, kind, sequence }) => ({ at, kind, sequence, key })))
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
    for (const { key, versions } of this.#entries.values()) {
      if ((versions.at(-1)?.at ?? 0) <= from) continue;
      const [before, after] = [from, to].map((at) => versions.findLast((version) => version.at <= at)?.image ?? null);
      if (before !== after) yield { key, from: before ?? null, to: after ?? null };
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

  /** The keys of all items there ever were, in scan order. */
  orderedKeys(): readonly string[] {
    if (this.#added.length > 0) {
      this.#ordered = merged(
        this.#ordered,
        this.#added.sort((left, right) => (left < right ? -1 : 1)),
      );
      this.#added = [];
    }
    return this.#ordered;
  }

  /** A write of before the last one may change what later ones did: then all are counted anew when they are asked for. */
  #countWrite(write: Pick<Version, 'at' | 'kind' | 'image'>, before: Item | null): void {
    if (write.at < (this.#counted?.at(-1)?.at ?? 0)) this.#counted = undefined;
    this.#counted?.push(counted(write, before));
  }

  #weigh(before: Version | undefined, after: Version | undefined): void {
    this.#count += (after?.image ? 1 : 0) - (before?.image ? 1 : 0);
    this.#bytes += (after?.bytes ?? 0) - (before?.bytes ?? 0);
  }
}

/** Two sorted lists in one: a few new keys must not have a million others sorted again. */
function merged(left: readonly string[], right: readonly string[]): string[] {
  const all: string[] = [];
  let next = 0;
  for (const key of left) {
    for (; next < right.length && (right[next] ?? key) < key; next += 1) all.push(right[next] ?? key);
    all.push(key);
  }
  return [...all, ...right.slice(next)];
}

function insertInTime(versions: Version[], version: Version): void {
  const after = versions.findLastIndex((other) => other.at <= version.at);
  versions.splice(after + 1, 0, version);
}

function counted({ at, kind, image }: Pick<Version, 'at' | 'kind' | 'image'>, before: Item | null): CountedWrite {
  return { at, kind, delta: (image === null ? 0 : 1) - (before === null ? 0 : 1) };
}
