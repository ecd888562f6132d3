/** What approvers are told while a request waits for them. */
import { approversOf } from '../../restore/policy.ts';
import type { Instant } from '../../restore/restore-point.ts';
import type { Run } from '../../restore/run.ts';
import { duration } from '../measures.ts';
import { anyOf, channelLink, readersTime } from '../mrkdwn.ts';
import { context, header, type Message, message, section } from './blocks.ts';
import { reference, requestBlocks, requestText } from './request.ts';
import { subjectOf } from './subject.ts';
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

/** In the thread. Names the approvers, so Slack tells those of them who are in the channel. */
export function reminderMessage(run: Run, surroundings: Surroundings, now: Instant): Message {
  const who = anyOf(undecidedApprovers(run, surroundings));
  const since = duration(now - run.requestedAt);
  const text = `:bell: ${who}: this has been waiting for approval for ${since}.${expirySentence(run, now)}`;
  return message(text, [section(text), reference(run)]);
}

/** To an approver who is not in the channel and would never see the card. */
export function approverMessage(run: Run, surroundings: Surroundings, now: Instant): Message {
  const title = `Your approval is asked for: ${subjectOf(run)}`;
  const where = run.origin.kind === 'slack' ? channelLink(run.origin.channelId) : 'the channel';
  const how = `You are an approver of it by configuration, but not in ${where}, where the card with the buttons is. Join it, or ask to be invited.${expirySentence(run, now)}`;
  return message(`${title}. ${requestText(run)} ${how}`, [
    header(title),
    ...requestBlocks(run, surroundings),
    context(how),
    reference(run),
  ]);
}

function expirySentence({ expiresAt }: Run, now: Instant): string {
  if (expiresAt === undefined) return '';
  return ` It expires ${readersTime(expiresAt)}, in ${duration(expiresAt - now)}.`;
}
