/** What the page knows of the workspace: a fold over the stream of one person. */
import type { Message } from '../../slack/messages.ts';
import type { PageEvents, WorkspaceSeen } from '../../slack/page/events.ts';
import type { View } from '../../slack/views.ts';
import type { WorldSeen } from '../../world/view.ts';

export type Seen = {
  /** undefined until the stream has begun. */
  readonly workspace?: WorkspaceSeen;
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly views: readonly View[];
  readonly home: View | null;
  /** The tables; undefined until they were told for the first time. */
  readonly world?: WorldSeen;
  /** Whether the stream is up. */
  readonly isLive: boolean;
};

type Told<K extends keyof PageEvents> = { readonly event: K; readonly data: PageEvents[K] };

export type SeenEvent =
  | Told<'workspace'>
  | Told<'snapshot'>
  | Told<'message'>
  | Told<'delete'>
  | Told<'views'>
  | Told<'home'>
  | { readonly event: 'world'; readonly data: WorldSeen }
  | { readonly event: 'lost' | 'reset' };

export const nothingSeen: Seen = { messages: [], views: [], home: null, isLive: false };

export function see(seen: Seen, happened: SeenEvent): Seen {
  switch (happened.event) {
    case 'workspace':
      return { ...seen, workspace: happened.data, isLive: true };
    case 'snapshot':
      return { ...seen, ...happened.data };
    case 'message':
      return { ...seen, messages: withMessage(seen.messages, happened.data) };
    case 'delete': {
      const { channel, ts } = happened.data;
      return { ...seen, messages: seen.messages.filter((m) => m.channel !== channel || m.ts !== ts) };
    }
    case 'views':
      return { ...seen, views: happened.data.views };
    case 'home':
      return { ...seen, home: happened.data.home };
    case 'world':
      return { ...seen, world: happened.data };
    case 'lost':
      return { ...seen, isLive: false };
    case 'reset':
      // Workspace and tables are much the same for everybody: they stay until the next person's are there.
      return { ...seen, messages: [], views: [], home: null };
  }
}

function withMessage(messages: readonly Message[], message: Message): readonly Message[] {
  const isKnown = messages.some((m) => m.channel === message.channel && m.ts === message.ts);
  if (!isKnown) return [...messages, message];
  return messages.map((m) => (m.channel === message.channel && m.ts === message.ts ? message : m));
}

/** What stands in a channel itself: no replies, unless they were sent to the channel too. */
export function inChannel(messages: readonly Message[], channel: string): readonly Message[] {
  return messages.filter(
    (m) => m.channel === channel && (m.threadTs === undefined || m.threadTs === m.ts || m.isBroadcast === true),
  );
}

/** A parent and its replies, oldest first; what is for the reader alone included. */
export function inThread(messages: readonly Message[], channel: string, ts: string): readonly Message[] {
  return messages.filter((m) => m.channel === channel && (m.ts === ts || m.threadTs === ts));
}
