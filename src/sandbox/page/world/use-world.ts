import { useEffect, useState } from 'preact/hooks';
import type { WorldSeen } from '../../world/view.ts';
import { ask } from './ask.ts';

/** The world as it is now; undefined until it was seen for the first time. */
export function useWorld(): WorldSeen | undefined {
  const [world, setWorld] = useState<WorldSeen>();
  useEffect(() => {
    // EventSource comes back by itself when the line was cut.
    const events = new EventSource('/world/events');
    events.addEventListener('world', ({ data }) => setWorld(JSON.parse(data)));
    return () => events.close();
  }, []);
  return world;
}

/** The time, every second while the page is looked at. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/**
 * The answer to a question, asked again whenever the question or `revision` changes. Until the next one is there the
 * last one stays, and an answer that is overtaken is dropped.
 */
export function useAnswer<T>(
  path: string,
  query: Readonly<Record<string, string | number>> | undefined,
  revision: number,
): T | undefined {
  const [answer, setAnswer] = useState<T>();
  const question = query === undefined ? undefined : JSON.stringify(query);
  useEffect(() => {
    if (question === undefined) {
      setAnswer(undefined);
      return;
    }
    const overtaken = new AbortController();
    ask<T>(path, JSON.parse(question), overtaken.signal).then(setAnswer, () => undefined);
    return () => overtaken.abort();
  }, [path, question, revision]);
  return answer;
}
