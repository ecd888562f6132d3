/** What the informing commands answer, to the person who typed them. */
import type { KnownBlock } from '@slack/types';
import { pauseCaution } from '../../restore/pause-caution.ts';
import { describeInstant, type Instant } from '../../restore/restore-point/zoned-time.ts';
import type { EnvironmentOutlook } from '../../restore/restores.ts';
import type { Run } from '../../restore/run.ts';
import type { Speed } from '../../restore/speed.ts';
import { pageActionIds } from '../button-value.ts';
import { commandName } from '../command.ts';
import { count, duration, size, utc } from '../measures.ts';
import { actor, bothTimes, code, escaped, literal, readersTime, shortened } from '../mrkdwn.ts';
import { actions, button, context, header, lineSections, type Message, message, section } from './blocks.ts';
import { whoGoesOn } from './in-the-way.ts';
import { currentPhase, type Progress } from './phases.ts';
import { writtenInAll } from './written.ts';

export function statusMessage(
  open: readonly Run[],
  last: Run | undefined,
  progressOf: (run: Run) => Progress,
  interrupted: readonly Run[],
  hidden: number,
  overdueDrills: ReadonlyMap<string, string> = new Map(),
): Message {
  const drills = [...overdueDrills].map(([name, sentence]) => section(overdueLine(name, sentence)));
  const leftOut = [...drills, ...leftOutLine(hidden)];
  if (open.length === 0) {
    const ended = last === undefined ? '' : ` The last one: ${runLine(last)}`;
    const text = `${nothingOpen(hidden)}${ended}`;
    return message(text, [section(text), ...leftOut]);
  }
  const lines = open.map((run) => statusLine(run, progressOf(run), interrupted));
  return message(lines.join('\n'), [header('Restores now'), ...lineSections(lines), ...leftOut]);
}

/** `hidden`: how many the reader may not see. */
export function nothingOpen(hidden: number): string {
  return hidden === 0 ? 'No restore is running or waiting.' : 'No restore that you may see is running or waiting.';
}

export function noRestores(hidden: number): string {
  return hidden === 0 ? 'Nothing has been restored yet.' : 'Nothing that you may see has been restored yet.';
}

/** A drill that is due, and what to type. */
export function overdueLine(environment: string, sentence: string): string {
  return `:alarm_clock: ${escaped(sentence)} ${code(`${commandName} drill ${environment}`)} rehearses a restore; nothing live is written.`;
}

export function statusLine(run: Run, progress: Progress, interrupted: readonly Run[]): string {
  if (run.state !== 'IN_PROGRESS') return runLine(run);
  const phase = escaped(currentPhase(run, progress));
  const pace = run.speed === 'normal' ? '' : `, speed: ${run.speed}`;
  return interrupted.some(({ id }) => id === run.id)
    ? `${runLine(run, ':double_vertical_bar: interrupted')} – in: ${phase}. ${whoGoesOn(run)}`
    : `${runLine(run)} – ${phase}${pace}`;
}

/** `page`: 0 is the newest. `hasOlder`: there is a page after this one. */
export function historyMessage(runs: readonly Run[], page: number, hasOlder: boolean, hidden: number): Message {
  const leftOut = leftOutLine(hidden);
  if (runs.length === 0) {
    const text = page === 0 ? noRestores(hidden) : 'There are no older restores.';
    return message(text, [section(text), ...leftOut, ...pageButtons(page, hasOlder)]);
  }
  const lines = runs.map((run) => runLine(run));
  const title = page === 0 ? 'Last restores' : `Restores, page ${page + 1}`;
  return message(lines.join('\n'), [header(title), ...lineSections(lines), ...leftOut, ...pageButtons(page, hasOlder)]);
}

/** Said only where something was left out. */
export function leftOutLine(hidden: number): readonly KnownBlock[] {
  if (hidden === 0) return [];
  return [context('Restores of environments of which you are neither an admin nor an approver are left out.')];
}

function pageButtons(page: number, hasOlder: boolean): readonly KnownBlock[] {
  const buttons = [
    ...(page === 0 ? [] : [button({ actionId: pageActionIds.newer, label: 'Newer', value: String(page - 1) })]),
    ...(hasOlder ? [button({ actionId: pageActionIds.older, label: 'Older', value: String(page + 1) })] : []),
  ];
  return buttons.length === 0 ? [] : [actions(...buttons)];
}

export function outlookMessage(outlook: EnvironmentOutlook, now: Instant, timeZone: string): Message {
  const lines = outlookLines(outlook, now, timeZone);
  const { earliest, latest } = outlook.window;
  const { length } = outlook.tables;
  const all = `${length === 1 ? 'Restorable' : `All ${count(length)} tables together`}: from ${bothTimes(earliest)} to ${bothTimes(latest)}, any second.`;
  return message(`${all}\n${lines.join('\n')}`, [
    header(`Restore points of ${outlook.environment}`),
    section(all),
    ...lineSections(lines),
  ]);
}

/** Each table with its restorable window and its size. */
export function outlookLines(outlook: EnvironmentOutlook, now: Instant, timeZone: string): readonly string[] {
  return outlook.tables.map(({ label, table, window, description }) => {
    const sizeNow = `about ${count(description.approximateItems)} items, ${size(description.approximateBytes)}`;
    const range = window.enabled
      ? `from ${describeInstant(window.earliest, now, timeZone).local} to ${describeInstant(window.latest, now, timeZone).local}`
      : ':warning: point-in-time recovery is off';
    return `${code(label)} (${escaped(table)}): ${range}; ${sizeNow}`;
  });
}

export function cancelledMessage(run: Run): Message {
  const text =
    run.state === 'IN_PROGRESS'
      ? `${code(run.id)} stops at its next safe point. ${whatStoppingDoes(run)} The thread says when it has stopped.`
      : `${code(run.id)} is withdrawn. No table was touched.`;
  return message(text, [section(text)]);
}

/** What becomes of what a run has written and made, when it is stopped. Plain text. */
export function whatStoppingDoes({ request, phases }: Pick<Run, 'request' | 'phases'>): string {
  const { drill, undoOf, options } = request;
  if (drill === true) {
    return 'Nothing live was written. The copies are deleted; those that AWS is still building, as soon as they are built.';
  }
  if (phases.CLEANUP.status !== 'pending') {
    return 'It is nearly over: everything is written back and verified, and only its copies are being deleted. Should it end before it stops, undo puts back what it wrote.';
  }
  const back = options.rollback
    ? 'What it wrote already is put back.'
    : 'What it wrote stays: it was asked for without a rollback.';
  return undoOf === undefined
    ? `${back} AWS cannot stop copies it has begun to build; those are kept for you to look at.`
    : back;
}

/** What a running restore does from now on. */
export function speedMessage(run: Run): Message {
  const caution = pauseCaution(run);
  const text = `${code(run.id)} ${speedWords[run.speed]}${caution === undefined ? '' : `\n:warning: ${escaped(caution)}`}`;
  return message(text, [section(text)]);
}

const speedWords: Readonly<Record<Speed, string>> = {
  slow: 'reads and writes slowly from now on, to leave room for the application.',
  normal: 'reads and writes at its usual speed from now on.',
  fast: 'reads and writes as fast as the tables take it from now on.',
  pause: `reads and writes nothing until somebody sets another speed: ${code(`${commandName} speed normal`)}. What AWS builds goes on.`,
};

/** `cancel` or `speed` without an id when there is not exactly one restore to mean. */
export function whichMessage(
  wanted: { readonly kind: 'cancel' } | { readonly kind: 'speed'; readonly speed: Speed },
  runs: readonly Run[],
): Message {
  const isCancel = wanted.kind === 'cancel';
  if (runs.length === 0) {
    const text = isCancel
      ? 'There is nothing to cancel: no restore is running or waiting.'
      : 'No restore is running, so there is no speed to set.';
    return message(text, [section(text)]);
  }
  const question = isCancel ? 'Cancel which one?' : 'Which one?';
  const typed = isCancel ? 'cancel' : `speed ${wanted.speed}`;
  const lines = runs.map((run) => `${code(`${commandName} ${typed} ${run.id}`)}  ${runLine(run)}`);
  return message(`${question}\n${lines.join('\n')}`, [section(question), ...lineSections(lines)]);
}

/** `undo` without an id when there is not exactly one restore to mean. */
export function whichUndoMessage(undoable: readonly Run[]): Message {
  if (undoable.length === 0) {
    const text =
      'There is nothing to undo: no restore wrote anything lately that is not undone already, or the time for it is over.';
    return message(text, [section(text)]);
  }
  const lines = undoable.map((run) => `${code(`${commandName} undo ${run.id}`)}  ${runLine(run)}`);
  return message(`Undo which one?\n${lines.join('\n')}`, [section('Undo which one?'), ...lineSections(lines)]);
}

const stateWords: Readonly<Record<Run['state'], string>> = {
  AWAITING_APPROVAL: ':raised_hand: waits for approval',
  APPROVED: ':arrow_forward: starts as soon as it can',
  IN_PROGRESS: ':hourglass_flowing_sand: running',
  COMPLETED: ':white_check_mark: completed',
  FAILED: ':x: failed',
  CANCELLED: ':octagonal_sign: cancelled',
  DENIED: ':no_entry: denied',
  WITHDRAWN: ':leftwards_arrow_with_hook: withdrawn',
  EXPIRED: ':hourglass: expired',
  ROLLED_BACK: ':leftwards_arrow_with_hook: rolled back',
  NEEDS_ATTENTION: ':rotating_light: *needs attention*',
};

export function runLine(run: Run, words = stateWords[run.state]): string {
  const { request, durationMs } = run;
  const took = durationMs === undefined ? '' : ` in ${duration(durationMs)}`;
  const why = request.reason === '' ? '' : `, ${literal(shortened(request.reason, 60))}`;
  const to = `${escaped(request.environment)} back to ${utc(request.restorePoint)}`;
  const what =
    request.undoOf === undefined
      ? `${request.drill === true ? 'drill: ' : ''}${to}`
      : `undo of ${code(request.undoOf)} in ${escaped(request.environment)}`;
  return (
    `${code(run.id)} ${words}${took}${result(run)} – ${what}, ` +
    `asked by ${actor(request.requestedBy)} ${readersTime(run.requestedAt)}${why}`
  );
}

function result(run: Run): string {
  if (run.state !== 'COMPLETED' || run.request.undoOf !== undefined || run.request.drill === true) return '';
  const { put, deleted } = writtenInAll(run);
  return `: ${count(put)} put back, ${count(deleted)} deleted`;
}
