/** What the page knows of the workspace: a fold over the stream of one person. */
import type { Message } from '../../slack/messages.ts';
import type { PageEvents, WorkspaceSeen } from '../../slack/page/events.ts';
import type { View } from '../../slack/views.ts';

export type Seen = {
  /** undefined until the stream has begun. */
  readonly workspace?: WorkspaceSeen;
  /** Oldest first. */
  readonly messages: readonly Message[];
  readonly views: readonly View[];
  readonly home: View | null;
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
    case 'lost':
      return { ...seen, isLive: false };
    case 'reset':
      // The workspace is much the same for everybody: it stays until the next person's is there.
      return seen.workspace === undefined ? nothingSeen : { ...nothingSeen, workspace: seen.workspace, isLive: true };
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
