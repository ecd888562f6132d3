import { UserError } from './errors.ts';
import type { RunEvent, RunId } from './events.ts';
import type { EventLog, Lock } from './ports.ts';
import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';
import { restoreTablesOf, stateOfLiveTables } from './run.ts';

/** The event that ends a run early, with everything a person needs to know about what is left. */
export function endedEarly(run: Run, error: UserError, durationMs: number): RunEvent {
  return {
    type: error.code === 'CANCELLED' ? 'cancelled' : 'failed',
    durationMs,
    code: error.code,
    message: error.message,
    hint: `${error.hint} ${stateOfLiveTables(run)}`.trim(),
    phase: run.phase,
    restoreTablesKept: restoreTablesOf(run),
  };
}

/** A shell starts its run in the moment after it has written the request down; one that has not by now never will. */
const shellStartsWithinMs = 60_000;

/**
 * Ends the runs whose process is gone (killed, power, out of memory) although the record shows them as alive. Runs of a
 * living process are left alone: a running restore holds the lock.
 */
export function settleInterrupted(log: EventLog, lock: Lock, now: Instant): readonly RunId[] {
  return log.open().flatMap((run) => {
    if (!isOrphan(run, lock, now)) return [];
    // Taken for a moment: a holder that was only paused must find its fencing number gone.
    const taken = lock.take(run.id);
    try {
      settle(log, run.id);
      return [run.id];
    } finally {
      if (taken.taken) lock.release(taken.holder.fencing);
    }
  });
}

function isOrphan(run: Run, lock: Lock, now: Instant): boolean {
  if (run.state === 'IN_PROGRESS') return !lock.isHeldFor(run.id);
  return run.state === 'APPROVED' && run.origin.kind === 'shell' && now - run.requestedAt > shellStartsWithinMs;
}

/** Ends one run whose holder is known to be gone. */
export function settle(log: EventLog, runId: RunId): void {
  log.decide(runId, (run) =>
    run.state === 'IN_PROGRESS' || run.state === 'APPROVED'
      ? [endedEarly(run, interrupted(run), 0), { type: 'lock-released' }]
      : [],
  );
}

function interrupted(run: Run): UserError {
  return new UserError(
    'INTERRUPTED',
    `The program that carried out this restore ended in phase ${run.phase ?? 'ACQUIRE_LOCK'} without a word.`,
    'Look at the log for the reason, and ask for the same restore point again.',
  );
}
