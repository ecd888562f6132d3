import type { Timing } from './patience.ts';

/** Makes a gate that lets one caller through every `everyMs` and the others wait in line. */
export function pace(everyMs: number, timing: Timing): (signal?: AbortSignal) => Promise<void> {
  let nextAt = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    const now = timing.now();
    const turn = Math.max(now, nextAt);
    nextAt = turn + everyMs;
    if (turn > now) {
      await timing.sleep(turn - now, signal);
    }
  };
}
