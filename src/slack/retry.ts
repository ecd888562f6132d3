import type { Instant } from '../restore/restore-point/zoned-time.ts';
import { times } from './limits.ts';

/** When something that went wrong is tried again: later each time, or when Slack asks for it. */
export class Retry {
  #failures = 0;
  #at: Instant | undefined;

  /** undefined: nothing is to be tried again. */
  get at(): Instant | undefined {
    return this.#at;
  }

  isDue(now: Instant): boolean {
    return this.#at === undefined || now >= this.#at;
  }

  /** `askedFor`: for how long Slack asks to be left alone. Returns in how many milliseconds it is tried again. */
  failed(now: Instant, askedFor?: number): number {
    const ms = askedFor ?? Math.min(times.retryCap, times.retryFirst * 2 ** this.#failures);
    this.#failures += 1;
    this.#at = now + ms;
    return ms;
  }

  /** It went well, or is not wanted any more. */
  settled(): void {
    this.#failures = 0;
    this.#at = undefined;
  }
}
