import { type Item, itemBytes } from './item.ts';

/** An item as a table keeps it: weighed once and written out once, for all moments and tables that share it. */
export class StoredItem {
  readonly item: Item;
  #bytes: number | undefined;
  #json: string | undefined;

  constructor(item: Item) {
    this.item = item;
  }

  /** What DynamoDB charges for it, in bytes. */
  get bytes(): number {
    this.#bytes ??= itemBytes(this.item);
    return this.#bytes;
  }

  /** The item in wire JSON. */
  get json(): string {
    this.#json ??= flat(JSON.stringify(this.item));
    return this.#json;
  }

  /** Weighs it and writes it out now, so that who scans it first waits no longer than who scans it next. */
  prepare(): void {
    this.#bytes = this.bytes;
    this.#json = this.json;
  }
}

/** V8 leaves a text that it has written in pieces, and joins them when it is first read: which a scan would wait for. */
function flat(text: string): string {
  Buffer.byteLength(text);
  return text;
}
