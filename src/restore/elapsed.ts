import type { Clock } from './ports.ts';
import type { Instant } from './restore-point.ts';

/** Milliseconds since then; 0 when the clock was set back meanwhile. */
export function elapsed(clock: Pick<Clock, 'now'>, since: Instant): number {
  return Math.max(0, clock.now() - since);
}
