import type { Run } from '../../restore/run.ts';
import { channelLink, code } from '../mrkdwn.ts';
import { type Message, message, section } from './blocks.ts';

/** For the person who asked, when the channel of the restore cannot be posted to. `reason`: Slack's own word for it. */
export function unreachableMessage(run: Run, reason: string): Message {
  const where = run.origin.kind === 'slack' ? channelLink(run.origin.channelId) : 'the channel';
  const text =
    `:warning: I cannot post the story of ${code(run.id)} in ${where} (${code(reason)}). ` +
    `The restore itself does not depend on it. ${whatToDo(reason)}, and everything said so far will follow.`;
  return message(text, [section(text)]);
}

function whatToDo(reason: string): string {
  if (reason === 'is_archived' || reason === 'is_inactive') return 'Have the channel un-archived';
  if (reason.startsWith('restricted_action')) return 'Have an admin of the workspace let me post there';
  return 'Invite me there with `/invite @pitr-restore`';
}
