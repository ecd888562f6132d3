/** They are rounded up to this, so that the memory of one page fits the next. */
const blockBytes = 512 * 1024;

/** Small ones are not worth it. */
const leastBytes = 64 * 1024;

/** The longest reply there is, of BatchGetItem, has 16 MB of items (API reference), which are some more in JSON. */
const mostBytes = 64 * 1024 * 1024;

/** What nobody uses is kept up to here: the pages of four segments of two tables, two of each. */
const mostFreeBytes = 32 * 1024 * 1024;

/**
 * Memory for the bodies of large replies, used again and again. A comparison reads gigabytes, and V8 lets some 64 MB of
 * such garbage gather before it looks for it; what the C library then takes back it rarely gives back to the system.
 */
export class PageMemory {
  #free: Buffer[] = [];
  /** Taken and not given back. A page that came for nobody counts for ever: then the rest is kept, which is no harm. */
  #inUse = 0;

  /** Memory for a body of this length, with what somebody else left in it. undefined: it is small, or of no length that DynamoDB sends. */
  takeFor(bytes: number): Buffer | undefined {
    if (!(bytes >= leastBytes && bytes <= mostBytes)) return undefined;
    const at = this.#free.findIndex((buffer) => buffer.buffer.byteLength >= bytes);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    this.#inUse += 1;
    const memory = found?.buffer ?? new ArrayBuffer(Math.ceil(bytes / blockBytes) * blockBytes);
    return Buffer.from(memory, 0, bytes);
  }

  /** Its memory is somebody else's from now on: whoever gives it must not look at it again. */
  giveBack(buffer: Buffer): void {
    this.#inUse -= 1;
    if (this.#inUse === 0) {
      // Nobody reads any more: until the next comparison it is of no use.
      this.#free = [];
      return;
    }
    const free = this.#free.reduce((sum, { buffer: { byteLength } }) => sum + byteLength, 0);
    if (free + buffer.buffer.byteLength <= mostFreeBytes) this.#free.push(buffer);
  }
}
