import type { ModalView } from '@slack/types';
import type { Run } from '../../restore/run.ts';
import { limits } from '../limits.ts';
import { utc } from '../measures.ts';
import { section } from '../messages/blocks.ts';
import { actor, code, escaped } from '../mrkdwn.ts';
import { callbackIds, type Done, inputIds, modal } from './modal.ts';

/** Asks why a request is denied; the answer stands in the channel. */
export function denyView(run: Run, metadata: string): ModalView {
  const { environment, restorePoint, requestedBy } = run.request;
  return modal({
    title: 'Deny this restore?',
    submit: 'Deny',
    close: 'Cancel',
    callbackId: callbackIds.deny,
    metadata,
    blocks: [
      section(
        `${actor(requestedBy)} asked to put ${escaped(environment)} back to ${utc(restorePoint)} (${code(run.id)}).`,
      ),
      {
        type: 'input',
        label: { type: 'plain_text', text: 'Why not?' },
        hint: { type: 'plain_text', text: 'Everybody in the channel will read it.' },
        element: {
          type: 'plain_text_input',
          action_id: inputIds.reason,
          multiline: true,
          max_length: limits.reason,
        },
      },
    ],
  });
}

export function denied(run: Run): Done {
  return { title: 'Denied', text: `${code(run.id)} is denied. The card in the channel says so.` };
}
