import type { Conflicts } from './events.ts';
import type { KeySchema } from './item.ts';
import { journalPages, keyOfEntry } from './journal-items.ts';
import type { JournalState } from './journal-states.ts';
import type { GuardedOutcome, JournalEntry, JournalImages } from './ports.ts';
import type { OnConflict } from './request.ts';
import type { StepContext } from './step.ts';
import { isTakenOut, same, unseenBy } from './unseen.ts';

/** How often one item is decided again because the application was faster; then it is left to the verification. */
const triesPerItem = 10;

/** Whose entries are settled. */
export type Settling = {
  readonly context: StepContext;
  readonly label: string;
  readonly keySchema: KeySchema;
  readonly onConflict: OnConflict;
  /** Tries of items that were changed under our hands, by key. */
  readonly tries: Map<string, number>;
  /** Keys of items that are somebody's now, and have, or may have, more entries: those are left alone, too. */
  readonly leftAlone: Set<string>;
};

/** What became of an entry that was not written as the journal says; `unseen`: it was made over something unexpected. */
type Conflict = {
  readonly entry: JournalEntry;
  readonly outcome: GuardedOutcome;
  readonly unseen: JournalImages | undefined;
};

/**
 * What becomes of the entries of a page. Of one that was written as the journal says, nearly always, only its number is
 * kept.
 */
export class Settlement {
  readonly #work: Settling;
  readonly #written: number[] = [];
  readonly #conflicts: Conflict[] = [];
  #hasUnseen = false;

  constructor(work: Settling) {
    this.#work = work;
  }

  /** Entries whose end is known. */
  get size(): number {
    return this.#written.length + this.#conflicts.length;
  }

  /** Whether something was written over that nobody expected. */
  get hasUnseen(): boolean {
    return this.#hasUnseen;
  }

  add(entry: JournalEntry, outcome: GuardedOutcome): void {
    const unseen = journalUnseen(this.#work, entry, outcome);
    if (unseen !== undefined) this.#hasUnseen = true;
    if (isAsJournalled(entry, outcome, unseen)) this.#written.push(entry.id);
    else this.#conflicts.push({ entry, outcome, unseen });
  }

  /** Writes it down. */
  settle(): void {
    const { context, label } = this.#work;
    // The states are those of whoever has the lock.
    context.mustHoldLock();
    for (const one of this.#conflicts) settleConflict(this.#work, one);
    context.journal.mark(context.run().id, label, this.#written, 'written');
  }
}

/**
 * What a write was made over, if that is not what the journal says: at once, because AWS tells it only once, and whoever
 * has the lock by now.
 */
function journalUnseen(
  { context, label, onConflict }: Settling,
  entry: JournalEntry,
  outcome: GuardedOutcome,
): JournalImages | undefined {
  const unseen = unseenBy(outcome, entry.state === 'attempted');
  if (unseen === undefined) return undefined;
  const isToGoBack = onConflict === 'keep' && !isTakenOut(entry.unsure === true, unseen, entry.after);
  context.journal.add(context.run().id, label, [unseen], isToGoBack ? 'to-put-back' : 'written');
  return unseen;
}

/** Written over exactly the image in the journal; or found written, perhaps by a try of ours whose reply was lost. */
function isAsJournalled(entry: JournalEntry, outcome: GuardedOutcome, unseen: JournalImages | undefined): boolean {
  if (outcome.done) return unseen === undefined;
  // Of an item with several entries, an older one may have been written by a process that died before it said so.
  return (entry.again === true || mayBeOurs(entry, outcome)) && same(outcome.current, entry.after);
}

/**
 * Whether an earlier request may have been carried out. A write whose condition has failed changed nothing
 * (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html): what such an item is, the application made it,
 * even if it is what we wanted, and an undo must not take that away.
 */
function mayBeOurs(entry: JournalEntry, outcome: GuardedOutcome): boolean {
  return entry.state === 'attempted' || (!outcome.done && outcome.mayHaveBeenDone === true);
}

/** The application wrote to this item after the comparison had seen it. */
function settleConflict(work: Settling, { entry, outcome, unseen }: Conflict): void {
  const { journal } = work.context;
  const { id } = work.context.run();
  // Where an earlier request may have been carried out, what was there before it is owed to a rollback.
  const isOvertaken = !outcome.done && mayBeOurs(entry, outcome);
  const isOwed = isOvertaken && unseen === undefined;
  if (unseen !== undefined && isTakenOut(entry.unsure === true, unseen, entry.after)) {
    journal.mark(id, work.label, [entry.id], 'superseded');
    return;
  }
  // What is as wanted already needs no writing over.
  if (work.onConflict === 'keep' || (!outcome.done && same(outcome.current, entry.after))) {
    if (entry.again) work.leftAlone.add(keyOfEntry(entry, work.keySchema));
    journal.mark(id, work.label, [entry.id], isOwed ? 'overtaken' : 'kept');
    return;
  }
  // First the new image, then the old entry's end: a crash between the two leaves one entry too many, and none too few.
  decideAgain(work, { before: outcome.done ? unseen?.after : outcome.current, after: entry.after, again: true });
  journal.mark(id, work.label, [entry.id], isOwed ? 'overtaken' : 'superseded');
}

/** What the item is now comes into the journal: to be overwritten in its turn, or as often as that was tried, as it is. */
function decideAgain({ context, label, keySchema, tries }: Settling, images: JournalImages): void {
  if (same(images.before, images.after)) return;
  const key = keyOfEntry(images, keySchema);
  const tried = (tries.get(key) ?? 0) + 1;
  tries.set(key, tried);
  context.journal.add(context.run().id, label, [images], tried < triesPerItem ? 'pending' : 'kept');
}

/** Items that an earlier process found to be somebody's. Only an undo has several entries for one from the start. */
export async function rememberLeftAlone({ context, label, keySchema, leftAlone }: Settling): Promise<void> {
  const { id: runId, request } = context.run();
  if (request.undoOf === undefined) return;
  for await (const page of journalPages({ ...context, runId, label, states: ['kept', 'overtaken'] })) {
    for (const entry of page) if (entry.again) leftAlone.add(keyOfEntry(entry, keySchema));
  }
}

/** An item that is somebody's now stays so, also where an older write of ours to it looks as if it could be put back. */
export function withoutLeftAlone(work: Settling, entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const { context, label, keySchema, leftAlone } = work;
  const isLeft = (entry: JournalEntry) => entry.again === true && leftAlone.has(keyOfEntry(entry, keySchema));
  if (leftAlone.size === 0 || !entries.some(isLeft)) return entries;
  const ids = entries.filter(isLeft).map((entry) => entry.id);
  context.mustHoldLock();
  context.journal.mark(context.run().id, label, ids, 'kept');
  return entries.filter((entry) => !isLeft(entry));
}

/**
 * How many items the application changed meanwhile: an item counts once, however often it did. One that is left to the
 * verification is neither: that counts it.
 */
export async function conflictsIn({ context, label, keySchema, onConflict }: Settling): Promise<Conflicts> {
  const states: readonly JournalState[] = ['superseded', 'overtaken', 'kept'];
  const isLeft = new Map<string, boolean>();
  for await (const page of journalPages({ ...context, runId: context.run().id, label, states })) {
    for (const entry of page) isLeft.set(keyOfEntry(entry, keySchema), entry.state === 'kept');
  }
  if (onConflict === 'keep') return { overwritten: 0, kept: isLeft.size };
  return { overwritten: [...isLeft.values()].filter((left) => !left).length, kept: 0 };
}
