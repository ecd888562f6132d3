import { setMaxListeners } from 'node:events';
import { begin, notBegun } from './begin.ts';
import type { Comparer } from './comparer.ts';
import { Consumption, costsSince } from './consumption.ts';
import { clearAway, rehearsing } from './drill.ts';
import { elapsed } from './elapsed.ts';
import type { Environment } from './environment.ts';
import { asUserError, tellBug, UserError } from './errors.ts';
import type { LockHolder, RunEvent, RunId } from './events.ts';
import { lowerFences } from './fence/lower.ts';
import { followSpeed } from './follow-speed.ts';
import { overtaken } from './in-the-way.ts';
import { endAbandonedDrill, makesWay, takeLock } from './outrank.ts';
import { paced } from './paced.ts';
import { patientTables } from './patient-tables.ts';
import type { Aws, Clock, EventLog, Journal, Lock, ProgressBoard } from './ports.ts';
import { actorName } from './request.ts';
import type { Run } from './run.ts';
import { hasEnded } from './run.ts';
import { runSteps } from './run-steps.ts';
import type { Pace, StepContext } from './step.ts';
import { stepsFor } from './steps.ts';
import { interrupted, stopOn } from './stop-on.ts';
import { endedEarly, putBack, shouldPutBack } from './unwind.ts';

export type ExecuteParts = {
  readonly log: EventLog;
  readonly lock: Lock;
  readonly journal: Journal;
  readonly comparer: Comparer;
  readonly clock: Clock;
  readonly progress: ProgressBoard;
  readonly pace: Pace;
  /** Told about bugs: errors nobody foresaw, with the run they happened in. */
  readonly onBug: (error: unknown, runId: RunId) => void;
};

/** What a run is carried out for, and with. */
export type Assignment = {
  readonly runId: RunId;
  readonly environment: Environment;
  readonly aws: Aws;
  /** `start`: an approved run; `resume`: one that is running in the record and carried out by nobody. */
  readonly how: 'start' | 'resume';
  /** Aborted when the program has to stop: the run pauses at its next safe point. */
  readonly shutdown: AbortSignal | undefined;
};

/**
 * Carries out a run under the lock. Every outcome, bugs included, ends up in the record; what is thrown is only that it
 * could not be begun.
 * @throws UserError OUT_OF_DATE
 */
export async function carryOut(parts: ExecuteParts, assignment: Assignment): Promise<Run> {
  const { log, lock, clock } = parts;
  const { runId, how } = assignment;
  const startedAt = clock.now();
  const taken = await takeLock(parts, theRun(log, runId), assignment.shutdown);
  if (!taken.taken) return refused(log, assignment, taken.holder);
  const { holder } = taken;
  try {
    const abandoned = otherInterrupted(log, runId, holder.fencing);
    if (how === 'start' && abandoned !== undefined) {
      notBegun(log, runId, finishFirst(abandoned));
      return theRun(log, runId);
    }
    begin(log, runId, how, holder);
    refuseOvertaken(log, runId, holder);
    const record = (...events: readonly RunEvent[]) => {
      log.decide(runId, () => events, holder.fencing);
    };
    if (how === 'start') {
      const takenOverFrom = taken.takenOverFrom === undefined ? {} : { takenOverFrom: taken.takenOverFrom };
      const durationMs = elapsed(clock, startedAt);
      record(
        { type: 'lock-taken', holder, ...takenOverFrom },
        { type: 'phase-finished', phase: 'ACQUIRE_LOCK', durationMs },
      );
    }
    return await underLock(parts, assignment, holder, record);
  } finally {
    lock.release(holder.fencing);
  }
}

async function underLock(
  parts: ExecuteParts,
  { runId, environment, aws, shutdown }: Assignment,
  holder: LockHolder,
  record: StepContext['record'],
): Promise<Run> {
  const { log, clock } = parts;
  const run = () => theRun(log, runId);
  const stopping = new AbortController();
  // Whatever the run waits for listens to it, of all tables at once: Node would warn of the eleventh.
  setMaxListeners(0, stopping.signal);
  const mustHoldLock = () => log.mustCarry(holder.fencing);
  const onBug = (error: unknown) => parts.onBug(error, runId);
  const [following, consumption] = [followSpeed(log, runId), new Consumption()];
  const all: StepContext = {
    ...parts,
    ...{ environment, run, record, mustHoldLock, onBug, consumption },
    aws: paced({ ...aws, tables: patientTables(aws.tables, clock) }, following.now, consumption),
    speed: following.now,
    signal: stopping.signal,
  };
  const context = run().request.drill === true ? rehearsing(all) : all;
  const stopListening = stopOn(parts, runId, holder, shutdown, stopping);
  const begunAt = run().startedAt ?? clock.now();
  const soFar = () => elapsed(clock, begunAt);
  try {
    if (run().rollback === undefined) await runSteps(stepsFor(run().request), context);
    else await putBack(context, soFar);
    if (hasEnded(run())) return run();
    record({ type: 'phase-started', phase: 'RELEASE_LOCK' });
    record(
      { type: 'lock-released' },
      { type: 'phase-finished', phase: 'RELEASE_LOCK', durationMs: 0 },
      { type: 'completed', durationMs: soFar(), ...costsSince(context) },
    );
    return run();
  } catch (error) {
    return await unwind(context, error, soFar, shutdown);
  } finally {
    following.stop();
    stopListening();
  }
}

/** What becomes of a run that something stopped: paused, put back, or ended where it stands. */
async function unwind(
  context: StepContext,
  error: unknown,
  soFar: () => number,
  shutdown: AbortSignal | undefined,
): Promise<Run> {
  const failure = asUserError(error);
  tellBug(error, context.onBug);
  // Whoever has the lock now goes on with this run, or has done so: nothing of ours may be added.
  if (failure.code === 'LOCK_LOST') return context.run();
  if (failure.code === 'INTERRUPTED') {
    context.record({ type: 'paused', ...costsSince(context) }, { type: 'lock-released' });
    return context.run();
  }
  if (!shouldPutBack(context.run(), failure)) {
    await lowerFences(context);
    if (context.run().request.drill === true) await clearAway(context);
    const ended = { ...endedEarly(context.run(), failure, soFar()), ...costsSince(context) };
    context.record(ended, { type: 'lock-released' });
    return context.run();
  }
  const { code, message, hint } = failure;
  context.record({ type: 'rollback-started', code, message, hint, ...costsSince(context) });
  // The signal that stopped the swap must not stop putting back; a shutdown may, and the next process goes on with it.
  const stopping = new AbortController();
  const onShutdown = () => stopping.abort(interrupted());
  if (shutdown?.aborted) onShutdown();
  shutdown?.addEventListener('abort', onShutdown, { once: true });
  try {
    await putBack({ ...context, signal: stopping.signal }, soFar);
    return context.run();
  } catch (second) {
    return await unwind(context, second, soFar, shutdown);
  } finally {
    shutdown?.removeEventListener('abort', onShutdown);
  }
}

/** Somebody else has the lock. */
function refused(log: EventLog, { runId, how }: Assignment, holder: LockHolder): Run {
  if (how === 'resume' || holder.runId === runId) {
    throw new UserError(
      'OUT_OF_DATE',
      `${holder.runId} is being carried out by process ${holder.pid} on ${holder.host}.`,
      'See `status` for where it is.',
    );
  }
  notBegun(log, runId, lockHeld(log, holder));
  return theRun(log, runId);
}

/** Also after a crash in between: what was approved when this one began never starts behind it, and is told so now. */
function refuseOvertaken(log: EventLog, runId: RunId, holder: LockHolder): void {
  for (const { id } of overtaken(log.open(), theRun(log, runId))) {
    notBegun(log, id, lockHeld(log, holder), holder.fencing);
  }
}

/** Ends an approved run that would be refused if it was started now. Does nothing to any other run. */
export function refuseIfBehind({ log, lock }: Pick<ExecuteParts, 'log' | 'lock'>, runId: RunId): void {
  const holder = lock.livingHolder();
  if (holder === undefined || holder.runId === runId) return;
  if (!makesWay(log.run(holder.runId), theRun(log, runId))) notBegun(log, runId, lockHeld(log, holder));
}

/** We hold the lock, so any other run that is in progress is carried out by nobody. A drill is not worth finishing. */
function otherInterrupted(log: EventLog, runId: RunId, fencing: number): Run | undefined {
  const others = log.open().filter((run) => run.state === 'IN_PROGRESS' && run.id !== runId);
  for (const other of others) if (other.request.drill === true) endAbandonedDrill(log, other, runId, fencing);
  return others.find((other) => other.request.drill !== true);
}

function finishFirst(other: Run): UserError {
  return new UserError(
    'RESTORE_IN_PROGRESS',
    `${other.id} was interrupted in phase ${other.phase ?? 'ACQUIRE_LOCK'} and has not ended.`,
    `Go on with it: \`resume ${other.id}\`. Or stop it, and what it wrote is put back: \`cancel ${other.id}\`. Then ask again.`,
  );
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
