import { costOf, costSentence } from '../restore/cost.ts';
import { displayName } from '../restore/environment.ts';
import type { Phase, RunEvent, RunFailure, StoredEvent } from '../restore/events.ts';
import { fenceStillUpSentence } from '../restore/fence/sentences.ts';
import { actorName, type RestoreRequest } from '../restore/request.ts';
import { describeInstant } from '../restore/restore-point/zoned-time.ts';
import type { Run } from '../restore/run.ts';
import { isPaused } from '../restore/speed.ts';
import { fenceLines } from './fence-lines.ts';
import { formatDuration, formatUtc } from './format.ts';
import { debug, error, info, type Line, oneLine, warning } from './line.ts';
import { shownName, tableLines } from './table-lines.ts';
import { typedInShell } from './typed-in-shell.ts';

/**
 * What an event is in words: the requirement's console lines where it has them. Pure; `run` is the run as the event left
 * it. Every line fits in one row of a terminal or a log.
 */
export function consoleLines({ event }: StoredEvent, run: Run): readonly Line[] {
  switch (event.type) {
    case 'requested':
    case 'approved':
    case 'denied':
    case 'withdrawn':
    case 'expired':
      return decisionLines(event, run);
    case 'started':
    case 'paused':
    case 'resumed':
    case 'resume-refused':
    case 'rollback-started':
    case 'lock-taken':
    case 'lock-released':
      return carryingLines(event, run);
    case 'phase-started':
      return phaseStartedLines(event.phase);
    case 'phase-finished':
      return [debug(`${event.phase} finished in ${formatDuration(event.durationMs)}`)];
    case 'preflight-warning':
      return warning(event.message);
    case 'preflight-passed':
      return [info(`All ${event.checks} checks passed`)];
    case 'plan-shown':
    case 'plan-confirmed':
    case 'plan-refused':
      return planLines(event);
    case 'cancel-requested':
    case 'speed-set':
      return steeringLines(event, run);
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'rolled-back':
    case 'needs-attention':
      return endLines(event, run);
    case 'table-restoring':
    case 'table-restore-accepted':
    case 'table-restore-refused':
    case 'table-active':
    case 'table-compared':
    case 'swap-started':
    case 'swap-finished':
    case 'table-rolled-back':
    case 'table-verified':
    case 'table-deleting':
    case 'table-deleted':
    case 'table-delete-failed':
      return tableLines(event, run);
    case 'fence-raising':
    case 'fence-raised':
    case 'fence-proven':
    case 'fence-lowering':
    case 'fence-lowered':
    case 'fence-left':
      return fenceLines(
        shownName(run, event.label),
        event,
        run.tables.find((table) => table.label === event.label)?.fence,
      );
  }
}

/** What people ask of a restore while it runs. */
function steeringLines(
  event: Extract<RunEvent, { type: 'cancel-requested' | 'speed-set' }>,
  { request }: Run,
): readonly Line[] {
  if (event.type === 'speed-set') return [info(`${actorName(event.by)} set the speed to ${event.speed}`)];
  if (event.outrankedBy !== undefined)
    return warning(`${event.outrankedBy} needs the lock: the drill makes way for it`);
  const what = request.drill === true ? 'drill' : request.undoOf === undefined ? 'restore' : 'undo';
  return warning(`${actorName(event.by)} asked to stop: the ${what} stops at its next safe point`);
}

type DecisionEvent = Extract<RunEvent, { type: 'requested' | 'approved' | 'denied' | 'withdrawn' | 'expired' }>;

function decisionLines(event: DecisionEvent, run: Run): readonly Line[] {
  switch (event.type) {
    case 'requested': {
      const { request, digest } = event;
      const tables = request.tables.map((ref) => ref.table).join(', ');
      const reason = request.reason === '' ? '' : ` Reason: ${oneLine(request.reason)}`;
      const by = actorName(request.requestedBy);
      return [debug(`${by} asked for ${request.environment} (${tables}), request ${digest.slice(0, 8)}.${reason}`)];
    }
    case 'approved':
      return [info(`${actorName(event.by)} approved request ${event.digest.slice(0, 8)}`)];
    case 'denied':
      return warning(`${actorName(event.by)} denied request ${run.digest.slice(0, 8)}: ${oneLine(event.reason)}`);
    case 'withdrawn':
      return [info(`${actorName(event.by)} withdrew request ${run.digest.slice(0, 8)}`)];
    case 'expired':
      return warning(`The request expired: ${whyExpired[event.why]}`);
  }
}

const whyExpired = {
  'no-decision': 'nobody decided in time',
  'not-started': 'it was approved, and not begun in time',
  'left-window': 'its restore point is no longer in the restorable window',
} as const satisfies Record<(RunEvent & { type: 'expired' })['why'], string>;

type CarryingEvent = Extract<
  RunEvent,
  { type: 'started' | 'paused' | `resume${string}` | 'rollback-started' | `lock-${string}` }
>;

function carryingLines(event: CarryingEvent, run: Run): readonly Line[] {
  const { request } = run;
  switch (event.type) {
    case 'started':
      return [
        ...startedLines(request),
        debug(`Restore ${run.id} of ${request.environment} for ${actorName(request.requestedBy)}`),
      ];
    case 'paused':
      return [
        ...warning(`Stopped at a safe point (${run.phase ?? 'ACQUIRE_LOCK'}). ${waysOn(run)}`),
        ...fencesStillUp(run).flatMap(warning),
      ];
    case 'resumed':
      return [
        info(`Going on with ${run.id} in phase ${run.phase ?? 'ACQUIRE_LOCK'}`),
        ...(isPaused(run) ? warning('It is still paused. To let it go on: pitr-restore speed normal') : []),
        debug(`Carried out by process ${event.holder.pid} on ${event.holder.host} from here on`),
      ];
    case 'resume-refused':
      return [...error(`It cannot go on: ${event.message}`), ...warning(typedInShell(event.hint))];
    case 'rollback-started':
      return [...error(event.message), ...warning('Putting back what was written')];
    case 'lock-taken':
      return [...staleLockLine(event), info('Lock acquired successfully')];
    case 'lock-released':
      return [info('Lock released')];
  }
}

function startedLines(request: RestoreRequest): readonly Line[] {
  if (request.undoOf !== undefined) return [info(`Starting undo of ${request.undoOf}`)];
  const isDrill = request.drill === true;
  return [
    info(isDrill ? 'Starting DynamoDB PITR restore drill' : 'Starting DynamoDB PITR restore'),
    ...(isDrill ? [info('Nothing is written to a live table')] : []),
    info(`Restore point: ${formatUtc(request.restorePoint)}`),
    info(restorePointInZone(request)),
  ];
}

/** A line of its own, for whoever typed words to see in which zone they were read; the one before it is the requirement's. */
function restorePointInZone({ restorePoint, timeZone, words }: RestoreRequest): string {
  const { local } = describeInstant(restorePoint, restorePoint, timeZone);
  const asked = words.trim() === '' ? '' : `, asked for as "${oneLine(words)}"`;
  return `That is ${local}${timeZone === 'UTC' ? '' : ` in ${timeZone}`}${asked}`;
}

/** What to type about a run that was stopped in its middle. */
export function waysOn(run: Run): string {
  const { id, rollback, cancelRequested, request, tables } = run;
  if (rollback !== undefined) return `Go on putting back: pitr-restore resume ${id}`;
  if (cancelRequested) return `It is to be cancelled. To do that here: pitr-restore cancel ${id}`;
  const written = tables.some((table) => table.swap !== 'pending');
  return `Go on: pitr-restore resume ${id}. ${written ? whatCancelDoes(request) : 'Give up'}: pitr-restore cancel ${id}`;
}

function whatCancelDoes({ undoOf, options }: RestoreRequest): string {
  if (!options.rollback) return 'Stop and leave it as it is';
  return undoOf === undefined ? 'Put back' : 'Take back what it put back';
}

/** One sentence for each table that nobody else can write to while the run stands still. */
export function fencesStillUp({ tables }: Run): readonly string[] {
  return tables.flatMap((table) => {
    const { fence } = table;
    if (fence === undefined || fence.state === 'lowered') return [];
    return [fenceStillUpSentence(displayName(table), fence, formatUtc)];
  });
}

function staleLockLine({ takenOverFrom }: RunEvent & { type: 'lock-taken' }): readonly Line[] {
  if (takenOverFrom === undefined) return [];
  const { pid, host, runId } = takenOverFrom;
  return warning(`Removing stale lock of ${runId} (process ${pid} on ${host} is gone)`);
}

function phaseStartedLines(phase: Phase): readonly Line[] {
  if (phase === 'VERIFY_COUNTS') return [info('Verifying item counts...')];
  if (phase === 'VERIFY_DATA') return [info('Verifying data integrity...')];
  return [debug(`${phase} started`)];
}

function planLines(event: Extract<RunEvent, { type: `plan-${string}` }>): readonly Line[] {
  switch (event.type) {
    case 'plan-shown': {
      const until = event.answerBy === undefined ? '' : ` until ${formatUtc(event.answerBy)}`;
      return [info(`Waiting for somebody to confirm the plan${until}`)];
    }
    case 'plan-confirmed':
      return [info(`${actorName(event.by)} confirmed the plan`)];
    case 'plan-refused':
      return warning(`${actorName(event.by)} refused the plan`);
  }
}

type EndEvent = Extract<RunEvent, { type: 'completed' | 'failed' | 'cancelled' | 'rolled-back' | 'needs-attention' }>;

function endLines(event: EndEvent, run: Run): readonly Line[] {
  const { undoOf, drill } = run.request;
  const what = drill === true ? 'Drill' : undoOf === undefined ? 'Restore' : 'Undo';
  const took = formatDuration(event.durationMs);
  // The last line is how it ended, as the requirement has it.
  return [...costLines(run), ...outcomeLines(event, run, what, took)];
}

/** What it cost, for as much as is known. */
function costLines(run: Run): readonly Line[] {
  const cost = costOf(run);
  return cost === undefined ? [] : [info(`Used of AWS: ${costSentence(cost)}`)];
}

function outcomeLines(event: EndEvent, run: Run, what: string, took: string): readonly Line[] {
  const { drill } = run.request;
  switch (event.type) {
    case 'completed':
      return [...(drill === true ? [info(drillSentence(run))] : []), info(`${what} completed successfully in ${took}`)];
    case 'failed':
      return [...failureLines(event), ...error(`${what} failed after ${took}`)];
    case 'cancelled':
      return [...failureLines(event), ...warning(`${what} stopped after ${took}`)];
    case 'rolled-back':
      return [...failureLines(event), ...error(`${what} rolled back after ${took}`)];
    case 'needs-attention':
      return [...failureLines(event), ...error(`${what} needs attention after ${took}: neither finished nor put back`)];
  }
}

/** What a drill found out. */
function drillSentence({ tables, phases }: Run): string {
  const sum = (count: (table: Run['tables'][number]) => number) => tables.reduce((all, table) => all + count(table), 0);
  const put = sum(({ comparison }) => comparison?.put ?? 0);
  const deleted = sum(({ comparison }) => comparison?.delete ?? 0);
  const ready = formatDuration(Math.max(...tables.map(({ restoreMs }) => restoreMs ?? 0)));
  const compared = formatDuration(phases.VERIFY_COUNTS.durationMs ?? 0);
  return `A restore would put back ${counted(put)} and delete ${deleted}. The copies were ready after ${ready}, compared in ${compared}`;
}

function counted(items: number): string {
  return items === 1 ? '1 item' : `${items} items`;
}

function failureLines({ message, hint, restoreTablesKept }: RunFailure): readonly Line[] {
  const kept = restoreTablesKept.length === 0 ? [] : warning(`Restore tables kept: ${restoreTablesKept.join(', ')}`);
  return [...error(message), ...(hint === '' ? [] : warning(typedInShell(hint))), ...kept];
}
