import type { Speed } from '../../restore/speed.ts';
import type { Throttling } from '../throttling.ts';
import { Recent } from './recent.ts';

/** What a table takes is measured over the last second; over up to ten where requests are few and dear. */
const shortestMs = 1_000;
const longestMs = 10_000;
const enoughRequests = 16;
/** With less than this since the last cut there is nothing to measure yet. */
const leastMeasuredMs = 250;
/** Refusals of requests that were under way when the rate was cut say nothing new; nor do those right after it. */
const settlesMs = 500;

/** Of the limit that was found: what is taken at first, and for how long before more is tried. */
const shares: Readonly<Record<Exclude<Speed, 'pause'>, { readonly share: number; readonly holdMs: number }>> = {
  slow: { share: 0.25, holdMs: Number.POSITIVE_INFINITY },
  normal: { share: 0.9, holdMs: 15_000 },
  fast: { share: 0.97, holdMs: 8_000 },
};
/** A maximum that somebody set does not grow by itself. */
const maximumHoldMs = 60_000;
/**
 * After the hold: so much of the limit more each second, and after a while more and more. Tables save up what they did
 * not give: who grows faster than that is used up finds a limit that is not there.
 */
const growth = 0.01;
const laterGrowth = 0.001;
const laterAfterSeconds = 30;
/** Of what was measured above a limit that was known before: part of it was saved up. */
const lasting = 0.9;
/** A limit that fell by more than half may be a trouble that passes: it is tried again soon, and doubled every second. */
const steepFall = 0.5;
const steepHoldMs = 1_000;
/** However little was measured, it is not a smaller part of the limit before. */
const steepestFall = 1 / 8;

/** One in so many refused for its key range is a hot key; more than that, and it is the table that is full. */
const hotKeyShare = 1 / 16;
const leastRequests = 8;

/**
 * Finds what a table takes in a second and stays just under it. While nothing is refused there is no limit. When something
 * is, what was let through just before *is* the limit, whatever it is made of: provisioned units, burst, partitions, the
 * application's own share. From there on a share of it is used; after a while a little more is tried, and so on.
 *
 * Pure but for what it remembers: every instant comes in as an argument, in ms of one clock.
 */
export class AdaptiveRate {
  readonly #unknownLimit: number;
  #limit: number | undefined;
  #limitBefore: number;
  #throttling: Throttling = 'unknown';
  #cutAt = Number.NEGATIVE_INFINITY;
  readonly #units = new Recent();
  readonly #requests = new Recent();
  readonly #rangeRefusals = new Recent();

  /** `unknownLimit`: units per second that `slow` takes a quarter of while no limit is known. */
  constructor(unknownLimit: number) {
    this.#unknownLimit = unknownLimit;
    this.#limitBefore = unknownLimit;
  }

  /** Units per second to go at; undefined: no limit is known. */
  perSecond(speed: Exclude<Speed, 'pause'>, now: number): number | undefined {
    const { share, holdMs } = shares[speed];
    if (this.#limit === undefined) return speed === 'slow' ? this.#unknownLimit * share : undefined;
    const sinceCutMs = now - this.#cutAt;
    if (this.#limit < this.#limitBefore * steepFall) {
      const doubled = this.#limit * share * 2 ** (Math.max(0, sinceCutMs - steepHoldMs) / 1000);
      return speed === 'slow' ? Math.min(doubled, this.#limitBefore * share) : doubled;
    }
    const hold = this.#throttling === 'on-demand-maximum' ? Math.max(holdMs, maximumHoldMs) : holdMs;
    const beyond = Math.max(0, sinceCutMs - hold) / 1000;
    const later = Math.max(0, beyond - laterAfterSeconds);
    return this.#limit * (share + growth * beyond + laterGrowth * later ** 2);
  }

  accepted(units: number, now: number): void {
    this.#units.add(units, now);
    this.#requests.add(1, now);
  }

  /** @returns what it means for the others: nothing, nothing new, or that the table is asked for less from now on */
  refused(throttling: Throttling, sentAt: number, now: number): 'one-range' | 'known' | 'lowered' {
    this.#requests.add(1, now);
    const isSettling = sentAt < this.#cutAt || now - this.#cutAt < settlesMs;
    if (throttling === 'key-range') {
      this.#rangeRefusals.add(1, now);
      if (!isSettling && !this.#isFullEverywhere(now)) return 'one-range';
    }
    if (isSettling) return 'known';
    this.#cut(throttling, now);
    return 'lowered';
  }

  /** Another table has met a limit that they share. @returns whether less is asked for */
  shareLimit(now: number): boolean {
    if (now - this.#cutAt < settlesMs) return false;
    this.#cut('account', now);
    return true;
  }

  #isFullEverywhere(now: number): boolean {
    const windowMs = this.#windowMs(now);
    const requests = this.#requests.sum(now, windowMs);
    return requests >= leastRequests && this.#rangeRefusals.sum(now, windowMs) > requests * hotKeyShare;
  }

  /** Units per second that were let through; undefined: measured for too short a time. */
  #measured(now: number): number | undefined {
    const windowMs = Math.min(this.#windowMs(now), this.#units.measuredMs(now));
    return windowMs < leastMeasuredMs ? undefined : (this.#units.sum(now, windowMs) / windowMs) * 1000;
  }

  #windowMs(now: number): number {
    let windowMs = shortestMs;
    while (windowMs < longestMs && this.#requests.sum(now, windowMs) < enoughRequests) windowMs *= 2;
    return Math.min(windowMs, longestMs);
  }

  #cut(throttling: Throttling, now: number): void {
    const before = this.#limit;
    const measured = this.#measured(now);
    this.#limit = Math.max(1, limitAfter(measured, before, this.#unknownLimit));
    // Nothing at all is a trouble and no limit: what was known before it counts when it is over.
    if (measured !== 0) this.#limitBefore = before ?? this.#limit;
    this.#throttling = throttling;
    this.#cutAt = now;
    this.#units.forget(now);
    this.#rangeRefusals.forget(now);
    this.#requests.forget(now);
  }
}

function limitAfter(measured: number | undefined, before: number | undefined, unknownLimit: number): number {
  if (measured === undefined) return before ?? unknownLimit;
  if (before === undefined) return Math.max(measured, unknownLimit * steepestFall);
  return measured > before ? Math.max(before, measured * lasting) : Math.max(measured, before * steepestFall);
}
