import { setTimeout as sleep } from 'node:timers/promises';
import type { Item } from '../../src/restore/item.ts';
import type { CrashWorld } from './crash-world.ts';
import { quote, quotes, vote, votes } from './crash-world.ts';

/**
 * An application that goes on writing, in bursts, whole items and single attributes that nobody has seen, and knows what
 * became of its images as far as it did it itself.
 */
export function startWriter(world: CrashWorld, random: () => number) {
  const written = new Set<string>();
  /** Those that an added attribute made. */
  const added = new Set<string>();
  const overwrittenByItself = new Set<string>();
  const stopping = new AbortController();
  let turn = 0;

  async function burst(): Promise<void> {
    for (let writes = 0; writes < 4 && !stopping.signal.aborted; writes += 1) {
      turn += 1;
      const n = Math.floor(random() * 12) + 1;
      const [table, item] = random() < 0.5 ? [quotes, quote(n, `writer ${turn}`)] : [votes, vote(n, String(turn))];
      if (random() < 0.4) {
        await add(table, item, `added ${turn}`);
        continue;
      }
      // In this order: whoever overwrites it after the reply must be found to have saved it.
      const { Attributes } = await world.put(table, item);
      written.add(imageOf(item));
      if (Attributes !== undefined) overwrittenByItself.add(imageOf(Attributes));
    }
  }

  async function add(table: string, item: Item, name: string): Promise<void> {
    const { Attributes = {} } = await world.add(table, item, name);
    written.add(imageOf(Attributes));
    added.add(imageOf(Attributes));
    overwrittenByItself.add(
      imageOf(Object.fromEntries(Object.entries(Attributes).filter(([other]) => other !== name))),
    );
  }

  const ended = (async () => {
    while (!stopping.signal.aborted) {
      await burst();
      await sleep(100 + random() * 900);
    }
  })();
  return {
    written,
    added,
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

/** Whether each attribute of an image is, as it was, in one of these images of the same item. */
export function isInParts(image: string, images: Iterable<string>): boolean {
  const wanted = new Map(
    Object.entries(JSON.parse(image) as object).map(([name, value]) => [name, JSON.stringify(value)]),
  );
  const left = new Set(wanted.keys());
  for (const other of images) {
    const found = Object.entries(JSON.parse(other) as object);
    const isSame = ([name, value]: [string, unknown]) => wanted.get(name) === JSON.stringify(value);
    const isOfIt = found.some((entry) => ['id', 'voter'].includes(entry[0]) && isSame(entry));
    if (isOfIt) for (const entry of found.filter(isSame)) left.delete(entry[0]);
  }
  return left.size === 0;
}
