import { setTimeout as sleep } from 'node:timers/promises';
import type { UserError } from '../restore/errors.ts';

/** Time and chance, as the adapter needs them: a test brings its own. */
export type Timing = {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
};

export const realTiming: Timing = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  random: Math.random,
};

const firstDelayMs = 50;
const longestDelayMs = 5_000;

/**
 * How long to put up with a table that takes nothing: as often as it likes while something moves, and `limitMs` from the
 * first refusal on when nothing does. Between two attempts it waits a random time whose upper bound doubles ("full jitter": many who were
 * refused at the same moment must not come back at the same moment).
 */
export class Patience {
  readonly #limitMs: number;
  readonly #timing: Timing;
  /** When AWS refused for the first time since something moved. */
  #refusedAt: number | undefined;

  constructor(limitMs: number, timing: Timing) {
    this.#limitMs = limitMs;
    this.#timing = timing;
  }

  /** Something was read or written. */
  moved(): void {
    this.#refusedAt = undefined;
  }

  /** Something of the same table was, at this time, for whomever: it is not the table that gives nothing. */
  othersMoved(at: number): void {
    if (this.#refusedAt !== undefined) this.#refusedAt = Math.max(this.#refusedAt, at);
  }

  /** A person had it wait: what was refused before that is long ago. */
  paused(): void {
    this.#refusedAt = undefined;
  }

  /**
   * Waits before the next attempt; `refusals` counts those in a row, from 1.
   * @throws `refusal` when nothing has moved for too long, or the signal's reason.
   */
  async wait(refusal: UserError, refusals: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#refusedAt ??= this.#timing.now();
    const left = this.#refusedAt + this.#limitMs - this.#timing.now();
    if (left <= 0) {
      throw refusal;
    }
    const bound = Math.min(longestDelayMs, firstDelayMs * 2 ** (refusals - 1));
    try {
      await this.#timing.sleep(Math.min(this.#timing.random() * bound, left), signal);
    } finally {
      signal?.throwIfAborted();
    }
  }
}
