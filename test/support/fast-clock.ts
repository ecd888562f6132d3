import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/restore/ports.ts';

/** A clock on which `factor` milliseconds pass in one: half an hour of waiting takes a second or two. */
export function fastClock(startsAt: number, factor = 1000): Clock {
  const begun = performance.now();
  return {
    now: () => Math.floor(startsAt + (performance.now() - begun) * factor),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}
