import { notBegun } from './begin.ts';
import { restorableUntil } from './decide.ts';
import type { Environment } from './environment.ts';
import { asUserError, UserError } from './errors.ts';
import type { RunId, TablesSize } from './events.ts';
import type { ExecuteParts } from './execute.ts';
import { carryOut, refuseIfBehind } from './execute.ts';
import { lookAt } from './outlook.ts';
import { environmentNamed, mustBeAsAsked, mustBeWhereItWas, placeOf, placeToGoOn } from './place.ts';
import type { AwsFor } from './ports.ts';
import { runChecks } from './preflight/checks.ts';
import { existingRun, makeRecordedRuns, type RecordedRunsParts } from './recorded-runs.ts';
import type { RestoreRequest } from './request.ts';
import { digestOf } from './request.ts';
import { checkWindow } from './restore-point/window.ts';
import type { Instant } from './restore-point/zoned-time.ts';
import type { Restores, Wish } from './restores.ts';
import type { Run } from './run.ts';
import { cannotUndo, undoableUntil, undoRequest } from './undo.ts';

export type RestoresParts = ExecuteParts &
  RecordedRunsParts & {
    readonly awsFor: AwsFor;
    /** How long an undecided request lives, in ms. */
    readonly approvalExpiryMs: number;
  };

/** So many of the last runs tell how long AWS takes. */
const runsForTimes = 50;

/** A shell starts its run right after it has written the request down; one that has not by then never will. */
const shellStartsWithinMs = 10 * 60_000;

export function makeRestores(parts: RestoresParts): Restores {
  return { ...makeRecordedRuns(parts), ...asking(parts), ...running(parts), ...undoing(parts) };
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
    outlook: async (environment, labels) =>
      lookAt(parts.awsFor(environment), environment, labels, log.recent(runsForTimes)),
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
    abandon(runId, why) {
      if (!lock.isHeldFor(runId)) notBegun(log, runId, why);
    },
    refuseIfBehind: (runId) => refuseIfBehind(parts, runId),
  } satisfies Partial<Restores>;
}

function undoing(parts: RestoresParts) {
  const { clock, environments, log } = parts;
  return {
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
