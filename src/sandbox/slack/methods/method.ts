import type { Faults } from '../faults.ts';
import { type JsonObject, textAt } from '../json.ts';
import type { Store } from '../store.ts';
import type { Channel } from '../workspace.ts';
import { invalidArguments, SlackError } from './slack-error.ts';

/** One call to the Web API, once its token was found good. */
export interface Call {
  readonly args: JsonObject;
  readonly store: Store;
  readonly faults: Faults;
  readonly scopes: ReadonlySet<string>;
  readonly url: string;
  /** Opens a ticket for one Socket Mode connection and returns its address. */
  readonly openSocket: () => string;
}

export interface Method {
  /** The token must hold one of them; a method that needs none names none. */
  readonly scopes: readonly string[];
  readonly token: 'bot' | 'app' | 'none';
  run(call: Call): JsonObject;
}

export type Methods = Readonly<Record<string, Method>>;

export function botMethod(scopes: readonly string[], run: Method['run']): Method {
  return { scopes, token: 'bot', run };
}

/** @throws SlackError missing_scope */
export function needScope(call: Call, needed: readonly string[]): void {
  if (needed.length === 0 || needed.some((scope) => call.scopes.has(scope))) return;
  throw new SlackError('missing_scope', { needed: needed.join(','), provided: [...call.scopes].join(',') });
}

/** @throws SlackError invalid_arguments */
export function needText(call: Call, name: string): string {
  const value = textAt(call.args, name);
  if (value === undefined || value === '') throw invalidArguments(`[ERROR] missing required field: ${name}`);
  return value;
}

/** The channel an id names. A private one the bot is not in does not exist, as far as the bot is told. */
export function channelById(call: Call, id: string): Channel {
  const { store } = call;
  const channel = store.channels.get(id);
  const isHidden = channel?.kind === 'private' && !channel.members.includes(store.workspace.botUserId);
  if (channel === undefined || isHidden) throw new SlackError('channel_not_found');
  return channel;
}

const families = { public: 'channels', private: 'groups', im: 'im' } as const;

/** Slack names a scope for each kind of conversation, such as `channels:history` and `groups:history`. */
export function needChannelScope(call: Call, channel: Channel, what: 'read' | 'history'): void {
  needScope(call, [`${families[channel.kind]}:${what}`]);
}

/** One page of a list, in Slack's way of an opaque cursor. */
export function page<T>(call: Call, items: readonly T[], defaultLimit = 100): { items: readonly T[]; next: string } {
  const limit = Math.min(Math.max(Number(textAt(call.args, 'limit') ?? defaultLimit) || defaultLimit, 1), 999);
  const cursor = textAt(call.args, 'cursor') ?? '';
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('next:', ''));
  if (!Number.isInteger(start) || start < 0) throw new SlackError('invalid_cursor');
  const end = start + limit;
  const next = end < items.length ? Buffer.from(`next:${end}`).toString('base64') : '';
  return { items: items.slice(start, end), next };
}
