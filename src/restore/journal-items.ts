import type { KeySchema } from './item.ts';
import { keyOf } from './item.ts';
import type { JournalState } from './journal-states.ts';
import type { Clock, Journal, JournalEntry, JournalImages } from './ports.ts';
import type { RunId } from './run-id.ts';

/** Entries taken from the journal at once, when they are not large. Each such page costs two commits. */
export const entriesAtOnce = 500;
/** A page is read in so many parts. While one is opened nobody is answered, and requests that are under way come to an end. */
const partsOfPage = 5;

type Walk = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly runId: RunId;
  readonly label: string;
  readonly states: readonly JournalState[];
  readonly backwards?: boolean;
};

/** The entries in these states that come next, beyond the id `after`; none: there are no more, for now. */
export async function journalPage(walk: Walk, after: number | undefined): Promise<readonly JournalEntry[]> {
  const { journal, clock, signal, runId, label, states, backwards = false } = walk;
  const page: JournalEntry[] = [];
  for (let part = 0; part < partsOfPage; part += 1) {
    // Others get their turn: the heart of the lock, say.
    if (part > 0) await clock.sleep(0, signal);
    const last = page.at(-1)?.id ?? after;
    const found = journal.read(runId, label, states, last, entriesAtOnce / partsOfPage, backwards);
    if (found.length === 0) break;
    page.push(...found);
  }
  return page;
}

/** The entries in these states, page by page. */
export async function* journalPages(walk: Walk): AsyncGenerator<readonly JournalEntry[], void, void> {
  let page = await journalPage(walk, undefined);
  while (page.length > 0) {
    yield page;
    await walk.clock.sleep(0, walk.signal);
    page = await journalPage(walk, page.at(-1)?.id);
  }
}

/** Item by item: of one with several entries in these states, only the entry that comes first. */
export async function* itemsOnce(
  walk: Walk & { readonly keySchema: KeySchema },
): AsyncGenerator<readonly JournalEntry[], void, void> {
  const repeated = await repeatedKeys(walk);
  const seen = new Set<string>();
  const isFirst = (key: string) => {
    if (!repeated.has(key)) return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  for await (const page of journalPages(walk)) {
    const first = repeated.size === 0 ? page : page.filter((entry) => isFirst(keyOfEntry(entry, walk.keySchema)));
    if (first.length > 0) yield first;
  }
}

/** The few items that have, or may have, several entries in these states. */
export async function repeatedKeys(walk: Walk & { readonly keySchema: KeySchema }): Promise<ReadonlySet<string>> {
  const repeated = new Set<string>();
  for await (const page of journalPages(walk)) {
    for (const entry of page) if (entry.again) repeated.add(keyOfEntry(entry, walk.keySchema));
  }
  return repeated;
}

/** As many of the entries as have different keys, from the first on: changes of one call are made in no order. */
export function distinctKeys(entries: readonly JournalEntry[], keySchema: KeySchema): readonly JournalEntry[] {
  const seen = new Set<string>();
  const firstTwin = entries.findIndex((entry) => {
    const key = keyOfEntry(entry, keySchema);
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  });
  return firstTwin < 0 ? entries : entries.slice(0, firstTwin);
}

/** The journal for a comparison that is not the first one of its tables: what it finds may have entries already. */
export function addingAgain(journal: Journal): Journal {
  return {
    ...journal,
    add: (runId, label, entries, state) =>
      journal.add(
        runId,
        label,
        entries.map((entry) => ({ ...entry, again: true })),
        state,
      ),
  };
}

export function keyOfEntry(entry: JournalImages, keySchema: KeySchema): string {
  return keyOf(imageOf(entry), keySchema);
}

export function imageOf({ before, after }: JournalImages) {
  const image = before ?? after;
  if (image === undefined) throw new Error('A journal entry has an image before or after');
  return image;
}
