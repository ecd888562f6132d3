/** A tenth of a second is the smallest piece of time that is told apart. */
const pieceMs = 100;
/** Ten seconds of them. */
const pieces = 100;

/** Sums over the last seconds. */
export class Recent {
  readonly #sums = new Array<number>(pieces).fill(0);
  #piece = Number.NEGATIVE_INFINITY;
  #since = Number.POSITIVE_INFINITY;

  add(amount: number, now: number): void {
    this.#pass(now);
    this.#since = Math.min(this.#since, now);
    const index = this.#piece % pieces;
    this.#sums[index] = (this.#sums[index] ?? 0) + amount;
  }

  /** Of the last `windowMs`, at most ten seconds, to a tenth of a second. */
  sum(now: number, windowMs: number): number {
    this.#pass(now);
    let total = 0;
    const count = Math.min(pieces, Math.ceil(windowMs / pieceMs));
    for (let back = 0; back < count; back += 1) total += this.#sums[(this.#piece - back + pieces) % pieces] ?? 0;
    return total;
  }

  /** For how long there is something to measure, in ms. */
  measuredMs(now: number): number {
    return Math.max(0, now - this.#since);
  }

  forget(now: number): void {
    this.#sums.fill(0);
    this.#since = now;
    this.#pass(now);
  }

  #pass(now: number): void {
    const piece = Math.floor(now / pieceMs);
    if (piece - this.#piece >= pieces) this.#sums.fill(0);
    else for (let passed = this.#piece + 1; passed <= piece; passed += 1) this.#sums[passed % pieces] = 0;
    this.#piece = Math.max(this.#piece, piece);
  }
}
