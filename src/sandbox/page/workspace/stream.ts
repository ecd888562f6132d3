import { useEffect, useReducer } from 'preact/hooks';
import type { PageEvents } from '../../slack/page/events.ts';
import { nothingSeen, type Seen, type SeenEvent, see } from './seen.ts';

const names = [
  'workspace',
  'snapshot',
  'message',
  'delete',
  'views',
  'home',
] as const satisfies readonly (keyof PageEvents)[];

/** Everything one person sees, live. The browser reconnects by itself, and each connection begins with a snapshot. */
export function useSeen(user: string): Seen {
  const [seen, happened] = useReducer(see, nothingSeen);
  useEffect(() => {
    happened({ event: 'reset' });
    const stream = new EventSource(`/slack/events?user=${encodeURIComponent(user)}`);
    for (const event of names) {
      // The stream is ours: the page and the server are built together from the same types.
      stream.addEventListener(event, ({ data }) => happened({ event, data: JSON.parse(data) } as SeenEvent));
    }
    stream.addEventListener('error', () => happened({ event: 'lost' }));
    return () => stream.close();
  }, [user]);
  return seen;
}
