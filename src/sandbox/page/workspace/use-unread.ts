import { useEffect, useState } from 'preact/hooks';
import type { Message } from '../../slack/messages.ts';
import { inChannel } from './seen.ts';

type Read = Readonly<Record<string, string>>;

/** How many messages a person has not seen in a channel. What is open is seen. */
export function useUnread(
  user: string,
  open: string | undefined,
  messages: readonly Message[],
): (channel: string) => number {
  const [read, setRead] = useState<Read>({});
  const latest = open === undefined ? undefined : inChannel(messages, open).at(-1)?.ts;
  useEffect(() => {
    if (open !== undefined && latest !== undefined) setRead((before) => ({ ...before, [`${user} ${open}`]: latest }));
  }, [user, open, latest]);
  return (channel) => {
    if (channel === open) return 0;
    const until = read[`${user} ${channel}`] ?? '';
    return inChannel(messages, channel).filter((message) => message.user !== user && message.ts > until).length;
  };
}
