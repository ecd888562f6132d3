import { answerPlan, approve, cancel, deny, expire, setSpeed, withdraw } from './decide.ts';
import type { DrillRecord } from './drills.ts';
import { drillRecords } from './drills.ts';
import type { Environment } from './environment.ts';
import { UserError } from './errors.ts';
import type { LockHolder, RunEvent, RunId } from './events.ts';
import { type InTheWay, inTheWay, inTheWayOf, mustNotBeInVain } from './in-the-way.ts';
import { asItWas, environmentNamed, mustBeAsAsked } from './place.ts';
import type { Clock, EventLog, Journal, Lock } from './ports.ts';
import type { Actor } from './request.ts';
import type { Instant } from './restore-point/zoned-time.ts';
import type { Run } from './run.ts';
import type { Speed } from './speed.ts';
import { undoableUntil } from './undo.ts';

/** What can be known of runs, and decided about them, from the record alone: AWS is not asked. */
export interface RecordedRuns {
  /** @throws UserError UNKNOWN_ENVIRONMENT */
  environment(name: string): Environment;
  environments(): readonly Environment[];
  /** Of a run: as it is configured now, or as the run has it, for stopping what is not configured any more. */
  environmentOf(run: Run): Environment;
  run(runId: RunId): Run | undefined;
  /** Newest first. */
  history(limit: number): readonly Run[];
  /** Requested, approved or running. */
  open(): readonly Run[];
  /**
   * Runs that are IN_PROGRESS in the record but carried out by nobody: their process was stopped or is gone. Oldest first.
   * They keep their restore tables and journal until they are resumed.
   */
  interrupted(): readonly Run[];
  /** What would be in the way of a restore, or a drill, that was started now. */
  inTheWay(isDrill: boolean): InTheWay | undefined;
  /** What has to be over before this run can be approved, or started once it is approved. */
  inTheWayOf(run: Run): InTheWay | undefined;
  /** Who has the lock and lives: his run is carried out, or about to begin. */
  livingHolder(): LockHolder | undefined;
  /** When each environment was last drilled. */
  drills(): readonly DrillRecord[];
  /** Until when a run can be undone; undefined: it cannot (wrote nothing, undone already, still running). */
  undoableUntil(runId: RunId): Instant | undefined;
  /**
   * The last approval is refused while another restore is in the way: it would be used up, and nothing started by it.
   * @throws UserError NOT_ALLOWED (not an approver, own request), OUT_OF_DATE (somebody decided before, digest differs,
   * expired), RESTORE_IN_PROGRESS
   */
  approve(runId: RunId, by: Actor, digest: string): Run;
  deny(runId: RunId, by: Actor, reason: string): Run;
  /** By the requester only. */
  withdraw(runId: RunId, by: Actor): Run;
  /** Ends requests that nobody decided in time. Call it now and then. */
  expireOverdue(): readonly Run[];
  /** Answers the plan question of a running restore. @throws UserError OUT_OF_DATE, NOT_ALLOWED */
  confirmPlan(runId: RunId, by: Actor): Run;
  refusePlan(runId: RunId, by: Actor): Run;
  /**
   * Asks a running restore to stop at its next safe point, or withdraws one that has not begun. What its swap wrote is put
   * back. An interrupted run has to be resumed for that to happen.
   */
  cancel(runId: RunId, by: Actor): Run;
  /** How fast a running restore goes on, from its next request to AWS on. @throws UserError OUT_OF_DATE, NOT_ALLOWED */
  setSpeed(runId: RunId, speed: Speed, by: Actor): Run;
}

export type RecordedRunsParts = {
  readonly environments: readonly Environment[];
  readonly log: EventLog;
  readonly lock: Lock;
  readonly journal: Journal;
  readonly clock: Clock;
  /** How long after its end a run can be undone, in ms. */
  readonly undoWindowMs: number;
};

export function makeRecordedRuns(parts: RecordedRunsParts): RecordedRuns {
  const known = lookups(parts);
  return { ...known, ...deciding(parts, known) };
}

function lookups(parts: RecordedRunsParts) {
  const { environments, log, lock, clock } = parts;
  const isInterrupted = ({ id, state }: Run) => state === 'IN_PROGRESS' && !lock.isHeldFor(id);
  const withItsState = (run: Run | undefined) => run && { run, isInterrupted: isInterrupted(run) };
  return {
    environment: (name) => environmentNamed(environments, name),
    environments: () => environments,
    environmentOf: ({ request }) =>
      environments.find(({ name }) => name === request.environment) ?? asItWas(request, undefined),
    run: (runId) => log.run(runId),
    history: (limit) => log.recent(limit),
    open: () => log.open(),
    interrupted: () => log.open().filter(isInterrupted),
    inTheWay: (isDrill) => withItsState(inTheWay(log.open(), isDrill, clock.now())),
    inTheWayOf: (run) => withItsState(inTheWayOf(run, log.open(), clock.now())),
    drills: () => drillRecords(environments, (name) => log.drillsOf(name), clock.now()),
    livingHolder: () => lock.livingHolder(),
    undoableUntil(runId) {
      const run = log.run(runId);
      return run === undefined ? undefined : undoableUntil(run, parts);
    },
  } satisfies Partial<RecordedRuns>;
}

function deciding(
  { clock, environments, log }: RecordedRunsParts,
  known: Pick<RecordedRuns, 'environmentOf' | 'inTheWayOf'>,
) {
  const of = (run: Run) => environmentNamed(environments, run.request.environment);
  function decide(runId: RunId, decision: (run: Run) => readonly RunEvent[]): Run {
    log.decide(runId, decision);
    return existingRun(log, runId);
  }
  return {
    approve: (runId, by, digest) =>
      decide(runId, (run) => {
        mustBeAsAsked(run.request, of(run));
        const approval = approve(run, of(run), by, digest, clock.now());
        mustNotBeInVain(run, known.inTheWayOf(run));
        return approval;
      }),
    deny: (runId, by, reason) => decide(runId, (run) => deny(run, of(run), by, reason, clock.now())),
    withdraw: (runId, by) => decide(runId, (run) => withdraw(run, by)),
    confirmPlan: (runId, by) => decide(runId, (run) => answerPlan(run, of(run), by, true)),
    refusePlan: (runId, by) => decide(runId, (run) => answerPlan(run, of(run), by, false)),
    cancel: (runId, by) => decide(runId, (run) => cancel(run, known.environmentOf(run), by)),
    setSpeed: (runId, speed, by) => decide(runId, (run) => setSpeed(run, of(run), speed, by)),
    expireOverdue: () =>
      log.open().flatMap(({ id }) => {
        const written = log.decide(id, (run) => expire(run, clock.now()));
        return written.length === 0 ? [] : [existingRun(log, id)];
      }),
  } satisfies Partial<RecordedRuns>;
}

/** @throws UserError UNKNOWN_RUN */
export function existingRun(log: EventLog, runId: RunId): Run {
  const run = log.run(runId);
  if (run !== undefined) return run;
  throw new UserError('UNKNOWN_RUN', `There is no restore ${runId}.`, 'See `history` for the ids of the last ones.');
}
