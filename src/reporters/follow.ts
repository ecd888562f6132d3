import type { RunId, StoredEvent } from '../restore/events.ts';
import type { EventLog, Reporter } from '../restore/ports.ts';
import type { Run } from '../restore/run.ts';
import { apply, foldRun } from '../restore/run.ts';

/** What a reporter does with each event; `run` is the run as that event left it. */
export type Deliver = (stored: StoredEvent, run: Run) => void;

/** Hears, once, that a reporter cannot go on. */
export type OnTrouble = (error: unknown) => void;

/**
 * Tells one run's events in order, each once; from its first on, or those after the sequence number `after`. A delivery
 * that throws ends the telling, never the run.
 */
export function followRun(log: EventLog, runId: RunId, deliver: Deliver, onTrouble: OnTrouble, after = 0): Reporter {
  let run: Run | undefined;
  let stopWatching: (() => void) | undefined;
  let done = false;

  const catchUp = () => {
    if (done) return;
    try {
      const told = run?.lastSeq ?? 0;
      for (const stored of log.ofRun(runId)) {
        if (stored.seq <= told) continue;
        run = run === undefined ? foldRun([stored]) : apply(run, stored);
        if (run !== undefined && stored.seq > after) deliver(stored, run);
      }
    } catch (error) {
      done = true;
      onTrouble(error);
    }
  };

  return {
    start() {
      stopWatching = log.watch(catchUp);
      catchUp();
    },
    async stop() {
      stopWatching?.();
      catchUp();
      // A call that is on its way already must not read a log that its owner has closed meanwhile.
      done = true;
    },
  };
}
