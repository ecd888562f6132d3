import type { Instant } from '../restore-point.ts';

/** When a fence is closed. AWS measures both ends by its own clock, request by request. */
export type FenceWindow = { readonly startsAt: Instant; readonly endsAt: Instant };

const second = 1_000;
const minute = 60 * second;

/** Until AWS measures requests by the first policy of a table: about two seconds were observed. */
const firstPolicyCountsWithin = 30 * second;
/** Until AWS measures requests by a changed policy: 221 to 237 seconds were observed. */
const changedPolicyCountsWithin = 5 * minute;
/** For comparing, confirming, writing and verifying, after the restore tables are there. Then it opens by itself. */
const workTakesAtMost = 120 * minute;
/** Nothing is begun behind a fence that opens this soon: AWS's clock may be ahead of ours. */
export const safetyMargin = 2 * minute;

/**
 * The window of a fence that is put up now. It starts when AWS can be expected to obey it, so that it closes at one
 * instant rather than here and there, and ends by itself however this program ends. A whole second at both ends.
 */
export function fenceWindow(now: Instant, hadPolicy: boolean, timeoutMinutes: number): FenceWindow {
  const lead = hadPolicy ? changedPolicyCountsWithin : firstPolicyCountsWithin;
  const startsAt = Math.ceil((now + lead) / second) * second;
  return { startsAt, endsAt: startsAt + longestMinutes(timeoutMinutes) * minute };
}

/** How long a fence stays closed at the very most, in minutes. */
export function longestMinutes(timeoutMinutes: number): number {
  return timeoutMinutes + workTakesAtMost / minute;
}
