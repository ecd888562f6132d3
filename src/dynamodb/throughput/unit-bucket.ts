/** Capacity units that may be spent: they come in evenly, a few are saved up, and what costs more is paid off afterwards. */
export class UnitBucket {
  #left = 0;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /**
   * Milliseconds until so many units may be spent; 0: now. What is more than the bucket holds is let through when it is
   * full, and paid off by those who come next.
   */
  waitFor(units: number, rate: UnitRate, now: number): number {
    this.#fill(rate, now);
    const needed = Math.min(units, most(rate));
    return this.#left >= needed ? 0 : Math.ceil(((needed - this.#left) / rate.perSecond) * 1000);
  }

  /** Negative: it cost less than was thought. */
  spend(units: number): void {
    this.#left -= units;
  }

  /** Forgets what was saved up. */
  empty(): void {
    this.#left = Math.min(0, this.#left);
  }

  #fill(rate: UnitRate, now: number): void {
    const seconds = Math.max(0, now - this.#at) / 1000;
    this.#left = Math.min(most(rate), this.#left + seconds * rate.perSecond);
    this.#at = now;
  }
}

export type UnitRate = {
  /** Units that come in a second. */
  readonly perSecond: number;
  /** For how many seconds they are saved up. */
  readonly savedSeconds: number;
};

function most({ perSecond, savedSeconds }: UnitRate): number {
  return perSecond * savedSeconds;
}
