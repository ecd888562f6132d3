/** The one message of a run in the channel, edited in place from request to end. */
import type { KnownBlock } from '@slack/types';
import type { Environment } from '../../restore/environment.ts';
import type { Run, RunState } from '../../restore/run.ts';
import { actionIds, valueFor } from '../button-value.ts';
import { duration, utc } from '../measures.ts';
import { actor, anyOf, escaped, literal, readersTime } from '../mrkdwn.ts';
import { actions, button, confirmation, context, header, type Message, message, section } from './blocks.ts';
import { outcomeBlocks, outcomeText } from './outcome.ts';
import { currentPhase, type Progress, planBlock } from './phases.ts';
import { reference, requestBlocks, requestText } from './request.ts';

/** `environment`: as it is configured now; absent when it is not configured any more. */
export function parentMessage(run: Run, environment: Environment | undefined, progress: Progress): Message {
  switch (run.state) {
    case 'AWAITING_APPROVAL':
      return approvalCard(run, environment);
    case 'APPROVED':
      return approved(run);
    case 'IN_PROGRESS':
      return running(run, progress);
    case 'DENIED':
    case 'WITHDRAWN':
    case 'EXPIRED':
      return closed(run);
    case 'COMPLETED':
    case 'FAILED':
    case 'CANCELLED':
      return ended(run, progress);
  }
}

function approvalCard(run: Run, environment: Environment | undefined): Message {
  const title = `Approval needed: restore of ${run.request.environment}`;
  const buttons = actions(
    button({
      actionId: actionIds.approve,
      label: 'Approve',
      value: valueFor(run),
      style: 'primary',
      confirm: confirmation(
        'Approve this restore?',
        `The tables of ${run.request.environment} go back to ${utc(run.request.restorePoint)}. What was written since is undone.`,
        'Approve',
        'Not yet',
      ),
    }),
    button({ actionId: actionIds.deny, label: 'Deny', value: valueFor(run), style: 'danger' }),
    button({ actionId: actionIds.withdraw, label: 'Withdraw', value: valueFor(run) }),
  );
  return message(`${title}. ${requestText(run)} ${whoMay(run, environment)}`, [
    header(title),
    ...requestBlocks(run),
    section(`*What will happen:* ${whatItDoes}`),
    context(whoMay(run, environment)),
    reference(run, ...expiry(run)),
    buttons,
  ]);
}

const whatItDoes =
  'AWS builds a copy of each table as it was then. The copy is compared with the live table, and only what differs is ' +
  'written back: items changed or deleted since come back, items added since are deleted. Then everything is compared ' +
  'again, and the copies are deleted.';

function whoMay(run: Run, environment: Environment | undefined): string {
  const needed = run.approvalsNeeded;
  const given = run.approvals.length === 0 ? '' : ` So far: ${run.approvals.map(({ by }) => actor(by)).join(', ')}.`;
  const rule = `${needed === 1 ? 'One approval is' : `${needed} approvals are`} needed`;
  if (environment === undefined)
    return `${rule}, but ${literal(run.request.environment)} is not configured any more.${given}`;
  const { requestedBy } = run.request;
  const others = environment.approvers.filter((id) => requestedBy.kind !== 'slack' || id !== requestedBy.userId);
  return `${rule}, from ${anyOf(others)}: approvers of ${literal(environment.name)} by configuration, never the person who asked.${given}`;
}

function expiry(run: Run): readonly string[] {
  return run.expiresAt === undefined ? [] : [`expires ${readersTime(run.expiresAt)}`];
}

function approved(run: Run): Message {
  const title = `Restore of ${run.request.environment} is about to start`;
  return message(`${title}. ${requestText(run)} ${approvedBy(run)}`, [
    header(title),
    ...requestBlocks(run),
    ...approvalLine(run),
    reference(run),
  ]);
}

function running(run: Run, progress: Progress): Message {
  const title = `Restoring ${run.request.environment}`;
  const stop = button({
    actionId: actionIds.cancel,
    label: 'Cancel',
    value: valueFor(run),
    style: 'danger',
    confirm: confirmation(
      'Stop this restore?',
      'It stops at its next safe point. AWS cannot stop copies it has begun to build; those are kept for you to look at.',
      'Stop it',
      'Go on',
    ),
  });
  const state = run.cancelRequested ? 'Stopping at the next safe point.' : `${currentPhase(run, progress)}.`;
  return message(`${title}. ${escaped(state)} ${requestText(run)}`, [
    header(title),
    ...requestBlocks(run),
    ...approvalLine(run),
    planBlock(run, progress),
    ...(run.cancelRequested ? [context(':octagonal_sign: Stopping at the next safe point.')] : [actions(stop)]),
    reference(run, ...(run.startedAt === undefined ? [] : [`started ${readersTime(run.startedAt)}`])),
  ]);
}

const closedTitles = { DENIED: 'denied', WITHDRAWN: 'withdrawn', EXPIRED: 'expired' } as const satisfies Partial<
  Record<RunState, string>
>;

function closed(run: Run): Message {
  const word = run.state === 'DENIED' || run.state === 'WITHDRAWN' ? closedTitles[run.state] : closedTitles.EXPIRED;
  const title = `Restore of ${run.request.environment}: ${word}`;
  const line = closedLine(run);
  return message(`${title}. ${line} ${requestText(run)}`, [
    header(title),
    section(line),
    ...requestBlocks(run),
    reference(run),
  ]);
}

/** Who closed an undecided request, when and why. Nothing was touched. */
export function closedLine(run: Run): string {
  const at = run.endedAt === undefined ? '' : ` ${readersTime(run.endedAt)}`;
  const by = run.closedBy === undefined ? '' : ` by ${actor(run.closedBy.by)}`;
  switch (run.state) {
    case 'DENIED':
      return `:no_entry: Denied${by}${at}: ${literal(run.closedBy?.reason ?? '') || 'no reason given'}. No table was touched.`;
    case 'WITHDRAWN':
      return `:leftwards_arrow_with_hook: Withdrawn${by}${at}. No table was touched.`;
    default:
      return `:hourglass: The request expired${at} before it was decided. No table was touched. To ask again, type the command again.`;
  }
}

function ended(run: Run, progress: Progress): Message {
  const title = `Restore of ${run.request.environment}: ${run.state.toLowerCase()}`;
  const took = run.durationMs === undefined ? [] : [`took ${duration(run.durationMs)}`];
  return message(`${outcomeText(run)} ${requestText(run)}`, [
    header(title),
    ...outcomeBlocks(run),
    ...requestBlocks(run),
    ...approvalLine(run),
    ...(run.startedAt === undefined ? [] : [planBlock(run, progress)]),
    reference(run, ...took),
  ]);
}

function approvalLine(run: Run): readonly KnownBlock[] {
  const line = approvedBy(run);
  return line === '' ? [] : [context(line)];
}

function approvedBy(run: Run): string {
  if (run.approvals.length === 0) return '';
  return `Approved by ${run.approvals.map(({ by, at }) => `${actor(by)} ${readersTime(at)}`).join(', ')}.`;
}
