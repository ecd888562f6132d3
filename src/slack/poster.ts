/**
 * Posts and edits messages, strictly: one attempt per call, a limit of ten seconds, no blind retry. Slack has no
 * idempotency key, so what may have been posted is looked for by its key before it is posted again.
 */
import type { MessageMetadata } from '@slack/types';
import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import type { Clock, PostedMessage } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Message } from './messages/blocks.ts';
import { inButtonsOnly, inPlainBlocks } from './messages/plain.ts';
import { secondsAskedFor } from './trouble.ts';

/** Where a message goes, and the key by which it is found again. The key is readable by every member: ids only. */
export type Place = {
  readonly channelId: string;
  readonly key: string;
  /** Parent message, for a reply. */
  readonly threadTs?: string;
  /** A reply that is shown in the channel too. */
  readonly broadcast?: boolean;
};

export interface Poster {
  /** @throws whatever the Slack client throws; what {@link refusalIn} knows is a clear no, anything else may have been posted. */
  post(place: Place, message: Message, signal?: AbortSignal): Promise<PostedMessage>;
  update(posted: PostedMessage, message: Message, signal?: AbortSignal): Promise<void>;
  /** The address of a message; undefined: Slack does not say. Needs no scope. */
  linkTo(posted: PostedMessage, signal?: AbortSignal): Promise<string | undefined>;
  /** A message of ours with this key, posted after `since`. */
  find(place: Place, since: Instant, signal?: AbortSignal): Promise<PostedMessage | undefined>;
}

const eventType = 'pitr_restore';

export function makePoster(client: WebClient, clock: Clock): Poster {
  const send = makeSender(clock);
  const whoAmI = makeWhoAmI(client, send);

  async function post(place: Place, message: Message, signal?: AbortSignal): Promise<PostedMessage> {
    const { channelId, key, threadTs, broadcast } = place;
    const metadata: MessageMetadata = { event_type: eventType, event_payload: { key } };
    const common = { channel: channelId, metadata, unfurl_links: false, unfurl_media: false };
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs, reply_broadcast: broadcast ?? false };
    const answer = await inNewOrPlainBlocks(message, ({ text, blocks }) =>
      send(channelId, () => client.chat.postMessage({ ...common, ...thread, text, blocks: [...blocks] }), signal),
    );
    return { channelId: answer.channel ?? channelId, messageId: answer.ts ?? '' };
  }

  async function update(
    { channelId, messageId }: PostedMessage,
    message: Message,
    signal?: AbortSignal,
  ): Promise<void> {
    await inNewOrPlainBlocks(message, ({ text, blocks }) =>
      send(
        `edit ${channelId}`,
        () => client.chat.update({ channel: channelId, ts: messageId, text, blocks: [...blocks] }),
        signal,
      ),
    );
  }

  async function linkTo({ channelId, messageId }: PostedMessage, signal?: AbortSignal): Promise<string | undefined> {
    const about = { channel: channelId, message_ts: messageId };
    return (await send('link', () => client.chat.getPermalink(about), signal)).permalink;
  }

  async function find(place: Place, since: Instant, signal?: AbortSignal): Promise<PostedMessage | undefined> {
    const { channelId, key, threadTs } = place;
    const page = { channel: channelId, include_all_metadata: true, limit: 200, oldest: String(since / 1000) };
    const whoWeAre = await whoAmI(signal);
    let cursor = '';
    do {
      const next = cursor === '' ? {} : { cursor };
      const answer = await send(
        'find',
        () =>
          threadTs === undefined
            ? client.conversations.history({ ...page, ...next })
            : client.conversations.replies({ ...page, ...next, ts: threadTs }),
        signal,
      );
      const found = (answer.messages ?? []).find((candidate) => keyOf(candidate) === key && isBy(candidate, whoWeAre));
      if (found?.ts !== undefined) return { channelId, messageId: found.ts };
      cursor = answer.response_metadata?.next_cursor ?? '';
    } while (cursor !== '');
    return undefined;
  }

  return { post, update, linkTo, find };
}

type Send = <T>(lane: string, call: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;

/** Sends when Slack allows it again; a 429 says that nothing was done, so it may be repeated. */
function makeSender(clock: Clock): Send {
  /** Until when a channel (or a method) must be left alone, as Slack asked. */
  const quietUntil = new Map<string, Instant>();
  return async (lane, call, signal) => {
    for (;;) {
      const wait = (quietUntil.get(lane) ?? 0) - clock.now();
      if (wait > 0) await clock.sleep(wait, signal);
      signal?.throwIfAborted();
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof WebAPIRateLimitedError)) throw error;
        quietUntil.set(lane, clock.now() + secondsAskedFor(error) * 1000);
      }
    }
  };
}

/**
 * Sends as it is; when Slack refuses the blocks, the same content in blocks it has always known; then the text with the
 * buttons alone, without which nobody could decide anything; at last as bare text.
 */
async function inNewOrPlainBlocks<T>(message: Message, send: (message: Message) => Promise<T>): Promise<T> {
  for (const inOtherBlocks of [asItIs, inPlainBlocks, inButtonsOnly]) {
    try {
      return await send(inOtherBlocks(message));
    } catch (error) {
      if (!isRefusal(error, blockErrors)) throw error;
    }
  }
  return await send({ text: message.text, blocks: [] });
}

function asItIs(message: Message): Message {
  return message;
}

const blockErrors = ['invalid_blocks', 'invalid_blocks_format', 'msg_blocks_too_long'];

/**
 * Answers of chat.postMessage and chat.update that only people can change: they invite the bot, un-archive the channel, or
 * let the bot write in it (docs.slack.dev/reference/methods/chat.postMessage and chat.update).
 */
export const unreachable = [
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'is_inactive',
  'no_permission',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_non_threadable_channel',
  'restricted_action_thread_locked',
];

/** A clear no from Slack with one of these codes. */
export function isRefusal(error: unknown, codes: readonly string[]): error is WebAPIPlatformError {
  return error instanceof WebAPIPlatformError && codes.includes(error.data.error);
}

/** Whose token it is, asked once: it stands for one bot as long as it is valid. */
function makeWhoAmI(client: WebClient, send: Send): (signal: AbortSignal | undefined) => Promise<Author> {
  let known: Author | undefined;
  return async (signal) => {
    if (known !== undefined) return known;
    const { bot_id, user_id } = await send('find', () => client.auth.test(), signal);
    known = { bot_id, user: user_id };
    return known;
  };
}

/** As Slack names whoever wrote a message, and the bearer of a token. */
type Author = { readonly bot_id?: string | undefined; readonly user?: string | undefined };

/**
 * Keys can be read by everybody, so anybody can post a message with one of ours. Every app has a bot id of its own, which
 * Slack writes into its messages; where there is none to compare, the user decides.
 */
function isBy(message: Author, { bot_id, user }: Author): boolean {
  if (message.bot_id !== undefined && bot_id !== undefined) return message.bot_id === bot_id;
  return message.user !== undefined && message.user === user;
}

function keyOf(candidate: { readonly metadata?: unknown }): string | undefined {
  const { metadata } = candidate;
  if (!isRecord(metadata) || metadata['event_type'] !== eventType) return undefined;
  const payload = metadata['event_payload'];
  return isRecord(payload) && typeof payload['key'] === 'string' ? payload['key'] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
