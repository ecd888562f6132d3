/** What approvers are told while a request waits for them. */

import type { RunId } from '../../restore/events.ts';
import { approversOf } from '../../restore/policy.ts';
import type { Instant } from '../../restore/restore-point.ts';
import { hasEnded, type Run } from '../../restore/run.ts';
import { duration } from '../measures.ts';
import { anyOf, channelLink, code, escaped, readersTime } from '../mrkdwn.ts';
import { context, header, type Message, message, section } from './blocks.ts';
import { approvedBy, closedLine, isClosed } from './decided.ts';
import { inTheWayLine } from './in-the-way.ts';
import { reference, requestBlocks, requestText } from './request.ts';
import { subjectOf, titleOf } from './subject.ts';
import type { Surroundings } from './surroundings.ts';

/** Ids of the approvers who can still say something, groups included: not the requester, not those who have approved. */
function undecidedApprovers(run: Run, { environment }: Surroundings): readonly string[] {
  return environment === undefined ? [] : withoutDecided(run, approversOf(environment));
}

/** Those of these user ids who asked for nothing here and have approved nothing yet. */
export function withoutDecided({ request, approvals }: Run, userIds: readonly string[]): readonly string[] {
  const done = [request.requestedBy, ...approvals.map(({ by }) => by)];
  return userIds.filter((userId) => !done.some((actor) => actor.kind === 'slack' && actor.userId === userId));
}

/**
 * In the thread. Names the approvers, so Slack tells those of them who are in the channel. `over`: what kept them from
 * approving until now.
 */
export function reminderMessage(run: Run, surroundings: Surroundings, now: Instant, over?: RunId): Message {
  const who = anyOf(undecidedApprovers(run, surroundings));
  const since = duration(now - run.requestedAt);
  const free = over === undefined ? '' : `this can be approved now: ${code(over)} is over. `;
  const text = `:bell: ${who}: ${free}${over === undefined ? 'this' : 'It'} has been waiting for approval for ${since}.${expirySentence(run, now)}`;
  return message(text, [section(text), reference(run)]);
}

/**
 * To an approver who is not in the channel and would never see the card. Edited as the request goes on, so nothing in it
 * grows old by itself. `link`: to the card, once there is something to read there.
 */
export function approverMessage(run: Run, surroundings: Surroundings, userId: string, link?: string): Message {
  if (run.state === 'AWAITING_APPROVAL') {
    return withoutDecided(run, [userId]).length === 0 ? thanks(run, surroundings) : askingFor(run, surroundings);
  }
  const title = `${titleOf(run)}: ${hasEnded(run) ? run.state.toLowerCase().replace('_', ' ') : 'approved'}`;
  const where = link === undefined ? channelOf(run) : `<${escaped(link)}|the thread>`;
  const outcome = isClosed(run) ? closedLine(run) : approvedBy(run);
  const line = `${outcome} Nothing is asked of you any more; its story is in ${where}.`;
  return message(`${title}. ${line} ${requestText(run)}`, [
    header(title),
    section(line),
    ...requestBlocks(run, surroundings),
    reference(run),
  ]);
}

function askingFor(run: Run, surroundings: Surroundings): Message {
  const title = `Your approval is asked for: ${subjectOf(run)}`;
  const how = `You are an approver of it by configuration, but not in ${channelOf(run)}, where the card with the buttons is. Join it, or ask to be invited.${expires(run)}`;
  return message(`${title}. ${requestText(run)} ${how}`, [
    header(title),
    ...requestBlocks(run, surroundings),
    ...inTheWayLine(run, surroundings),
    context(how),
    reference(run),
  ]);
}

/** To somebody who has done what was asked of them, while others have not. */
function thanks(run: Run, surroundings: Surroundings): Message {
  const title = `You have approved the ${subjectOf(run)}`;
  const line = `${run.approvals.length} of ${run.approvalsNeeded} approvals are given. The card is in ${channelOf(run)}.${expires(run)}`;
  return message(`${title}. ${line} ${requestText(run)}`, [
    header(title),
    section(line),
    ...requestBlocks(run, surroundings),
    reference(run),
  ]);
}

function channelOf({ origin }: Run): string {
  return origin.kind === 'slack' ? channelLink(origin.channelId) : 'the channel';
}

function expires({ expiresAt }: Run): string {
  return expiresAt === undefined ? '' : ` It expires ${readersTime(expiresAt)}.`;
}

function expirySentence({ expiresAt }: Run, now: Instant): string {
  if (expiresAt === undefined) return '';
  return ` It expires ${readersTime(expiresAt)}, in ${duration(expiresAt - now)}.`;
}
