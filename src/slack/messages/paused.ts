/** What is said of a run that stands still until another process goes on with it. mrkdwn. */
import type { RunEvent } from '../../restore/events.ts';
import { fenceStillUpSentence } from '../../restore/fence/sentences.ts';
import type { Run } from '../../restore/run.ts';
import { inSlack } from '../command.ts';
import { bothTimes, code, escaped } from '../mrkdwn.ts';

/** For the parent message, which is read at a glance. */
export const pausedLine =
  ':double_vertical_bar: Stopped at a safe point: the bot is shutting down. It goes on by itself after the restart.';

/** For the thread: with what other writers meet meanwhile, and how to let them in. */
export function pausedNews({ tables, rollback }: Run): string {
  const fences = tables.flatMap(({ table, fence }) =>
    fence === undefined || fence.state === 'lowered' ? [] : [fenceStillUpSentence(code(table), fence, bothTimes, code)],
  );
  const back = rollback === undefined ? [] : ['What it wrote is being put back: that goes on, too.'];
  return [pausedLine, ...back, ...fences.map((sentence) => `\n:construction: ${sentence}`)].join(' ');
}

/** For the parent message of a run that stays where it is. */
export const refusedLine =
  ':warning: It stands still, and cannot go on: the configuration has changed. The thread says what to type.';

/** The configuration says something else by now than what was approved. */
export function refusedToGoOn({ message, hint }: RunEvent & { readonly type: 'resume-refused' }): string {
  return `:warning: It cannot go on. ${escaped(message)}\n*Next:* ${escaped(inSlack(hint))}`;
}
