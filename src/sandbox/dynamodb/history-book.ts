import type { RecordedWrite, TableHistory } from './history.ts';
import { type Item, readItem } from './item.ts';
import type { Regions } from './regions.ts';
import { StoredItem } from './stored-item.ts';

/** A write without a request: the item that is put, or the key of the one that is deleted. */
export type SeededWrite = { readonly put: Item } | { readonly delete: Item };

/**
 * What tests and the demo may read from, and write into, the sandbox's record of all writes. Items are wire JSON. A
 * region must be named only for a table that several regions have.
 */
export class HistoryBook {
  readonly #regions: Regions;

  constructor(regions: Regions) {
    this.#regions = regions;
  }

  /** The items as they were at `at` (milliseconds since the epoch), that millisecond's writes included. */
  stateAt(table: string, at: number, region?: string): Item[] {
    return this.#regions.table(table, region).history.stateAt(at);
  }

  /** The items as they are now. */
  snapshot(table: string, region?: string): Item[] {
    return this.stateAt(table, Number.POSITIVE_INFINITY, region);
  }

  /** Every write that is remembered, oldest first. */
  writes(table: string, region?: string): RecordedWrite[] {
    return this.#regions.table(table, region).history.writes();
  }

  /** The table's whole history, to look at. */
  of(
    table: string,
    region?: string,
  ): Readonly<Pick<TableHistory, 'itemCount' | 'revision' | 'countedWrites' | 'changesBetween'>> {
    return this.#regions.table(table, region).history;
  }

  /**
   * Writes as if it had been at `at`, without a request for each, between two requests: an item that is put, or the
   * key of one that is deleted.
   * @throws AwsError ValidationException for an item without the table's key or with a malformed value
   */
  async write(table: string, changes: Iterable<SeededWrite>, at: number, region?: string): Promise<void> {
    const { region: place, table: written } = this.#regions.find(table, region);
    await written.turns.take(async () => {
      const keys: string[] = [];
      for (const change of changes) {
        const attributes = readItem('put' in change ? change.put : change.delete);
        const image = 'put' in change ? new StoredItem(attributes) : null;
        const key = written.keyOf(attributes);
        written.record(key, attributes, { at, kind: 'put' in change ? 'put' : 'delete', image });
        written.untold.add(key);
        keys.push(key);
      }
      // Many at once: told one by one with the next request for each, they would make a restore look slow.
      await place.tell(written, keys);
    });
  }

  /**
   * Puts items as if they had been written at `at`, without a request for each. A table seeded in the past is as old as
   * its oldest item, and so is its point-in-time recovery when that is on.
   * @throws AwsError ValidationException for an item without the table's key or with a malformed value
   */
  seed(table: string, items: Iterable<Item>, at: number, region?: string): void {
    const seeded = this.#regions.table(table, region);
    seeded.load(
      Array.from(items, (item) => new StoredItem(readItem(item))),
      at,
    );
    seeded.createdAt = Math.min(seeded.createdAt, at);
    if (seeded.recovery !== undefined) {
      seeded.recovery.enabledAt = Math.min(seeded.recovery.enabledAt, at);
    }
  }
}
