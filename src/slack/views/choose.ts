/** No arguments: which environment, and back to when. */
import type { InputBlock, ModalView } from '@slack/types';
import type { Environment } from '../../restore/environment.ts';
import type { Instant } from '../../restore/restore-point.ts';
import { limits } from '../limits.ts';
import { context } from '../messages/blocks.ts';
import { callbackIds, input, inputIds, modal, option } from './modal.ts';
import { type Wanted, writeWanted } from './wanted.ts';

/** `now`: where the picker starts. */
export function chooseView(environments: readonly Environment[], now: Instant, wanted: Wanted): ModalView {
  return modal({
    title: 'Restore tables',
    submit: 'Next',
    close: 'Cancel',
    callbackId: callbackIds.choose,
    metadata: writeWanted(wanted),
    blocks: [
      input('Environment', {
        type: 'static_select',
        action_id: inputIds.environment,
        options: environments.slice(0, limits.optionsPerSelect).map(({ name }) => option(name, name)),
      }),
      input('Back to', {
        type: 'datetimepicker',
        action_id: inputIds.instant,
        initial_date_time: Math.floor(now / 1000),
      }),
      ...(wanted.channelId === '' ? [channelInput] : []),
      context('The time is in your own time zone. Nothing happens yet: the next step shows what would.'),
    ],
  });
}

/** From the Home tab there is no channel to tell the story in. */
const channelInput: InputBlock = {
  ...input('Tell it in', {
    type: 'conversations_select',
    action_id: inputIds.channel,
    filter: { include: ['public', 'private'], exclude_external_shared_channels: true },
  }),
  hint: {
    type: 'plain_text',
    text: 'A channel the bot is in. Everybody there can follow, and approvers decide there.',
  },
};
