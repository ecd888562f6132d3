import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashWorld } from './crash-world.ts';
import { quote, quotes, vote, votes } from './crash-world.ts';

/** An application that goes on writing, in bursts, and knows what became of its images as far as it did it itself. */
export function startWriter(world: CrashWorld, random: () => number) {
  const written = new Set<string>();
  const overwrittenByItself = new Set<string>();
  const stopping = new AbortController();
  let turn = 0;

  async function burst(): Promise<void> {
    for (let writes = 0; writes < 4 && !stopping.signal.aborted; writes += 1) {
      turn += 1;
      const n = Math.floor(random() * 12) + 1;
      const [table, item] = random() < 0.5 ? [quotes, quote(n, `writer ${turn}`)] : [votes, vote(n, String(turn))];
      // In this order: whoever overwrites it after the reply must be found to have saved it.
      const { Attributes } = await world.put(table, item);
      written.add(imageOf(item));
      if (Attributes !== undefined) overwrittenByItself.add(imageOf(Attributes));
    }
  }

  const ended = (async () => {
    while (!stopping.signal.aborted) {
      await burst();
      await sleep(100 + random() * 900);
    }
  })();
  return {
    written,
    overwrittenByItself,
    async stop(): Promise<void> {
      stopping.abort();
      await ended;
    },
  };
}

/** One text for one image, whatever the order of its attributes. */
export function imageOf(item: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))));
}
