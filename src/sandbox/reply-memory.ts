import { spell } from './json-text.ts';
import type { Wire } from './wire.ts';

/** A page of a scan has about one megabyte, and in JSON hardly ever more than three. */
const usualBytes = 4 * 1_048_576;
/** More than a client that scans with all its might reads at the same time. */
const mostKept = 32;
/** No text has more bytes than this for each of its UTF-16 units. */
const mostBytesPerUnit = 3;

/**
 * Memory in which large replies are written, again and again: a fresh megabyte for every page of a scan keeps a garbage
 * collector busy that has a million items to look through.
 */
export class ReplyMemory {
  readonly #free: Buffer[] = [];

  /** A reply in JSON, whose bytes are the caller's until they are given back, and nobody's if they never are. */
  write(reply: Wire): Buffer {
    let buffer = this.#free.pop() ?? Buffer.allocUnsafe(usualBytes);
    let at = 0;
    spell(reply, (text) => {
      if (buffer.length - at < text.length * mostBytesPerUnit)
        buffer = enlarged(buffer, at + text.length * mostBytesPerUnit);
      at += buffer.write(text, at);
    });
    return buffer.subarray(0, at);
  }

  giveBack({ buffer }: Buffer): void {
    if (this.#free.length < mostKept) this.#free.push(Buffer.from(buffer));
  }
}

function enlarged(buffer: Buffer, least: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(least, 2 * buffer.length));
  larger.set(buffer);
  return larger;
}
