/** How asking went, as it is shown in the window. */
import type { ModalView } from '@slack/types';
import type { Refusal } from '../../restore/policy.ts';
import type { Run } from '../../restore/run.ts';
import { section } from '../messages/blocks.ts';
import { whoCanHelp } from '../messages/refusal.ts';
import { channelLink, code, escaped } from '../mrkdwn.ts';
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

export function asked(run: Run): Done {
  const where = run.origin.kind === 'slack' ? ` in ${channelLink(run.origin.channelId)}` : '';
  const next = run.state === 'APPROVED' ? 'It starts now.' : 'It waits for approval; the card has the buttons.';
  return {
    title: 'Asked',
    text: `:white_check_mark: ${code(run.id)} is on record. ${next} Everything is told${where}.`,
  };
}
