import { useEffect, useState } from 'preact/hooks';
import { ask } from './ask.ts';

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
