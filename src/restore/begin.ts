/** A run begins, or does not after all. */
import { UserError } from './errors.ts';
import type { LockHolder, RunId } from './events.ts';
import type { EventLog } from './ports.ts';
import type { Run } from './run.ts';
import { endedEarly } from './unwind.ts';

/**
 * Under the lock, so that a run which the record shows as running has a holder, or is interrupted.
 * @throws UserError OUT_OF_DATE, LOCK_LOST
 */
export function begin(log: EventLog, runId: RunId, how: 'start' | 'resume', holder: LockHolder): void {
  log.decide(
    runId,
    (run) => {
      if (how === 'resume') {
        mustBe('IN_PROGRESS', run);
        return [{ type: 'resumed', holder }];
      }
      mustBe('APPROVED', run);
      return [{ type: 'started' }, { type: 'phase-started', phase: 'ACQUIRE_LOCK' }];
    },
    holder.fencing,
  );
}

/** Of two processes that want to carry out the same run, exactly one gets past this. @throws UserError OUT_OF_DATE */
export function mustBe(state: Run['state'], run: Run): void {
  if (run.state === state) return;
  const verb = state === 'APPROVED' ? 'started' : 'resumed';
  throw new UserError('OUT_OF_DATE', `${run.id} cannot be ${verb}: it is ${run.state}.`, 'Ask for a new restore.');
}

/** Ends an approved run that must not be started after all. Does nothing to any other run. */
export function notBegun(log: EventLog, runId: RunId, why: UserError, fencing?: number): void {
  log.decide(runId, (run) => (run.state === 'APPROVED' ? [endedEarly(run, why, 0)] : []), fencing);
}
