/** Why an approved run has not begun, and what has to happen for it to begin. mrkdwn. */
import type { Run } from '../../restore/run.ts';
import { code } from '../mrkdwn.ts';
import { whoGoesOn } from './in-the-way.ts';
import type { Surroundings } from './surroundings.ts';

export function whyWaiting(run: Run, surroundings: Surroundings): string {
  const { rival } = surroundings;
  const why = reasonFor(run, surroundings);
  if (rival === undefined) return why;
  return `${why} Should ${code(rival)} begin before, which is approved, too, this one is ended, and has to be asked for anew.`;
}

function reasonFor(run: Run, { inTheWay: first, isUnanswered = false }: Surroundings): string {
  const makesWay = first?.run.request.drill === true && run.request.drill !== true;
  if (first !== undefined && !makesWay) {
    return first.isInterrupted
      ? `It cannot be started before ${code(first.run.id)} is over, which was interrupted. ${whoGoesOn(first.run)}`
      : `It waits until ${code(first.run.id)} is over. It starts by itself then.`;
  }
  if (isUnanswered) {
    const whose = run.approvals.length === 0 ? 'who asked for it' : 'those who asked for it and approved it';
    return `It waits until Slack can say who has which rights: ${whose} must still have theirs. It starts by itself then.`;
  }
  if (first !== undefined && !first.isInterrupted)
    return `It waits until the drill ${code(first.run.id)} has stopped to make way for it. It starts by itself then.`;
  return 'It could not be started yet; the log of the bot says why. It is tried again every minute.';
}
