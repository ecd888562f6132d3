import type { JsonObject } from './json.ts';

/** A message as Slack keeps it: the wire form plus where it is and, for an ephemeral one, who alone sees it. */
export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly botId?: string;
  readonly text: string;
  readonly blocks?: readonly JsonObject[];
  readonly attachments?: readonly JsonObject[];
  readonly metadata?: JsonObject;
  readonly threadTs?: string;
  readonly isBroadcast?: boolean;
  readonly edited?: { readonly user: string; readonly ts: string };
  readonly ephemeralTo?: string;
  readonly unfurlLinks?: boolean;
  readonly unfurlMedia?: boolean;
  readonly reactions?: readonly JsonObject[];
}

/** Whether it stands in the channel itself, not only inside a thread. */
export function isInChannel(message: Message): boolean {
  return message.threadTs === undefined || message.threadTs === message.ts || message.isBroadcast === true;
}

/**
 * Fills in what Slack adds to blocks on the way in: ids for every block and every element that had none, and the
 * flags of text objects. Given ids stay as they are.
 */
export function completeBlocks(blocks: readonly JsonObject[], newId: () => string): readonly JsonObject[] {
  return blocks.map((block) => {
    const { block_id: given, ...rest } = block;
    const completed = completeValue(rest, newId);
    return { ...completed, block_id: typeof given === 'string' ? given : newId() };
  });
}

const actionable = new Set([
  'button',
  'checkboxes',
  'channels_select',
  'conversations_select',
  'datepicker',
  'datetimepicker',
  'email_text_input',
  'external_select',
  'file_input',
  'icon_button',
  'multi_channels_select',
  'multi_conversations_select',
  'multi_external_select',
  'multi_static_select',
  'multi_users_select',
  'number_input',
  'overflow',
  'plain_text_input',
  'radio_buttons',
  'rich_text_input',
  'static_select',
  'timepicker',
  'url_text_input',
  'users_select',
  'workflow_button',
]);

function completeValue(value: JsonObject, newId: () => string): JsonObject {
  const entries = Object.entries(value).map(([key, entry]) => [key, completeAny(entry, newId)] as const);
  const completed = Object.fromEntries(entries);
  const type = typeof value['type'] === 'string' ? value['type'] : '';
  if (type === 'plain_text') return { emoji: true, ...completed };
  if (type === 'mrkdwn') return { verbatim: false, ...completed };
  if (actionable.has(type) && completed['action_id'] === undefined) return { ...completed, action_id: newId() };
  return completed;
}

function completeAny(value: unknown, newId: () => string): unknown {
  if (Array.isArray(value)) return value.map((entry) => completeAny(entry, newId));
  if (typeof value !== 'object' || value === null) return value;
  return completeValue(Object.fromEntries(Object.entries(value)), newId);
}
