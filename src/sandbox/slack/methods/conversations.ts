import { flagAt, type JsonObject, textAt } from '../json.ts';
import { wireChannel, wireMessage } from '../wire.ts';
import type { Channel } from '../workspace.ts';
import { botMethod, type Call, channelById, type Methods, needChannelScope, needText, page } from './method.ts';
import { invalidArguments, SlackError } from './slack-error.ts';

const read = ['channels:read', 'groups:read', 'im:read', 'mpim:read'] as const;
const history = ['channels:history', 'groups:history', 'im:history', 'mpim:history'] as const;
const openDirect = ['im:write', 'mpim:write', 'channels:manage', 'groups:write'] as const;

export const conversationMethods: Methods = {
  'conversations.info': botMethod(read, info),
  'conversations.list': botMethod(read, listAll),
  'conversations.members': botMethod(read, members),
  'conversations.open': botMethod(openDirect, open),
  'conversations.history': botMethod(history, historyOf),
  'conversations.replies': botMethod(history, replies),
};

function askedChannel(call: Call, what: 'read' | 'history'): Channel {
  const channel = channelById(call, needText(call, 'channel'));
  needChannelScope(call, channel, what);
  return channel;
}

function info(call: Call): JsonObject {
  return { channel: wireChannel(askedChannel(call, 'read'), call.store.workspace.botUserId) };
}

const kinds: Readonly<Record<string, Channel['kind']>> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
};

function listAll(call: Call): JsonObject {
  const { botUserId } = call.store.workspace;
  const asked = (textAt(call.args, 'types') ?? 'public_channel').split(',').map((type) => kinds[type.trim()]);
  const found = [...call.store.channels.values()]
    .filter((channel) => asked.includes(channel.kind))
    .filter((channel) => channel.kind === 'public' || channel.members.includes(botUserId))
    .filter((channel) => !(flagAt(call.args, 'exclude_archived') && channel.isArchived));
  const { items, next } = page(call, found);
  const channels = items.map((channel) => wireChannel(channel, botUserId));
  return { channels, response_metadata: { next_cursor: next } };
}

function members(call: Call): JsonObject {
  const { items, next } = page(call, askedChannel(call, 'read').members);
  return { members: items, response_metadata: { next_cursor: next } };
}

function open(call: Call): JsonObject {
  const { store } = call;
  const users = (textAt(call.args, 'users') ?? '').split(',').filter((id) => id !== '');
  const [user] = users;
  if (user === undefined || users.length > 1) {
    throw invalidArguments('[ERROR] the sandbox opens direct messages with exactly one user');
  }
  const person = store.users.get(user);
  if (person === undefined) throw new SlackError('user_not_found');
  if (person.deleted) throw new SlackError('user_disabled');
  if (person.isBot) throw new SlackError('cannot_dm_bot');
  const channel = store.directMessage(user);
  return {
    channel: flagAt(call.args, 'return_im') ? wireChannel(channel, store.workspace.botUserId) : { id: channel.id },
  };
}

function historyOf(call: Call): JsonObject {
  const { store } = call;
  const channel = askedChannel(call, 'history');
  if (!channel.members.includes(store.workspace.botUserId)) throw new SlackError('not_in_channel');
  const inRange = store.messagesIn(channel.id).filter((message) => isInRange(call, message.ts));
  const { items, next } = page(call, inRange.toReversed());
  return answer(
    items.map((message) => wireMessage(store, message, flagAt(call.args, 'include_all_metadata'))),
    next,
  );
}

function replies(call: Call): JsonObject {
  const { store } = call;
  const channel = askedChannel(call, 'history');
  const ts = needText(call, 'ts');
  const found = store.findMessage(channel.id, ts);
  if (found === undefined || found.ephemeralTo !== undefined) throw new SlackError('thread_not_found');
  const parentTs = found.threadTs ?? ts;
  // The parent comes with every page, whatever range was asked for.
  const thread = store.thread(channel.id, parentTs).filter((m) => m.ts === parentTs || isInRange(call, m.ts));
  const { items, next } = page(call, thread, 999);
  return answer(
    items.map((message) => wireMessage(store, message, flagAt(call.args, 'include_all_metadata'))),
    next,
  );
}

function answer(messages: readonly JsonObject[], next: string): JsonObject {
  const hasMore = next !== '';
  return { messages, has_more: hasMore, ...(hasMore ? { response_metadata: { next_cursor: next } } : {}) };
}

function isInRange(call: Call, ts: string): boolean {
  const isInclusive = flagAt(call.args, 'inclusive');
  const oldest = textAt(call.args, 'oldest');
  const latest = textAt(call.args, 'latest');
  const order = oldest === undefined ? 1 : micros(ts) - micros(oldest);
  const rest = latest === undefined ? 1 : micros(latest) - micros(ts);
  return isInclusive ? order >= 0 && rest >= 0 : order > 0 && rest > 0;
}

/** A ts is a decimal number of seconds; comparing it as a float would lose its last digits. */
function micros(ts: string): number {
  const [seconds = '0', fraction = ''] = ts.split('.');
  return Number(seconds) * 1e6 + Number(fraction.padEnd(6, '0').slice(0, 6));
}
