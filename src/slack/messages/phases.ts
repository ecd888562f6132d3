/** The phases of a run as one `plan` block: at most one per message, edited in place. */
import type { PlanBlock, TaskCardBlock } from '@slack/types';
import type { PhaseProgress, TableItems } from '../../restore/describe-progress.ts';
import { extraPhases, type Phase, phases } from '../../restore/events.ts';
import type { PhaseStatus, Run } from '../../restore/run.ts';
import { hasEnded } from '../../restore/run.ts';
import { limits } from '../limits.ts';
import { bar, count, counted, duration, size, timeLeft, utc } from '../measures.ts';
import { plainSentence, shortened } from '../mrkdwn.ts';
import { plainRichText } from './blocks.ts';
import { changesOf, putBackBy, writtenBy } from './written.ts';

/** How far the run is in its present phase; undefined: nothing can be said about it. */
export type Progress = PhaseProgress | undefined;

export const phaseTitles: Readonly<Record<Phase, string>> = {
  ACQUIRE_LOCK: 'Take the lock',
  PREFLIGHT: 'Check everything first',
  INITIATE_RESTORE: 'Ask AWS to restore the tables',
  AWAIT_ACTIVE: 'Wait until the restored tables are ready',
  VERIFY_COUNTS: 'Compare restored and live tables',
  CONFIRM_PLAN: 'Confirm the plan',
  SWAP_DATA: 'Write back what differs',
  VERIFY_DATA: 'Verify, item by item',
  CLEANUP: 'Delete the restore tables',
  RELEASE_LOCK: 'Release the lock',
  RAISE_FENCE: 'Keep other writers out',
  LOWER_FENCE: 'Let other writers in again',
  ROLL_BACK: 'Put back what was overwritten',
};

/** An undo writes and verifies, too, but something else. */
const undoTitles: Partial<Readonly<Record<Phase, string>>> = {
  SWAP_DATA: 'Put back what was overwritten',
  VERIFY_DATA: 'Read again what was put back',
};

export function titleOf({ request }: Run, phase: Phase): string {
  return (request.undoOf === undefined ? undefined : undoTitles[phase]) ?? phaseTitles[phase];
}

/** Nothing before the first phase: Slack refuses an empty plan. */
export function planBlocks(run: Run, progress: Progress): readonly PlanBlock[] {
  const tasks = shownPhases(run).map((phase) => task(run, phase, progress));
  if (tasks.length === 0) return [];
  const plan: PlanBlock = {
    type: 'plan',
    title: shortened(planTitle(run), limits.planTitle),
    tasks,
  };
  return [plan];
}

/** The same in one line, for the text: `Compare restored and live tables, 42 %`. */
export function currentPhase(run: Run, progress: Progress): string {
  const phase = run.phase;
  if (phase === undefined) return 'Starting';
  const detail = detailOf(run, phase, progress);
  return detail === '' ? titleOf(run, phase) : `${titleOf(run, phase)}: ${detail}`;
}

function planTitle(run: Run): string {
  const { environment, restorePoint, undoOf, drill } = run.request;
  if (undoOf !== undefined) return `${hasEnded(run) ? 'Undo of' : 'Undoing'} ${undoOf}`;
  const to = `${environment} back to ${utc(restorePoint)}`;
  if (drill === true) return `Drill: ${to}`;
  return hasEnded(run) ? `Restore of ${to}` : `Restoring ${to}`;
}

/** What has begun, in the order in which it did, and then what is to come. */
function shownPhases(run: Run): readonly Phase[] {
  const shown = [...phases, ...extraPhases].filter((phase) => isShown(run, phase));
  const begun = (phase: Phase) => run.phases[phase].startedAt ?? Number.POSITIVE_INFINITY;
  // Equal starts keep the order of the story: sorting is stable, and Infinity - Infinity is no number.
  return shown.toSorted((a, b) => (begun(a) === begun(b) ? 0 : begun(a) - begun(b)));
}

/** What will not happen any more, or did not have to, is left out. */
function isShown(run: Run, phase: Phase): boolean {
  const { status } = run.phases[phase];
  if (status === 'skipped') return false;
  // The phase passes by itself where nobody has to be asked.
  if (phase === 'CONFIRM_PLAN' && run.plan === 'none') return false;
  if (status !== 'pending') return true;
  // Which phases are still to come is known of a restore that goes its usual way, and of nothing else.
  const isExtra = extraPhases.some((extra) => extra === phase);
  return !isExtra && run.request.undoOf === undefined && run.rollback === undefined && !hasEnded(run);
}

function task(run: Run, phase: Phase, progress: Progress): TaskCardBlock {
  const { status, durationMs } = run.phases[phase];
  const detail = status === 'in_progress' || status === 'error' ? detailOf(run, phase, progress) : '';
  const tables = status === 'in_progress' && progress?.phase === phase ? (progress.tables ?? []) : [];
  const output = outputOf(run, phase, durationMs);
  return {
    type: 'task_card',
    task_id: phase,
    title: titleOf(run, phase),
    status: shownStatus(status, hasEnded(run)),
    ...(detail === '' ? {} : { details: plainRichText([detail, ...tables.map(tableLine)].join('\n')) }),
    ...(output === '' ? {} : { output: plainRichText(output) }),
  };
}

function shownStatus(status: PhaseStatus, ended: boolean): TaskCardBlock['status'] {
  switch (status) {
    case 'in_progress':
      return ended ? 'error' : 'in_progress';
    case 'complete':
    case 'error':
      return status;
    case 'pending':
    case 'skipped':
      return 'pending';
  }
}

function detailOf(run: Run, phase: Phase, progress: Progress): string {
  // In full above the plan; a message has room for it once.
  if (run.phases[phase].status === 'error')
    return shortened(plainSentence(run.failure?.message ?? ''), limits.taskTitle);
  switch (phase) {
    case 'AWAIT_ACTIVE': {
      const ready = run.tables.filter((table) => table.restoreMs !== undefined).length;
      return `${ready} of ${counted(run.tables.length, 'table')} ready; ${expectedWait(progress)}`;
    }
    case 'CONFIRM_PLAN':
      return run.planAnswerBy === undefined
        ? 'waiting for an answer'
        : `waiting for an answer until ${utc(run.planAnswerBy)}`;
    case 'VERIFY_COUNTS':
    case 'SWAP_DATA':
    case 'VERIFY_DATA':
    case 'ROLL_BACK':
      return progress?.phase === phase ? itemsDone(progress) : '';
    default:
      return '';
  }
}

/** By how long it took the last times; before that, or once that is over, by what AWS says of all tables. */
function expectedWait(progress: Progress): string {
  return progress?.basis === 'earlier-runs' && progress.remainingMs !== undefined
    ? `${timeLeft(progress.remainingMs)}, going by earlier restores`
    : 'AWS usually takes 5 to 60 minutes';
}

/** `quotes: 518 of 1,234 items, 2.1 MB`: one sees which table holds up the run. */
function tableLine({ label, ...items }: TableItems): string {
  return `${label}: ${itemsOf(items)}`;
}

/** `518 of 1,234 items, 2.1 MB` */
function itemsOf({ done, total, bytes }: Omit<TableItems, 'label'>): string {
  const items = total === undefined ? `${count(done)} items` : `${count(done)} of ${count(total)} items`;
  return bytes === undefined ? items : `${items}, ${size(bytes)}`;
}

/** `▓▓▓▓░░░░░░ 42 %, 518 of 1,234 items, 2.1 MB, 120 a second, about 4 min left`, as much of it as is known. */
function itemsDone({ items, bytes, itemsPerSecond, remainingMs, paused }: PhaseProgress): string {
  if (items === undefined) return paused ? 'paused' : '';
  const { done, total } = items;
  const parts = [
    ...(total === undefined ? [] : [bar(done, total)]),
    itemsOf({ ...items, ...(bytes === undefined ? {} : { bytes }) }),
    ...(itemsPerSecond === undefined || paused ? [] : [`${count(Math.max(1, Math.round(itemsPerSecond)))} a second`]),
    ...(paused ? ['paused'] : []),
    ...(remainingMs === undefined || done === total ? [] : [timeLeft(remainingMs)]),
  ];
  return parts.join(', ');
}

function outputOf(run: Run, phase: Phase, durationMs: number | undefined): string {
  if (durationMs === undefined) return '';
  const result = resultOf(run, phase);
  return result === '' ? duration(durationMs) : `${duration(durationMs)}, ${result}`;
}

function resultOf(run: Run, phase: Phase): string {
  switch (phase) {
    case 'PREFLIGHT':
      return run.warnings.length === 0 ? '' : counted(run.warnings.length, 'warning');
    case 'AWAIT_ACTIVE':
      return `${counted(run.tables.length, 'table')} ready`;
    case 'VERIFY_COUNTS': {
      const { put, deleted } = changesOf(run);
      return run.request.drill === true
        ? `${counted(put + deleted, 'difference')}`
        : `${count(put)} to put back, ${count(deleted)} to delete`;
    }
    case 'SWAP_DATA': {
      if (run.request.undoOf !== undefined) return '';
      const { put, deleted } = writtenBy(run);
      return `${count(put)} put back, ${count(deleted)} deleted`;
    }
    case 'ROLL_BACK':
      return `${count(putBackBy(run).putBack)} put back`;
    case 'CLEANUP':
      return `${run.tables.filter((table) => table.restoreTableDeleted).length} deleted`;
    default:
      return '';
  }
}
