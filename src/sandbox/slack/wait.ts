import type { Store } from './store.ts';

/**
 * Looks now and after everything that happens until `look` finds something. Patience is real time, whatever clock
 * Slack itself runs on.
 * @throws Error saying what did not come, after `ms` milliseconds.
 */
export function until<T>(store: Store, look: () => T | undefined, ms: number, what: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      for (const forget of listeners) forget();
    };
    const check = () => {
      const found = look();
      if (found === undefined) return;
      stop();
      resolve(found);
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`${what()} did not come within ${ms} ms`));
    }, ms);
    const names = ['message', 'update', 'delete', 'ephemeral', 'view'] as const;
    const listeners = names.map((name) => store.events.on(name, check));
    check();
  });
}
