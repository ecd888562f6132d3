import type { Overflow, Side } from '../../src/restore/compare.ts';

/** An overflow that keeps everything in memory, and says what was done to it. */
export class MemoryOverflow implements Overflow {
  readonly #texts = new Map<string, string[]>();
  /** How many texts came in. */
  stored = 0;
  closed = 0;

  append(side: Side, drawer: number, text: string): void {
    const name = `${side} ${drawer}`;
    this.#texts.set(name, [...(this.#texts.get(name) ?? []), text]);
    this.stored += 1;
  }

  read(side: Side, drawer: number): Iterable<Buffer> {
    return (this.#texts.get(`${side} ${drawer}`) ?? []).map((text) => Buffer.from(text));
  }

  close(): void {
    this.closed += 1;
  }
}
