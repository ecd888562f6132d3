/** A time that was not understood, or cannot be restored to: corrected in place. */
import type { InputBlock, ModalView } from '@slack/types';
import type { Instant } from '../../restore/restore-point.ts';
import { limits } from '../limits.ts';
import { alertBlocks, callbackIds, input, inputIds, modal, option, plainSection } from './modal.ts';
import { type Wanted, writeWanted } from './wanted.ts';

/** What was wrong with the time (or the look-up), and the words again, to be corrected in place. */
export function correctView(
  wanted: Wanted,
  problem: {
    readonly message: string;
    readonly hint: string;
    readonly candidates?: readonly { readonly at: Instant; readonly label: string }[];
  },
  now: Instant,
): ModalView {
  const { at: _, ...withoutInstant } = wanted;
  const candidates = (problem.candidates ?? []).slice(0, limits.radioOptions);
  // Slack keeps what was typed while a block keeps its id: a new id lets the words stand as they were read.
  const iteration = String(now);
  return modal({
    title: 'Back to when?',
    submit: 'Try this',
    close: 'Cancel',
    callbackId: callbackIds.when,
    metadata: writeWanted(withoutInstant),
    blocks: [
      ...alertBlocks('error', problem.message),
      plainSection(problem.hint),
      ...(candidates.length === 0 ? [] : [candidateInput(candidates, iteration)]),
      {
        ...input('When', {
          type: 'plain_text_input',
          action_id: inputIds.when,
          max_length: limits.whenInput,
          ...(wanted.words === '' ? {} : { initial_value: wanted.words.slice(0, limits.whenInput) }),
        }),
        block_id: `when-${iteration}`,
        optional: true,
        hint: {
          type: 'plain_text',
          text: 'Such as "yesterday 9am", "2 hours ago", 2025-12-19T09:00:00Z; empty for the latest restorable moment.',
        },
      },
    ],
  });
}

function candidateInput(
  candidates: readonly { readonly at: Instant; readonly label: string }[],
  iteration: string,
): InputBlock {
  const options = candidates.map(({ at, label }) => option(label, String(at)));
  return {
    ...input('Which one?', { type: 'radio_buttons', action_id: inputIds.candidate, options }),
    block_id: `candidate-${iteration}`,
    optional: true,
  };
}
