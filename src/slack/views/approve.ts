import type { ModalView } from '@slack/types';
import { approvalsLeft, type InTheWay } from '../../restore/in-the-way.ts';
import type { Run } from '../../restore/run.ts';
import { utc } from '../measures.ts';
import { section } from '../messages/blocks.ts';
import { inTheWayCaution } from '../messages/in-the-way.ts';
import { subjectOf } from '../messages/subject.ts';
import { actor, code, escaped } from '../mrkdwn.ts';
import { alertBlocks, callbackIds, type Done, inputIds, modal } from './modal.ts';

/** Asks for the environment's name before an approval counts: nobody approves production out of habit. */
export function approveView(run: Run, metadata: string, inTheWay?: InTheWay): ModalView {
  const { environment, restorePoint, requestedBy, undoOf } = run.request;
  const what = undoOf === undefined ? `back to ${utc(restorePoint)}` : `undo of ${code(undoOf)}`;
  return modal({
    title: 'Approve',
    submit: 'Approve',
    close: 'Cancel',
    callbackId: callbackIds.approve,
    metadata,
    blocks: [
      ...alertBlocks('warning', `This approves the ${subjectOf(run)}.`),
      ...(inTheWay === undefined ? [] : alertBlocks('warning', inTheWayCaution(inTheWay, approvalsLeft(run)))),
      section(`${actor(requestedBy)} asked for it: ${escaped(environment)}, ${what} (${code(run.id)}).`),
      {
        type: 'input',
        label: { type: 'plain_text', text: 'Environment' },
        hint: { type: 'plain_text', text: 'Type the name of the environment whose live tables will be written.' },
        element: { type: 'plain_text_input', action_id: inputIds.name, max_length: 200 },
      },
    ],
  });
}

export function approved(run: Run): Done {
  const next =
    run.state === 'AWAITING_APPROVAL' ? `It needs ${approvalsLeft(run)} more.` : 'It starts now; the thread tells.';
  return { title: 'Approved', text: `Your approval of ${code(run.id)} counts. ${next}` };
}
