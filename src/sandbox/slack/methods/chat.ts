import { flagAt, type JsonObject, textAt } from '../json.ts';
import type { Message } from '../messages.ts';
import { wireMessage } from '../wire.ts';
import type { Channel } from '../workspace.ts';
import { type Content, needContent, readContent } from './content.ts';
import { botMethod, type Call, channelById, type Methods, needText } from './method.ts';
import { SlackError } from './slack-error.ts';

const write = ['chat:write'] as const;
/** chat.update refuses what chat.postMessage would have cut: docs.slack.dev/reference/methods/chat.update. */
const maxUpdatedText = 4000;

/** What a notification shows of a message that came with blocks and no text. */
const noFallback = "This content can't be displayed.";

export const chatMethods: Methods = {
  'chat.postMessage': botMethod(write, postMessage),
  'chat.postEphemeral': botMethod(write, postEphemeral),
  'chat.update': botMethod(write, update),
  'chat.delete': botMethod(write, remove),
  'chat.getPermalink': botMethod([], getPermalink),
};

/** Where to post: a channel's id or `#name`, or a person's id for their direct messages. */
function destination(call: Call): Channel {
  const { store } = call;
  const given = textAt(call.args, 'channel');
  if (!given) throw new SlackError('channel_not_found');
  if (/^[UW]/.test(given) && store.users.has(given)) return store.directMessage(given);
  const named = [...store.channels.values()].find((channel) => `#${channel.name}` === given);
  const channel = named ?? channelById(call, given);
  if (channel.isArchived) throw new SlackError('is_archived');
  const isMember = channel.members.includes(store.workspace.botUserId);
  const mayPostAnywhere = channel.kind === 'public' && call.scopes.has('chat:write.public');
  if (!isMember && !mayPostAnywhere) throw new SlackError('not_in_channel');
  return channel;
}

function newMessage(call: Call, channel: Channel, content: Content): Message {
  const { workspace } = call.store;
  const threadTs = threadFor(call, channel);
  return {
    channel: channel.id,
    ts: call.store.newTs(),
    user: workspace.botUserId,
    botId: workspace.botId,
    text: content.text || (content.blocks ? noFallback : ''),
    ...(content.blocks ? { blocks: content.blocks } : {}),
    ...(content.attachments ? { attachments: content.attachments } : {}),
    ...(content.metadata ? { metadata: content.metadata } : {}),
    ...(threadTs ? { threadTs } : {}),
    ...(threadTs && flagAt(call.args, 'reply_broadcast') ? { isBroadcast: true } : {}),
    ...(call.args['unfurl_links'] === undefined ? {} : { unfurlLinks: flagAt(call.args, 'unfurl_links') }),
    ...(call.args['unfurl_media'] === undefined ? {} : { unfurlMedia: flagAt(call.args, 'unfurl_media') }),
  };
}

/** A reply hangs on the thread's parent; one that names another reply, or nothing that exists, is refused. */
function threadFor(call: Call, channel: Channel): string | undefined {
  const threadTs = textAt(call.args, 'thread_ts');
  if (!threadTs) return undefined;
  const parent = call.store.findMessage(channel.id, threadTs);
  if (parent === undefined || parent.ephemeralTo !== undefined) throw new SlackError('thread_not_found');
  if (parent.threadTs !== undefined && parent.threadTs !== parent.ts) throw new SlackError('cannot_reply_to_message');
  return threadTs;
}

function postMessage(call: Call): JsonObject {
  const channel = destination(call);
  const content = readContent(call.store, call.faults, call.args);
  needContent(content);
  const message = call.store.addMessage(newMessage(call, channel, content));
  return { channel: channel.id, ts: message.ts, message: wireMessage(call.store, message) };
}

function postEphemeral(call: Call): JsonObject {
  const user = needText(call, 'user');
  const channel = destination(call);
  if (!channel.members.includes(user)) throw new SlackError('user_not_in_channel');
  const content = readContent(call.store, call.faults, call.args);
  needContent(content);
  const message = call.store.addMessage({ ...newMessage(call, channel, content), ephemeralTo: user });
  return { message_ts: message.ts };
}

function ownMessage(call: Call, refusal: string): Message {
  const { store } = call;
  const channel = channelById(call, textAt(call.args, 'channel') ?? '');
  const message = store.findMessage(channel.id, needText(call, 'ts'));
  if (message === undefined || message.ephemeralTo !== undefined) throw new SlackError('message_not_found');
  if (message.user !== store.workspace.botUserId) throw new SlackError(refusal);
  if (channel.isArchived) throw new SlackError('is_inactive');
  return message;
}

function update(call: Call): JsonObject {
  const { store } = call;
  const message = ownMessage(call, 'cant_update_message');
  if ((textAt(call.args, 'text')?.length ?? 0) > maxUpdatedText) throw new SlackError('msg_too_long');
  const content = readContent(store, call.faults, call.args);
  if (content.blocks === undefined && content.attachments === undefined) needContent(content);
  const updated = store.replaceMessage({ ...edited(message, content, store.newTs()), ...broadcast(call, message) });
  const wire = wireMessage(store, updated);
  return { channel: updated.channel, ts: updated.ts, text: updated.text, message: wire };
}

/** Text alone takes the blocks away and marks the message as edited; metadata left out stays as it was. */
function edited(message: Message, content: Content, now: string): Message {
  const { blocks, attachments, metadata, ...rest } = message;
  const isTextOnly = content.text !== undefined && content.blocks === undefined && content.attachments === undefined;
  const nextBlocks = isTextOnly ? undefined : (content.blocks ?? blocks);
  const nextAttachments = isTextOnly ? undefined : (content.attachments ?? attachments);
  const nextMetadata = content.metadata === undefined ? metadata : (content.metadata ?? undefined);
  return {
    ...rest,
    text: content.text ?? message.text,
    ...(nextBlocks && nextBlocks.length > 0 ? { blocks: nextBlocks } : {}),
    ...(nextAttachments && nextAttachments.length > 0 ? { attachments: nextAttachments } : {}),
    ...(nextMetadata ? { metadata: nextMetadata } : {}),
    ...(isTextOnly ? { edited: { user: message.user, ts: now } } : {}),
  };
}

function broadcast(call: Call, message: Message): { isBroadcast?: boolean } {
  return message.threadTs && flagAt(call.args, 'reply_broadcast') ? { isBroadcast: true } : {};
}

function remove(call: Call): JsonObject {
  const message = ownMessage(call, 'cant_delete_message');
  call.store.removeMessage(message);
  return { channel: message.channel, ts: message.ts };
}

function getPermalink(call: Call): JsonObject {
  const { store } = call;
  const channel = channelById(call, textAt(call.args, 'channel') ?? '');
  const ts = needText(call, 'message_ts');
  const message = store.findMessage(channel.id, ts);
  if (message === undefined) throw new SlackError('message_not_found');
  const thread = message.threadTs ? `?thread_ts=${message.threadTs}&cid=${channel.id}` : '';
  const page = `https://${store.workspace.teamDomain}.slack.com/archives/${channel.id}/p${ts.replace('.', '')}`;
  return { channel: channel.id, permalink: `${page}${thread}` };
}
