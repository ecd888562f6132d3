import type { Environment } from './environment.ts';
import { asUserError, UserError } from './errors.ts';
import type { LockHolder, RunEvent, RunId } from './events.ts';
import type { Aws, Clock, EventLog, Journal, Lock, OpenOverflow, ProgressBoard } from './ports.ts';
import { actorName } from './request.ts';
import type { Run } from './run.ts';
import { hasEnded } from './run.ts';
import { runSteps } from './run-steps.ts';
import { endedEarly, settle } from './settle.ts';
import type { Pace, Step, StepContext } from './step.ts';

/** A sixth of the lease: several heartbeats may be late before the lock is lost. */
const heartbeatMs = 10_000;

export type ExecuteParts = {
  readonly steps: readonly Step[];
  readonly log: EventLog;
  readonly lock: Lock;
  readonly journal: Journal;
  readonly openOverflow: OpenOverflow;
  readonly clock: Clock;
  readonly progress: ProgressBoard;
  readonly pace: Pace;
};

/**
 * Carries out an approved run under the lock. Every outcome, bugs included, ends up in the record; what is rethrown to
 * the caller is only what the record could not hold.
 */
export async function execute(
  parts: ExecuteParts,
  environment: Environment,
  aws: Aws,
  runId: RunId,
  stop: AbortSignal | undefined,
): Promise<{ readonly run: Run; readonly bug?: unknown }> {
  const { log, lock, clock } = parts;
  const startedAt = clock.now();
  const taken = lock.take(runId);
  if (!taken.taken) {
    log.decide(runId, (run) => [endedEarly(mustBeApproved(run), lockHeld(log, taken.holder), 0)]);
    return { run: theRun(log, runId) };
  }
  const { holder, takenOverFrom } = taken;
  begin(log, lock, runId, holder);
  if (takenOverFrom !== undefined) settle(log, takenOverFrom.runId);
  const stopping = new AbortController();
  const record = (...events: readonly RunEvent[]) => {
    log.decide(runId, () => events, holder.fencing);
  };
  const context: StepContext = {
    ...parts,
    environment,
    aws,
    signal: stopping.signal,
    run: () => theRun(log, runId),
    record,
  };
  const stopListening = stopOn(parts, runId, holder, stop, stopping);
  try {
    record(
      {
        type: 'lock-taken',
        holder,
        ...(takenOverFrom === undefined ? {} : { takenOverFrom }),
      },
      { type: 'phase-finished', phase: 'ACQUIRE_LOCK', durationMs: clock.now() - startedAt },
    );
    await runSteps(parts.steps, context);
    record({ type: 'phase-started', phase: 'RELEASE_LOCK' });
    record(
      { type: 'lock-released' },
      { type: 'phase-finished', phase: 'RELEASE_LOCK', durationMs: 0 },
      { type: 'completed', durationMs: clock.now() - startedAt },
    );
    return { run: theRun(log, runId) };
  } catch (error) {
    // Not fenced: a run that lost the lock must still be able to say that it stopped.
    const failure = asUserError(error);
    log.decide(runId, (run) =>
      // Ended already: whoever took the lock over has said so.
      hasEnded(run) ? [] : [endedEarly(run, failure, clock.now() - startedAt), { type: 'lock-released' }],
    );
    return { run: theRun(log, runId), ...(failure.code === 'INTERNAL' ? { bug: error } : {}) };
  } finally {
    stopListening();
    lock.release(holder.fencing);
  }
}

/** Begins the run under the lock, so that a run which the record shows as running is never without a holder. */
function begin(log: EventLog, lock: Lock, runId: RunId, { fencing }: LockHolder): void {
  try {
    log.decide(
      runId,
      (run) => {
        mustBeApproved(run);
        return [{ type: 'started' }, { type: 'phase-started', phase: 'ACQUIRE_LOCK' }];
      },
      fencing,
    );
  } catch (error) {
    lock.release(fencing);
    throw error;
  }
}

/** Of two processes that want to carry out the same run, exactly one gets past this. */
function mustBeApproved(run: Run): Run {
  if (run.state === 'APPROVED') return run;
  throw new UserError('OUT_OF_DATE', `${run.id} cannot be started: it is ${run.state}.`, 'Ask for a new restore.');
}

/** Turns everything that ends a run early into one signal: a shutdown, somebody's cancel, a lost lock. */
function stopOn(
  { log, lock, clock }: ExecuteParts,
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
    if (run?.cancelRequested && !stopping.signal.aborted) stopping.abort(cancelled(run, log));
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
  try {
    for (;;) {
      await clock.sleep(heartbeatMs, done);
      if (!lock.renew(holder.fencing)) {
        stopping.abort(lockLost());
        return;
      }
    }
  } catch (error) {
    // Not being able to renew is as good as having lost it: whoever reads the file later will take it over.
    if (!done.aborted) stopping.abort(error);
  }
}

function theRun(log: EventLog, runId: RunId): Run {
  const run = log.run(runId);
  if (run === undefined) throw new Error(`Run ${runId} is not in the event log`);
  return run;
}

/** The refusal for whoever comes second: who has the lock, since when, where that run is, and what to type. */
function lockHeld(log: EventLog, holder: LockHolder): UserError {
  const other = log.run(holder.runId);
  const who = other === undefined ? 'somebody' : actorName(other.request.requestedBy);
  const where = other?.phase === undefined ? '' : `, now in phase ${other.phase}`;
  return new UserError(
    'RESTORE_IN_PROGRESS',
    `Another restore operation is running. Please wait or check lock file. ${holder.runId} by ${who} holds the lock since ${new Date(holder.takenAt).toISOString()} (process ${holder.pid} on ${holder.host})${where}.`,
    `Wait for it, look at it with \`status\`, or stop it with \`cancel ${holder.runId}\`.`,
  );
}

function cancelled(run: Run, log: EventLog): UserError {
  const event = log.ofRun(run.id).find((row) => row.event.type === 'cancel-requested')?.event;
  const who = event?.type === 'cancel-requested' ? actorName(event.by) : 'somebody';
  return new UserError('CANCELLED', `Cancelled by ${who}.`, '');
}

function interrupted(): UserError {
  return new UserError(
    'INTERRUPTED',
    'The program was told to stop and stopped at a safe point.',
    'Start it and ask for the same restore point again: what was written already will not be written twice.',
  );
}

function lockLost(): UserError {
  return new UserError(
    'LOCK_LOST',
    'This restore lost the lock: it was paused for longer than its lease.',
    'Nothing more is written by it. Look with `status` at what runs now, then ask again.',
  );
}
