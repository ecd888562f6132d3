import { useEffect, useReducer } from 'preact/hooks';
import type { PageEvents } from '../../slack/page/events.ts';
import { nothingSeen, type Seen, type SeenEvent, see } from './seen.ts';

const names = [
  ...(['workspace', 'snapshot', 'message', 'delete', 'views', 'home'] as const satisfies readonly (keyof PageEvents)[]),
  'world',
] as const;

/**
 * Everything one person sees, live. The browser reconnects by itself, and each connection begins with a snapshot. A page
 * in the background lets go of its stream: a browser opens six at most to one address, and there are three people.
 */
export function useSeen(user: string): Seen {
  const [seen, happened] = useReducer(see, nothingSeen);
  useEffect(() => {
    happened({ event: 'reset' });
    let stream: EventSource | undefined;
    const shown = () => {
      if (document.hidden) {
        stream?.close();
        stream = undefined;
      } else stream ??= openStream(user, happened);
    };
    shown();
    document.addEventListener('visibilitychange', shown);
    return () => {
      document.removeEventListener('visibilitychange', shown);
      stream?.close();
    };
  }, [user]);
  return seen;
}

function openStream(user: string, happened: (event: SeenEvent) => void): EventSource {
  const stream = new EventSource(`/events?user=${encodeURIComponent(user)}`);
  for (const event of names) {
    // The stream is ours: the page and the server are built together from the same types.
    stream.addEventListener(event, ({ data }) => happened({ event, data: JSON.parse(data) } as SeenEvent));
  }
  stream.addEventListener('error', () => happened({ event: 'lost' }));
  return stream;
}
