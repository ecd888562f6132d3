import { formatDuration, formatUtc } from '../reporters/format.ts';
import { progressLines } from '../reporters/progress-line.ts';
import { statusOf } from '../reporters/status-file.ts';
import { costOf, costSentence } from '../restore/cost.ts';
import { overdueSentence } from '../restore/drills.ts';
import { displayName } from '../restore/environment.ts';
import type { RunId } from '../restore/events.ts';
import { pauseCaution } from '../restore/pause-caution.ts';
import { actorName, type RestoreRequest } from '../restore/request.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Run, TableRun } from '../restore/run.ts';
import { isPaused } from '../restore/speed.ts';
import { withRecord } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** `status`: the running restore, whoever started it, and the requests that wait. */
export async function status(json: boolean, terminal: Terminal): Promise<ExitCode> {
  return await withRecord(terminal, async ({ runs, clock }) => {
    for (const record of runs.drills()) {
      const sentence = overdueSentence(record, clock.now());
      if (sentence !== undefined) {
        terminal.stderr.write(`Warning: ${sentence} Type: pitr-restore drill ${record.environment}\n`);
      }
    }
    const open = runs.open();
    const interrupted = new Set(runs.interrupted().map((run) => run.id));
    terminal.stdout.write(
      json
        ? `${JSON.stringify(open.map((run) => statusOf(run, interrupted.has(run.id))))}\n`
        : statusText(open, interrupted, clock.now(), runs.history(historyLooked)),
    );
    return 0;
  });
}

/** So many of the last runs tell how long AWS takes. */
const historyLooked = 50;

/** Open runs as people read them. Pure. `history`: earlier runs, newest first. */
export function statusText(
  open: readonly Run[],
  interrupted: ReadonlySet<RunId>,
  now: Instant,
  history: readonly Run[] = [],
): string {
  const isInterrupted = (run: Run) => interrupted.has(run.id);
  const running = open.filter((run) => run.state === 'IN_PROGRESS' && !isInterrupted(run));
  const waiting = open.filter((run) => run.state !== 'IN_PROGRESS');
  return [
    ...(running.length === 0 ? ['No restore is running.\n'] : running.map((run) => runningText(run, now, history))),
    ...open.filter(isInterrupted).map((run) => interruptedText(run, now)),
    ...waiting.map(waitingText),
  ].join('');
}

function interruptedText(run: Run, now: Instant): string {
  return [
    `${run.id} is interrupted in ${run.phase ?? 'ACQUIRE_LOCK'}; go on with: pitr-restore resume ${run.id}`,
    `  ${whatIsAsked(run)}`,
    `  nobody carries it out; ${run.cancelRequested ? 'it is to be cancelled' : 'to stop it for good'}: pitr-restore cancel ${run.id}`,
    ...speedLines(run, now),
    ...tableLines(run),
    '',
  ].join('\n');
}

function whatIsAsked({ request }: Run): string {
  return `${subjectOf(request)}, for ${actorName(request.requestedBy)}`;
}

function subjectOf({ environment, undoOf, drill, restorePoint }: RestoreRequest): string {
  if (undoOf !== undefined) return `undo of ${undoOf} in ${environment}`;
  const moment = formatUtc(restorePoint);
  return drill === true ? `drill of ${environment} at ${moment}` : `${environment} back to ${moment}`;
}

function tableLines(run: Run): readonly string[] {
  return run.tables.map((table) => `  ${displayName(table)}: ${tableText(table, run)}`);
}

function runningText(run: Run, now: Instant, history: readonly Run[]): string {
  const { phase } = run;
  const startedAt = run.startedAt ?? run.requestedAt;
  const holder = run.holder === undefined ? '' : `, process ${run.holder.pid} on ${run.holder.host}`;
  return [
    `${run.id} is running: ${whatIsAsked(run)}${holder}`,
    `  running since ${formatUtc(startedAt)} (${formatDuration(now - startedAt)}), phase ${phase ?? 'not begun'}`,
    ...awaitedLines(run, now, history),
    ...speedLines(run, now),
    ...(run.cancelRequested ? ['  stopping at the next safe point'] : []),
    ...tableLines(run),
    '',
  ].join('\n');
}

/** AWS tells nothing of how far it is; of items, only the process that carries the run out knows. */
function awaitedLines(run: Run, now: Instant, history: readonly Run[]): readonly string[] {
  const [line] = run.phase === 'AWAIT_ACTIVE' ? progressLines(run, new Map(), history, now) : [];
  const cost = costOf(run);
  return [
    ...(line === undefined ? [] : [`  ${line}`]),
    ...(cost === undefined || cost.readUnits + cost.writeUnits === 0
      ? []
      : [`  used of AWS so far: ${costSentence(cost)}`]),
  ];
}

/** Nothing where nobody changed it. */
function speedLines(run: Run, now: Instant): readonly string[] {
  const { speed, speedSet } = run;
  if (speedSet === undefined || speed === 'normal') return [];
  if (speed === 'pause' && !isPaused(run)) return [];
  const by = `by ${actorName(speedSet.by)} at ${formatUtc(speedSet.at)} (${formatDuration(now - speedSet.at)} ago)`;
  if (speed !== 'pause') return [`  speed: ${speed}, set ${by}`];
  const caution = pauseCaution(run);
  return [`  PAUSED ${by}; go on with: pitr-restore speed normal`, ...(caution === undefined ? [] : [`  ${caution}`])];
}

function tableText(table: TableRun, run: Run): string {
  if (table.rolledBack !== undefined) return 'put back';
  if (run.rollback !== undefined && table.swap !== 'pending') return 'being put back';
  if (table.verification !== undefined && table.verification.put + table.verification.delete === 0) return 'verified';
  if (table.swap === 'complete') return 'written back';
  if (table.swap === 'in_progress') return 'being written back';
  if (table.comparison !== undefined) {
    return `compared: ${table.comparison.put} items to put, ${table.comparison.delete} to delete`;
  }
  if (table.restoreMs !== undefined) return `${table.restoreTable} is ACTIVE`;
  return table.restoreTable === undefined ? 'waiting' : `AWS is building ${table.restoreTable}`;
}

function waitingText(run: Run): string {
  const what = whatIsAsked(run);
  const missing = run.approvalsNeeded - run.approvals.length;
  return run.state === 'AWAITING_APPROVAL'
    ? `${run.id} waits for ${missing === 1 ? 'an approval' : `${missing} approvals`}: ${what}\n`
    : `${run.id} is approved and has not begun: ${what}\n`;
}
