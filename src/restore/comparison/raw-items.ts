import type { Item } from '../item.ts';
import { itemIn } from './canonical-text.ts';

const code = { quote: 0x22, backslash: 0x5c, openBracket: 0x5b, closeBracket: 0x5d, openBrace: 0x7b, closeBrace: 0x7d };

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
    const byte = body[at];
    if (byte === code.quote) at = endOfText(body, at);
    const step = stepOf(byte);
    if (step < 0 && depth === 0) {
      const rest = body.toString('utf8', 0, from) + body.toString('utf8', at);
      return { items: new RawItems(body, bounds, onLetGo), rest };
    }
    if (step > 0 && depth === 0) bounds.push(at);
    depth += step;
    if (step < 0 && depth === 0) bounds.push(at + 1);
  }
  return undefined;
}

/** How a byte outside of texts changes the depth. */
function stepOf(byte: number | undefined): number {
  switch (byte) {
    case code.openBrace:
    case code.openBracket:
      return 1;
    case code.closeBrace:
    case code.closeBracket:
      return -1;
    default:
      return 0;
  }
}

/** The position after the `[` of the reply's own attribute `Items`. */
function startOfItems(body: Buffer): number | undefined {
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    depth += stepOf(byte);
    if (byte !== code.quote) continue;
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
  for (let at = start + 1; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === code.quote) return at;
    if (byte === code.backslash) at += 1;
  }
  return body.length;
}
