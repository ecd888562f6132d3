import { answerPlan, approve, cancel, deny, expire, restorableUntil, setSpeed, withdraw } from './decide.ts';
import { drillRecords } from './drills.ts';
import type { Environment } from './environment.ts';
import { asUserError, UserError } from './errors.ts';
import type { RunEvent, RunId, TablesSize } from './events.ts';
import type { ExecuteParts } from './execute.ts';
import { carryOut } from './execute.ts';
import { lookAt } from './outlook.ts';
import { asItWas, environmentNamed, mustBeAsAsked, mustBeWhereItWas, placeOf, placeToGoOn } from './place.ts';
import type { AwsFor, EventLog } from './ports.ts';
import { runChecks } from './preflight/checks.ts';
import type { RestoreRequest } from './request.ts';
import { digestOf } from './request.ts';
import { checkWindow, type Instant } from './restore-point.ts';
import type { Restores, Wish } from './restores.ts';
import type { Run } from './run.ts';
import { cannotUndo, undoableUntil, undoRequest } from './undo.ts';
import { endedEarly } from './unwind.ts';

export type RestoresParts = ExecuteParts & {
  readonly environments: readonly Environment[];
  readonly awsFor: AwsFor;
  /** How long after its end a run can be undone, in ms. */
  readonly undoWindowMs: number;
  /** How long an undecided request lives, in ms. */
  readonly approvalExpiryMs: number;
};

/** So many of the last runs tell how long AWS takes. */
const runsForTimes = 50;

/** A shell starts its run right after it has written the request down; one that has not by then never will. */
const shellStartsWithinMs = 10 * 60_000;

export function makeRestores(parts: RestoresParts): Restores {
  return { ...lookups(parts), ...asking(parts), ...deciding(parts), ...running(parts), ...undoing(parts) };
}

function lookups(parts: RestoresParts) {
  const { environments, log, lock, clock } = parts;
  return {
    environment: (name) => environmentNamed(environments, name),
    environments: () => environments,
    outlook: async (environment, labels) =>
      lookAt(parts.awsFor(environment), environment, labels, log.recent(runsForTimes)),
    run: (runId) => log.run(runId),
    history: (limit) => log.recent(limit),
    open: () => log.open(),
    drills: () => drillRecords(environments, (name) => log.drillsOf(name), clock.now()),
    inProgress() {
      const holder = lock.holder();
      return holder === undefined ? undefined : { holder, phase: log.run(holder.runId)?.phase };
    },
  } satisfies Partial<Restores>;
}

function asking(parts: RestoresParts) {
  const { clock, environments, log } = parts;

  /** A wish with its instant made exact and checked against the windows of its tables. */
  async function requestFor(wish: Wish): Promise<{
    readonly request: RestoreRequest;
    readonly size: TablesSize;
    readonly restorableUntil: Instant;
  }> {
    const environment = environmentNamed(environments, wish.environment);
    const labels = wish.tables.map((ref) => ref.label);
    const { window, ...outlook } = await lookAt(parts.awsFor(environment), environment, labels, []);
    const restorePoint = wish.restorePoint === 'latest' ? window.latest : wish.restorePoint;
    const refusal = checkWindow(restorePoint, window, clock.now(), wish.timeZone);
    if (refusal !== undefined) throw new UserError('RESTORE_POINT', refusal.message, refusal.hint);
    const size = { items: outlook.approximateItems, bytes: outlook.approximateBytes };
    const periods = outlook.tables.map((table) => (table.window.enabled ? table.window.periodDays : undefined));
    return {
      request: { ...wish, ...placeOf(environment), restorePoint },
      size,
      restorableUntil: restorableUntil(restorePoint, periods),
    };
  }

  return {
    async request(wish, origin) {
      const { request, ...facts } = await requestFor(wish);
      const { approvals } = environmentNamed(environments, wish.environment);
      // A drill writes to nothing that anybody uses: there is nothing to agree to.
      const approvalsNeeded = origin.kind === 'slack' && request.drill !== true ? approvals : 0;
      const now = clock.now();
      const runId = log.begin(now, {
        type: 'requested',
        request,
        digest: digestOf(request),
        origin,
        approvalsNeeded,
        ...facts,
        expiresAt: now + (origin.kind === 'slack' ? parts.approvalExpiryMs : shellStartsWithinMs),
      });
      return existingRun(log, runId);
    },
    async dryRun(wish) {
      const environment = environmentNamed(environments, wish.environment);
      const aws = parts.awsFor(environment);
      // Not through requestFor, which throws at the first trouble: a dry run is to name all of them.
      const { restorePoint } = wish;
      const request =
        restorePoint === 'latest'
          ? (await requestFor(wish)).request
          : { ...wish, restorePoint, ...placeOf(environment) };
      const now = clock.now();
      const checks = await runChecks({ request, requestedAt: now, aws, now });
      const passed = checks.every((check) => check.status !== 'failed');
      if (!passed) return { request, checks, passed };
      const labels = request.tables.map((ref) => ref.label);
      const { expected } = await lookAt(aws, environment, labels, log.recent(runsForTimes));
      return { request, checks, passed, expected };
    },
  } satisfies Partial<Restores>;
}

function deciding({ clock, environments, log }: RestoresParts) {
  const of = (run: Run) => environmentNamed(environments, run.request.environment);
  // Stopping what was begun does not need the configuration to know where.
  const todayOrThen = ({ request }: Run) =>
    environments.find(({ name }) => name === request.environment) ?? asItWas(request, undefined);
  function decide(runId: RunId, decision: (run: Run) => readonly RunEvent[]): Run {
    log.decide(runId, decision);
    return existingRun(log, runId);
  }
  return {
    approve: (runId, by, digest) =>
      decide(runId, (run) => {
        mustBeAsAsked(run.request, of(run));
        return approve(run, of(run), by, digest, clock.now());
      }),
    deny: (runId, by, reason) => decide(runId, (run) => deny(run, of(run), by, reason, clock.now())),
    withdraw: (runId, by) => decide(runId, (run) => withdraw(run, by)),
    confirmPlan: (runId, by) => decide(runId, (run) => answerPlan(run, of(run), by, true)),
    refusePlan: (runId, by) => decide(runId, (run) => answerPlan(run, of(run), by, false)),
    abandon: (runId, why) => decide(runId, (run) => (run.state === 'APPROVED' ? [endedEarly(run, why, 0)] : [])),
    cancel: (runId, by) => decide(runId, (run) => cancel(run, todayOrThen(run), by)),
    setSpeed: (runId, speed, by) => decide(runId, (run) => setSpeed(run, of(run), speed, by)),
    expireOverdue: () =>
      log.open().flatMap(({ id }) => {
        const written = log.decide(id, (run) => expire(run, clock.now()));
        return written.length === 0 ? [] : [existingRun(log, id)];
      }),
  } satisfies Partial<Restores>;
}

function running(parts: RestoresParts) {
  const { environments, log, lock } = parts;
  async function carry(runId: RunId, how: 'start' | 'resume', shutdown: AbortSignal | undefined): Promise<Run> {
    const run = existingRun(log, runId);
    const environment = how === 'resume' ? toGoOn(run) : environmentNamed(environments, run.request.environment);
    mustBeAsAsked(run.request, environment);
    return await carryOut(parts, { runId, how, shutdown, environment, aws: parts.awsFor(environment) });
  }
  /** Whoever waits for the run to go on has to hear why it does not: once, however often it is tried. */
  function toGoOn(run: Run): Environment {
    try {
      return placeToGoOn(run, environments);
    } catch (error) {
      const { code, message, hint } = asUserError(error);
      const last = log.ofRun(run.id).at(-1)?.event;
      const isSaid = last?.type === 'resume-refused' && last.message === message;
      if (run.state === 'IN_PROGRESS' && !isSaid && !lock.isHeldFor(run.id)) {
        log.decide(run.id, ({ state }) =>
          state === 'IN_PROGRESS' ? [{ type: 'resume-refused', code, message, hint }] : [],
        );
      }
      throw error;
    }
  }
  return {
    execute: (runId, signal) => carry(runId, 'start', signal),
    resume: (runId, signal) => carry(runId, 'resume', signal),
    interrupted: () => log.open().filter((run) => run.state === 'IN_PROGRESS' && !lock.isHeldFor(run.id)),
  } satisfies Partial<Restores>;
}

function undoing(parts: RestoresParts) {
  const { clock, environments, log } = parts;
  return {
    undoableUntil(runId) {
      const run = log.run(runId);
      return run === undefined ? undefined : undoableUntil(run, parts);
    },
    undo(runId, by, reason, origin) {
      const run = existingRun(log, runId);
      const until = undoableUntil(run, parts);
      if (until === undefined) throw cannotUndo(run, log);
      const environment = environmentNamed(environments, run.request.environment);
      mustBeWhereItWas(run, environment);
      const { approvals } = environment;
      const request = undoRequest(run, by, reason);
      const approvalsNeeded = origin.kind === 'slack' ? approvals : 0;
      const now = clock.now();
      const undoId = log.begin(now, {
        type: 'requested',
        request,
        digest: digestOf(request),
        origin,
        approvalsNeeded,
        expiresAt: origin.kind === 'slack' ? Math.min(until, now + parts.approvalExpiryMs) : now + shellStartsWithinMs,
      });
      return existingRun(log, undoId);
    },
  } satisfies Partial<Restores>;
}

function existingRun(log: EventLog, runId: RunId): Run {
  const run = log.run(runId);
  if (run !== undefined) return run;
  throw new UserError('UNKNOWN_RUN', `There is no restore ${runId}.`, 'See `history` for the ids of the last ones.');
}
