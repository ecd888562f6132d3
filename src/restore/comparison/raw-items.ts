import type { Item } from '../item.ts';
import { itemIn } from './canonical-text.ts';

const code = {
  quote: 0x22,
  backslash: 0x5c,
  bracket: 0x5b,
  bracketEnd: 0x5d,
  brace: 0x7b,
  braceEnd: 0x7d,
} as const;

/** What a byte outside of texts means for where items begin and end. */
const [nothing, quote, opening, closing] = [0, 1, 2, 3];
const marks = new Uint8Array(256);
marks[code.quote] = quote;
for (const byte of [code.brace, code.bracket]) marks[byte] = opening;
for (const byte of [code.braceEnd, code.bracketEnd]) marks[byte] = closing;

/** Most texts end within these, which are looked at one by one; of the rest of a longer one, only its end is looked for. */
const nearBytes = 32;

/**
 * The items of a reply as the bytes that came. Most items of two tables that are compared are the same, byte by byte:
 * to see that, and to add them to a digest, none of them has to be parsed, which is most of the work of a comparison.
 */
export class RawItems {
  #body: Buffer | undefined;
  /** Where each item begins and ends, in turn. */
  readonly #bounds: readonly number[];
  readonly #onLetGo: () => void;

  constructor(body: Buffer, bounds: readonly number[], onLetGo: () => void = () => undefined) {
    this.#body = body;
    this.#bounds = bounds;
    this.#onLetGo = onLetGo;
  }

  get length(): number {
    this.#bytes();
    return this.#bounds.length / 2;
  }

  /** Lets go of the bytes, which may be those of another page then. Whoever asks for anything of it again is refused. */
  letGo(): void {
    if (this.#body === undefined) return;
    this.#body = undefined;
    this.#onLetGo();
  }

  /** The item as JSON. */
  text(index: number): string {
    const [start, end] = this.#boundsOf(index);
    return this.#bytes().toString('utf8', start, end);
  }

  parsed(): readonly Item[] {
    return Array.from({ length: this.length }, (_, index) => itemIn(this.text(index)));
  }

  /** Whether it is the same item, written in the same way. */
  isSame(index: number, other: RawItems, otherIndex: number): boolean {
    const [start, end] = this.#boundsOf(index);
    const [otherStart, otherEnd] = other.#boundsOf(otherIndex);
    return (
      end - start === otherEnd - otherStart &&
      this.#bytes().compare(other.#bytes(), otherStart, otherEnd, start, end) === 0
    );
  }

  #bytes(): Buffer {
    if (this.#body === undefined) throw new Error('A page was looked at after the next one was asked for');
    return this.#body;
  }

  #boundsOf(index: number): readonly [number, number] {
    const start = this.#bounds[2 * index];
    const end = this.#bounds[2 * index + 1];
    if (start === undefined || end === undefined) throw new RangeError('There is no item of this index');
    return [start, end];
  }
}

/**
 * The items of a JSON reply, and the reply without them; undefined where it has no list `Items` of objects. What is no
 * JSON at all is for `JSON.parse` to complain about. `onLetGo` is called when nobody needs the body's bytes any more.
 */
export function splitReply(
  body: Buffer,
  onLetGo?: () => void,
): { readonly items: RawItems; readonly rest: string } | undefined {
  const from = startOfItems(body);
  if (from === undefined) return undefined;
  const bounds: number[] = [];
  let depth = 0;
  for (let at = from; at < body.length; at += 1) {
    const mark = marks[body[at] ?? 0];
    if (mark === nothing) continue;
    if (mark === quote) {
      at = endOfText(body, at);
    } else if (mark === opening) {
      if (depth === 0) bounds.push(at);
      depth += 1;
    } else if (depth === 0) {
      const rest = body.toString('utf8', 0, from) + body.toString('utf8', at);
      return { items: new RawItems(body, bounds, onLetGo), rest };
    } else {
      depth -= 1;
      if (depth === 0) bounds.push(at + 1);
    }
  }
  return undefined;
}

/** The position after the `[` of the reply's own attribute `Items`. */
function startOfItems(body: Buffer): number | undefined {
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const mark = marks[body[at] ?? 0];
    if (mark === opening) depth += 1;
    if (mark === closing) depth -= 1;
    if (mark !== quote) continue;
    const end = endOfText(body, at);
    if (depth === 1 && body.toString('latin1', at + 1, end) === 'Items') {
      const list = /^\s*:\s*\[/.exec(body.toString('latin1', end + 1, end + 50));
      if (list !== null) return end + 1 + list[0].length;
    }
    at = end;
  }
  return undefined;
}

/** The position of the quote that ends the text which begins with the quote at `start`. */
function endOfText(body: Buffer, start: number): number {
  let at = start + 1;
  for (;;) {
    for (const near = Math.min(at + nearBytes, body.length); at < near; at += 1) {
      const byte = body[at];
      if (byte === code.quote) return at;
      if (byte === code.backslash) at += 1;
    }
    const end = body.indexOf(code.quote, at);
    if (end < 0) return body.length;
    if (!isEscaped(body, at, end)) return end;
    at = end + 1;
  }
}

/** Whether the quote at `end` is part of a text whose next character begins at `at`: an odd number of backslashes says so. */
function isEscaped(body: Buffer, at: number, end: number): boolean {
  let slashes = 0;
  while (end - slashes > at && body[end - slashes - 1] === code.backslash) slashes += 1;
  return slashes % 2 === 1;
}
