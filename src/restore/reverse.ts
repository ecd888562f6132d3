import type { Item, KeySchema } from './item.ts';
import { keyAttributes } from './item.ts';
import { distinctKeys, journalPage, keyOfEntry } from './journal-items.ts';
import type { JournalState } from './journal-states.ts';
import type { GuardedChange, GuardedOutcome, JournalEntry } from './ports.ts';
import type { StepContext } from './step.ts';
import { tableOf } from './step.ts';
import { isTakenOut, same, unseenBy } from './unseen.ts';

/** How often what was written over in the middle of reversing is put back itself; then its image is in the journal only. */
const triesPerItem = 10;

type Reversal = {
  readonly context: StepContext;
  readonly label: string;
  readonly keySchema: KeySchema;
  /** Entries in these states are reversed; 'to-put-back' is one of them. */
  readonly states: readonly JournalState[];
  /** What becomes of an entry: its image is back; or somebody has changed the item since, whose it is. */
  readonly ends: { readonly back: JournalState; readonly theirs: JournalState };
  /** Asked before every single request. */
  readonly mayWrite: () => void;
  readonly onReversed?: (entries: number) => void;
};

/**
 * Takes back what journal entries wrote to a live table, the last one first, each on the condition that the item still is
 * what the entry wrote. One that somebody changed since stays as he left it: where only an attribute was added, which no
 * condition can ask for, that is seen after the write, journalled, and put back at once. May be called again after any stop.
 */
export async function reverse(reversal: Reversal): Promise<void> {
  const { context, label, keySchema, states, mayWrite, onReversed } = reversal;
  const walk = { ...context, runId: context.run().id, label, states, backwards: true };
  const tries = new Map<string, number>();
  let last: number | undefined;
  for (;;) {
    const batch = distinctKeys(await journalPage(walk, last), keySchema);
    if (batch.length === 0) return;
    mayWrite();
    const foundUnseen = await reverseBatch(reversal, batch, tries);
    // What was written over just now is the newest entry of its item, and goes back first.
    last = foundUnseen ? undefined : batch.at(-1)?.id;
    onReversed?.(batch.length);
  }
}

/** Whether there is something new to put back. */
async function reverseBatch(
  reversal: Reversal,
  batch: readonly JournalEntry[],
  tries: Map<string, number>,
): Promise<boolean> {
  const { context, label, keySchema, ends, mayWrite } = reversal;
  const { aws, journal, signal } = context;
  const { id, tables } = context.run();
  const ended = { back: [] as number[], theirs: [] as number[] };
  let foundUnseen = false;
  try {
    await aws.items.writeGuarded({
      table: tableOf({ id, tables }, label).table,
      keySchema,
      changes: batch.map((entry) => changeOf(entry.after, entry.before, keySchema)),
      signal,
      beforeEach: mayWrite,
      onOutcome(index, outcome) {
        const entry = batch[index];
        if (entry === undefined) throw new Error('Every outcome is that of an entry');
        if (journalUnseen(reversal, entry, outcome, tries)) foundUnseen = true;
        ended[endOf(entry, outcome)].push(entry.id);
      },
    });
  } finally {
    context.mustHoldLock();
    journal.mark(id, label, ended.back, ends.back);
    journal.mark(id, label, ended.theirs, ends.theirs);
  }
  return foundUnseen;
}

/**
 * At once, because AWS tells it only once: what a reversal was made over, if that was not what the entry had written.
 * Whether it is to be put back.
 */
function journalUnseen(
  { context, label, keySchema }: Reversal,
  entry: JournalEntry,
  outcome: GuardedOutcome,
  tries: Map<string, number>,
): boolean {
  const unseen = unseenBy(outcome, true);
  if (unseen === undefined) return false;
  const key = keyOfEntry(entry, keySchema);
  const tried = (tries.get(key) ?? 0) + 1;
  tries.set(key, tried);
  // Where no request of this process can have done it, another one's may have, or somebody wrote the item like that.
  const isDone = outcome.done || outcome.mayHaveBeenDone === true;
  const isOwed = isDone && !isTakenOut(isOurs(entry), unseen, entry.before) && tried < triesPerItem;
  context.journal.add(context.run().id, label, [unseen], isOwed ? 'to-put-back' : 'kept');
  return isOwed;
}

function endOf(entry: JournalEntry, outcome: GuardedOutcome): keyof Reversal['ends'] {
  if (!outcome.done) return same(outcome.current, entry.before) ? 'back' : 'theirs';
  const { unseen } = outcome;
  const isBack = unseen === undefined || isTakenOut(isOurs(entry), unseen, entry.before);
  return isBack ? 'back' : 'theirs';
}

/**
 * Whether what the entry wrote has to go in any case: nobody knows when it was written, or it went over an image that is to
 * be kept. What somebody has added since stays beside what comes back.
 */
function isOurs({ state }: JournalEntry): boolean {
  return state === 'attempted' || state === 'to-put-back';
}

/** The change that makes `from` into `to`, if the live item still is `from`. */
export function changeOf(from: Item | undefined, to: Item | undefined, keySchema: KeySchema): GuardedChange {
  if (to !== undefined) return { kind: 'put', item: to, expected: from };
  if (from === undefined) throw new Error('A journal entry has an image before or after');
  return { kind: 'delete', key: keyAttributes(from, keySchema), expected: from };
}
