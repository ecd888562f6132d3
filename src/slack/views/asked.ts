/** How asking went, as it is shown in the window. */
import type { ModalView } from '@slack/types';
import type { Refusal } from '../../restore/policy.ts';
import type { Run } from '../../restore/run.ts';
import { section } from '../messages/blocks.ts';
import { whoCanHelp } from '../messages/refusal.ts';
import { channelLink, code, escaped, sentence } from '../mrkdwn.ts';
import { alertBlocks, type Done, modal } from './modal.ts';

/** A refusal, with whom to ask. */
export function refusedView(refusal: Refusal): ModalView {
  const help = whoCanHelp(refusal);
  return modal({
    title: 'Not possible',
    blocks: [
      ...alertBlocks('error', refusal.message),
      section(`${escaped(refusal.hint)}${help === '' ? '' : ` ${help}`}`),
    ],
  });
}

/** `run` as it is now: what needs no approval may have been refused by then, because another one runs. */
export function asked(run: Run): Done {
  const emoji = run.failure === undefined ? ':white_check_mark:' : ':warning:';
  return {
    title: 'Asked',
    text: `${emoji} ${code(run.id)} is on record. ${whatNext(run)} Everything is told${where(run)}.`,
  };
}

/** The same form came before, to a process that is gone. */
export function askedAlready(run: Run): Done {
  const text = `:information_source: This was sent before: ${code(run.id)} is on record. How it goes is told${where(run)}.`;
  return { title: 'Asked', text };
}

function where({ origin }: Run): string {
  return origin.kind === 'slack' ? ` in ${channelLink(origin.channelId)}` : '';
}

function whatNext({ state, failure }: Run): string {
  if (failure !== undefined) return `It was not started: ${sentence(`${failure.message} ${failure.hint}`)}`;
  return state === 'AWAITING_APPROVAL' ? 'It waits for approval; the card has the buttons.' : 'It starts now.';
}
