import { UserError } from './errors.ts';
import type { LockHolder, RunId } from './events.ts';
import type { ExecuteParts } from './execute.ts';
import { outranked } from './outranked.ts';
import type { Clock, EventLog, Lock } from './ports.ts';
import { actorName } from './request.ts';
import type { Run } from './run.ts';

/** A sixth of the lease: several heartbeats may be late before the lock is lost. */
const heartbeatMs = 10_000;

/** Turns everything that stops a run into one signal: a shutdown, somebody's cancel, a lost lock. Returns what ends that. */
export function stopOn(
  { log, lock, clock }: Pick<ExecuteParts, 'log' | 'lock' | 'clock'>,
  runId: RunId,
  holder: LockHolder,
  shutdown: AbortSignal | undefined,
  stopping: AbortController,
): () => void {
  const done = new AbortController();
  const onShutdown = () => stopping.abort(interrupted());
  if (shutdown?.aborted) onShutdown();
  shutdown?.addEventListener('abort', onShutdown, { signal: done.signal });
  const checkCancelled = () => {
    const run = log.run(runId);
    // What is being put back already cannot be cancelled.
    if (run?.cancelRequested && run.rollback === undefined) stopping.abort(cancelled(run, log));
  };
  const stopWatching = log.watch(checkCancelled);
  checkCancelled();
  void heartbeat(lock, clock, holder, stopping, done.signal);
  return () => {
    done.abort();
    stopWatching();
  };
}

async function heartbeat(
  lock: Lock,
  clock: Clock,
  holder: LockHolder,
  stopping: AbortController,
  done: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await clock.sleep(heartbeatMs, done);
      if (!lock.renew(holder.fencing)) {
        stopping.abort(lockLost());
        return;
      }
    } catch (error) {
      if (done.aborted) return;
      // A file that is busy or full stops the run; what puts it back still needs the lock, so the heart beats on.
      stopping.abort(error);
    }
  }
}

function cancelled(run: Run, log: EventLog): UserError {
  const event = log.ofRun(run.id).find((row) => row.event.type === 'cancel-requested')?.event;
  if (event?.type === 'cancel-requested' && event.outrankedBy !== undefined) return outranked(event.outrankedBy);
  const who = event?.type === 'cancel-requested' ? actorName(event.by) : 'somebody';
  return new UserError('CANCELLED', `Cancelled by ${who}.`, '');
}

/** The reason of a shutdown: whoever stops for it pauses, and is resumed. */
export function interrupted(): UserError {
  return new UserError(
    'INTERRUPTED',
    'The program was told to stop and stopped at a safe point.',
    'It can be resumed.',
  );
}

function lockLost(): UserError {
  return new UserError(
    'LOCK_LOST',
    'This restore lost the lock: it was paused for longer than its lease.',
    'Nothing more is written by it. Look with `status` at what runs now.',
  );
}
