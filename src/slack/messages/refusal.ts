/** Refusals and errors, for the one person they concern. */
import type { UserError } from '../../restore/errors.ts';
import { type InTheWay, whatItDoes } from '../../restore/in-the-way.ts';
import type { Refusal } from '../../restore/policy.ts';
import type { Run } from '../../restore/run.ts';
import { inSlack } from '../command.ts';
import { actor, anyOf, channelLink, code, escaped, readersTime, sentence } from '../mrkdwn.ts';
import { context, type Message, message, section } from './blocks.ts';
import { wasApproved } from './decided.ts';
import { whoHasToGoOn } from './in-the-way.ts';
import { currentPhase, type Progress } from './phases.ts';

export function refusalMessage(refusal: Refusal): Message {
  const help = whoCanHelp(refusal);
  const hint = `${escaped(refusal.hint)}${help === '' ? '' : ` ${help}`}`;
  return message(`${escaped(refusal.message)} ${hint}`, [section(`:no_entry: ${escaped(refusal.message)}\n${hint}`)]);
}

export function mistakeMessage(problem: { readonly message: string; readonly hint: string }): Message {
  const text = `${escaped(problem.message)}\n${escaped(problem.hint)}`;
  return message(text, [section(text)]);
}

export function errorMessage(error: UserError): Message {
  const text = `:warning: ${sentence(error.message)}\n${escaped(inSlack(error.hint))}`;
  return message(text, [section(text)]);
}

/** `id`: under which the log has the details. */
export function bugMessage(id: string): Message {
  const text =
    ':warning: Something broke on our side. What you asked for was not done, or not finished; `/pitr-restore status` says what is going on.';
  return message(`${text} Log id ${id}.`, [section(text), context(`The log has the details under ${code(id)}.`)]);
}

/** For the second click: who decided, and when. */
export function tooLateMessage(run: Run, error: UserError): Message {
  return inTwoLines(decisionOf(run) ?? sentence(error.message), error);
}

/** For a click on what is over, or asked for already. */
export function lateMessage(error: UserError): Message {
  return inTwoLines(sentence(error.message), error);
}

function inTwoLines(first: string, { hint }: UserError): Message {
  const text = `${first}\n${escaped(hint)}`;
  return message(text, [section(text)]);
}

/** An approval would be used up: another run has to be over before this one can be started. */
export function notYetMessage(run: Run, inTheWay: InTheWay, progress: Progress): Message {
  const first = inTheWay.run;
  const phase = first.state === 'IN_PROGRESS' ? ` (${escaped(currentPhase(first, progress))})` : '';
  const until = run.expiresAt === undefined ? '' : ` until ${readersTime(run.expiresAt)}`;
  const ends =
    first.state === 'APPROVED' && first.expiresAt !== undefined ? `, and expires ${readersTime(first.expiresAt)}` : '';
  const text = `:raised_hand: Not approved yet: ${code(first.id)} ${whatItDoes(inTheWay)}${phase}${ends}. Only one restore runs at a time.${whoHasToGoOn(inTheWay)}\nThis request stays open${until}. Approve it when the card no longer names the other one.`;
  return message(text, [section(text)]);
}

export function whoCanHelp({ ask, channels }: Refusal): string {
  const who = ask.length === 0 ? '' : `Ask ${anyOf(ask)}.`;
  const where = channels.length === 0 ? '' : `It may be used in ${channels.slice(0, 8).map(channelLink).join(', ')}.`;
  return [who, where].filter((part) => part !== '').join(' ');
}

function decisionOf(run: Run): string | undefined {
  const { closedBy, approvals, state } = run;
  if (closedBy !== undefined) {
    const word = state === 'DENIED' ? 'denied' : 'withdrawn';
    return `This request was ${word} by ${actor(closedBy.by)} ${readersTime(closedBy.at)}.`;
  }
  if (state === 'EXPIRED') {
    const what = wasApproved(run) ? 'started' : 'decided';
    return `This request expired${run.endedAt === undefined ? '' : ` ${readersTime(run.endedAt)}`}: it was not ${what} in time.`;
  }
  const last = approvals.at(-1);
  if (last === undefined || state === 'AWAITING_APPROVAL') return undefined;
  return `This request was approved by ${actor(last.by)} ${readersTime(last.at)}.`;
}
