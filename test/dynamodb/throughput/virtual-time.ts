import type { Timing } from '../../../src/dynamodb/patience.ts';

/** Time that passes when everybody waits for it: an hour of waiting is over in a moment, and in the right order. */
export class VirtualTime implements Timing {
  #now = 0;
  readonly #sleepers = new Map<number, Set<() => void>>();
  #seed = 1;

  readonly now = () => this.#now;

  /** Repeatable. */
  readonly random = () => {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  };

  /** In whole milliseconds, at least one. */
  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const until = this.#now + Math.max(1, Math.ceil(ms));
      const sleepers = this.#sleepers.get(until) ?? new Set();
      this.#sleepers.set(until, sleepers);
      const wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        sleepers.delete(wake);
        reject(signal?.reason);
      };
      sleepers.add(wake);
      signal?.addEventListener('abort', abort, { once: true });
    });

  /** Lets time pass until the work is done, or for so many ms. */
  async pass(work: Promise<unknown>, limitMs = 24 * 3_600_000): Promise<void> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    const end = this.#now + limitMs;
    while (this.#now < end) {
      // Everything that can go on without time passing does so first.
      await new Promise(setImmediate);
      if (isDone) return;
      do this.#now += 1;
      while (this.#now < end && !this.#sleepers.has(this.#now));
      const awake = this.#sleepers.get(this.#now);
      this.#sleepers.delete(this.#now);
      for (const wake of awake ?? []) wake();
    }
  }
}
