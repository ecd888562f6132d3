/** The one message of a run in the channel, edited in place from request to end. */
import type { KnownBlock } from '@slack/types';
import { approvalsLeft } from '../../restore/in-the-way.ts';
import { pauseCaution } from '../../restore/pause-caution.ts';
import { approversOf } from '../../restore/policy.ts';
import type { Run, RunState } from '../../restore/run.ts';
import type { Speed } from '../../restore/speed.ts';
import { actionIds, valueFor } from '../button-value.ts';
import { commandName } from '../command.ts';
import { duration, utc } from '../measures.ts';
import { actor, anyOf, code, escaped, literal, readersTime } from '../mrkdwn.ts';
import { whatStoppingDoes } from './answers.ts';
import { actions, button, confirmation, context, facts, header, type Message, message, section } from './blocks.ts';
import { expected } from './cost.ts';
import { approvedBy, closedLine } from './decided.ts';
import { inTheWayLine, onlyOneRuns } from './in-the-way.ts';
import { outcomeBlocks, outcomeText } from './outcome.ts';
import { pausedLine, refusedLine } from './paused.ts';
import { currentPhase, type Progress, planBlocks } from './phases.ts';
import { reference, requestBlocks, requestText } from './request.ts';
import { subjectOf, titleOf } from './subject.ts';
import type { Surroundings } from './surroundings.ts';
import { whyWaiting } from './waiting.ts';

export function parentMessage(run: Run, surroundings: Surroundings, progress: Progress): Message {
  switch (run.state) {
    case 'AWAITING_APPROVAL':
      return approvalCard(run, surroundings);
    case 'APPROVED':
      return approved(run, surroundings);
    case 'IN_PROGRESS':
      return running(run, surroundings, progress);
    case 'DENIED':
    case 'WITHDRAWN':
    case 'EXPIRED':
      return closed(run, surroundings);
    case 'COMPLETED':
    case 'FAILED':
    case 'CANCELLED':
    case 'ROLLED_BACK':
    case 'NEEDS_ATTENTION':
      return ended(run, surroundings, progress);
  }
}

function approvalCard(run: Run, surroundings: Surroundings): Message {
  const { environment, inTheWay } = surroundings;
  const cost = expected(run);
  const title = `Approval needed: ${subjectOf(run)}`;
  const buttons = actions(
    button({
      actionId: actionIds.approve,
      label: 'Approve',
      value: valueFor(run),
      style: 'primary',
      // The window in which the name is typed asks already.
      ...(environment?.approvalStepUp === true ? {} : { confirm: confirmApproval(run, inTheWay) }),
    }),
    button({ actionId: actionIds.deny, label: 'Deny', value: valueFor(run), style: 'danger' }),
    button({ actionId: actionIds.withdraw, label: 'Withdraw', value: valueFor(run) }),
  );
  return message(`${title}. ${requestText(run)} ${whoMay(run, environment)}`, [
    header(title),
    ...requestBlocks(run, surroundings),
    section(`*What will happen:* ${isUndo(run) ? whatUndoDoes : whatRestoreDoes}`),
    ...(cost.length === 0 ? [] : [facts(cost)]),
    ...inTheWayLine(run, surroundings),
    context(whoMay(run, environment)),
    reference(run, ...expiry(run)),
    buttons,
  ]);
}

function confirmApproval(run: Run, inTheWay: Surroundings['inTheWay']) {
  const caution = inTheWay === undefined ? '' : `${onlyOneRuns(inTheWay, approvalsLeft(run))} `;
  return confirmation(`Approve this ${nounFor(run)}?`, `${caution}${inOneSentence(run)}`, 'Approve', 'Not yet');
}

function isUndo({ request }: Run): boolean {
  return request.undoOf !== undefined;
}

function inOneSentence({ request }: Run): string {
  return request.undoOf === undefined
    ? `The tables of ${request.environment} go back to ${utc(request.restorePoint)}. What was written since is undone.`
    : `What ${request.undoOf} overwrote in ${request.environment} is put back.`;
}

const whatRestoreDoes =
  'AWS builds a copy of each table as it was then. The copy is compared with the live table, and only what differs is ' +
  'written back: items changed or deleted since come back, items added since are deleted. Then everything is compared ' +
  'again, and the copies are deleted.';

const whatUndoDoes =
  'Every item that the restore wrote or deleted gets back what was there before, from the journal on our disk. Items that ' +
  'somebody changed since are not touched; how many those are is reported. AWS restores nothing for it.';

function whoMay(run: Run, environment: Surroundings['environment']): string {
  const needed = run.approvalsNeeded;
  const given = run.approvals.length === 0 ? '' : ` So far: ${run.approvals.map(({ by }) => actor(by)).join(', ')}.`;
  const rule = `${needed === 1 ? 'One approval is' : `${needed} approvals are`} needed`;
  if (environment === undefined)
    return `${rule}, but ${literal(run.request.environment)} is not configured any more.${given}`;
  const others = approversOf(environment, run.request.requestedBy);
  return `${rule}, from ${anyOf(others)}: approvers of ${literal(environment.name)} by configuration, never the person who asked.${given}`;
}

function expiry(run: Run): readonly string[] {
  return run.expiresAt === undefined ? [] : [`expires ${readersTime(run.expiresAt)}`];
}

function approved(run: Run, surroundings: Surroundings): Message {
  if (surroundings.isWaiting === true) return waiting(run, surroundings);
  const title = `${titleOf(run)} is about to start`;
  return message(`${title}. ${requestText(run)} ${approvedBy(run)}`, [
    header(title),
    ...requestBlocks(run, surroundings),
    ...approvalLine(run),
    reference(run),
  ]);
}

function waiting(run: Run, surroundings: Surroundings): Message {
  const title = `${titleOf(run)} waits to be started`;
  const why = `:hourglass_flowing_sand: ${whyWaiting(run, surroundings)} No table was touched.`;
  const cancel = button({
    actionId: actionIds.cancel,
    label: 'Cancel',
    value: valueFor(run),
    style: 'danger',
    confirm: confirmation(
      `Cancel this ${nounFor(run)}?`,
      `It does not start then. No table was touched. To have it after all, it has to be asked for${run.approvalsNeeded === 0 ? '' : ' and approved'} anew.`,
      'Cancel it',
      'Let it wait',
    ),
  });
  return message(`${title}. ${why} ${requestText(run)} ${approvedBy(run)}`, [
    header(title),
    section(why),
    ...requestBlocks(run, surroundings),
    ...approvalLine(run),
    reference(run, ...expiry(run)),
    actions(cancel),
  ]);
}

function running(run: Run, surroundings: Surroundings, progress: Progress): Message {
  const title = runningTitle(run);
  const stop = button({
    actionId: actionIds.cancel,
    label: 'Cancel',
    value: valueFor(run),
    style: 'danger',
    confirm: confirmation(
      `Stop this ${nounFor(run)}?`,
      `It stops at its next safe point. ${whatStoppingDoes(run)}`,
      'Stop it',
      'Go on',
    ),
  });
  const state = stateNow(run, surroundings);
  const mayStop = !run.cancelRequested && run.rollback === undefined;
  return message(`${title}. ${state ?? escaped(`${currentPhase(run, progress)}.`)} ${requestText(run)}`, [
    header(title),
    ...requestBlocks(run, surroundings),
    ...approvalLine(run),
    ...planBlocks(run, progress),
    ...(state === undefined ? [] : [context(state)]),
    ...(mayStop ? [actions(stop)] : []),
    reference(run, ...(run.startedAt === undefined ? [] : [`started ${readersTime(run.startedAt)}`])),
  ]);
}

function nounFor({ request }: Run): string {
  if (request.undoOf !== undefined) return 'undo';
  return request.drill === true ? 'drill' : 'restore';
}

function runningTitle(run: Run): string {
  const { environment, undoOf, drill } = run.request;
  if (drill === true) return `Rehearsing a restore of ${environment}`;
  if (run.rollback !== undefined) return `Rolling back ${environment}`;
  return undoOf === undefined ? `Restoring ${environment}` : `Undoing ${undoOf} in ${environment}`;
}

/** What is out of the ordinary at this moment. */
function stateNow(run: Run, { isPaused = false, isRefused = false }: Surroundings): string | undefined {
  if (isRefused) return refusedLine;
  if (isPaused) return pausedLine;
  if (run.rollback !== undefined) return ':leftwards_arrow_with_hook: What was written is being put back.';
  if (run.cancelRequested) return ':octagonal_sign: Stopping at the next safe point.';
  return run.speed === 'normal' ? undefined : speedNow(run, run.speed);
}

function speedNow(run: Run, speed: Exclude<Speed, 'normal'>): string {
  const caution = pauseCaution(run);
  if (speed !== 'pause') return `:control_knobs: Its speed is set to *${speed}*.`;
  return `:double_vertical_bar: Paused by a person: it reads and writes nothing until somebody types ${code(`${commandName} speed normal`)}.${caution === undefined ? '' : ` ${escaped(caution)}`}`;
}

const closedTitles = { DENIED: 'denied', WITHDRAWN: 'withdrawn', EXPIRED: 'expired' } as const satisfies Partial<
  Record<RunState, string>
>;

function closed(run: Run, surroundings: Surroundings): Message {
  const word = run.state === 'DENIED' || run.state === 'WITHDRAWN' ? closedTitles[run.state] : closedTitles.EXPIRED;
  const title = `${titleOf(run)}: ${word}`;
  const line = closedLine(run);
  return message(`${title}. ${line} ${requestText(run)}`, [
    header(title),
    section(line),
    ...requestBlocks(run, surroundings),
    reference(run),
  ]);
}

function ended(run: Run, surroundings: Surroundings, progress: Progress): Message {
  const title = `${titleOf(run)}: ${run.state.toLowerCase().replace('_', ' ')}`;
  const took = run.durationMs === undefined ? [] : [`took ${duration(run.durationMs)}`];
  return message(`${outcomeText(run)} ${requestText(run)}`, [
    header(title),
    ...outcomeBlocks(run, surroundings),
    ...requestBlocks(run, surroundings),
    ...approvalLine(run),
    ...planBlocks(run, progress),
    reference(run, ...took),
  ]);
}

function approvalLine(run: Run): readonly KnownBlock[] {
  const line = approvedBy(run);
  return line === '' ? [] : [context(line)];
}
