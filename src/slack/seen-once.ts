/** Remembers the last things it was shown, as many as it was told to. */
export class SeenOnce {
  readonly #seen = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  isNew(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const [oldest] = this.#seen;
    if (this.#seen.size > this.#most && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
