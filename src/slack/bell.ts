import type { Clock } from '../restore/ports.ts';

/** Wakes one sleeper early. A ring while nobody sleeps is remembered, so that no news is ever slept through. */
export interface Bell {
  ring(): void;
  /** Resolves after `ms` or at the next ring; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function makeBell(clock: Clock): Bell {
  let ringing = new AbortController();
  return {
    ring: () => ringing.abort(),
    async wait(ms, signal) {
      try {
        await clock.sleep(ms, AbortSignal.any([signal, ringing.signal]));
      } catch (error) {
        if (signal.aborted || !ringing.signal.aborted) throw error;
      } finally {
        if (ringing.signal.aborted) ringing = new AbortController();
      }
    },
  };
}
