import { displayName } from './environment.ts';
import { asUserError, UserError } from './errors.ts';
import type { Conflicts } from './events.ts';
import type { PolicyLook } from './fence/holds.ts';
import { fenceHolds, firstLook, mustStayFenced } from './fence/holds.ts';
import { keyAttributes } from './item.ts';
import { distinctKeys, imageOf, journalPage } from './journal-items.ts';
import { keySchemaOf } from './key-schema.ts';
import type { Paged } from './page-by-page.ts';
import { pageByPage } from './page-by-page.ts';
import type { GuardedChange, JournalEntry } from './ports.ts';
import { changeOf, reverse } from './reverse.ts';
import type { Settling } from './settle.ts';
import { conflictsIn, rememberLeftAlone, Settlement, withoutLeftAlone } from './settle.ts';
import type { StepContext } from './step.ts';
import { restoreTableOf, stoppedBy, tableOf } from './step.ts';

type WriteBack = Settling & {
  readonly policyLook: PolicyLook;
  /** Asked before every single request. */
  readonly mayWrite: () => void;
};

/** Entries that are written together, in no order: their keys differ. */
type Page = {
  readonly entries: readonly JournalEntry[];
  /** How far in the journal it goes. */
  readonly last: number;
  /** Entries that it settles, also those that need no write. */
  readonly size: number;
};

/**
 * Writes to a live table what the journal holds for it and was not written yet. No image is overwritten that is not in
 * the journal: each write is made only if the live item is what the journal says, and an item that is not is read,
 * journalled and decided again. May be called again after any stop: what was written is recognised.
 * @throws UserError SWAP, or LOCK_LOST
 */
export async function writeBack(context: StepContext, label: string): Promise<Conflicts> {
  const { journal, progress, signal } = context;
  const run = context.run();
  const { fence } = tableOf(run, label);
  const work: WriteBack = {
    context,
    label,
    keySchema: await keySchemaOf(context, label),
    onConflict: run.request.options.onConflict,
    tries: new Map(),
    leftAlone: new Set(),
    policyLook: await firstLook(context, label),
    mayWrite: () => {
      context.mustHoldLock();
      // None is raised once a swap has begun.
      if (fence !== undefined) mustStayFenced(context, label);
    },
  };
  const { pending, attempted } = journal.count(run.id, label);
  let done = 0;
  const tell = (total: number, more: { readonly isDone?: true } = {}) => {
    // What a verification still has to write is little, and would be taken for what it has read.
    if (run.phase !== 'VERIFY_DATA') progress.set(run.id, label, done, total, { phase: run.phase, ...more });
  };
  try {
    await rememberLeftAlone(work);
    await putBackKept(work);
    const pages: Paged<Page> = {
      async next(after, stop) {
        // The first requests of the one before go out before this thread is busy with the journal.
        if (after !== undefined) await context.clock.sleep(0, stop);
        return nextPage(work, stop, after);
      },
      async carryOut(page, stop, onNearlyDone) {
        await writeEntries(work, page.entries, stop, onNearlyDone);
        done += page.size;
        tell(Math.max(done, pending + attempted));
      },
      // Entries added by conflicts come behind all others, so one pass reaches them.
      mayOverlap: (page, ahead) => mayOverlap(work, page, ahead),
    };
    await pageByPage(pages, signal);
    tell(done, { isDone: true });
  } catch (error) {
    throw stoppedBy(signal, error) || isLockLost(error) ? error : failedToSwap(context, label, error);
  }
  return conflictsIn(work);
}

/** Not where one key is in both: its writes have an order. Nor where an image that was written over has to go back first. */
function mayOverlap({ onConflict, keySchema }: WriteBack, page: Page, ahead: Page): boolean {
  if (onConflict === 'keep') return false;
  const both = [...page.entries, ...ahead.entries];
  return distinctKeys(both, keySchema).length === both.length;
}

/** What comes in the journal after a page; undefined: nothing, for now. */
async function nextPage(work: WriteBack, signal: AbortSignal, after?: Page): Promise<Page | undefined> {
  const { context, label, keySchema } = work;
  const walk = { ...context, signal, runId: context.run().id, label, states: ['pending', 'attempted'] } as const;
  const batch = distinctKeys(await journalPage(walk, after?.last), keySchema);
  const last = batch.at(-1)?.id;
  return last === undefined
    ? undefined
    : { entries: await withoutFalseDeletes(work, batch, signal), last, size: batch.length };
}

/** The part of a page after which the next one is begun. */
const nearly = 0.8;

async function writeEntries(
  work: WriteBack,
  page: readonly JournalEntry[],
  signal: AbortSignal,
  onNearlyDone: () => void,
): Promise<void> {
  const { context, label, keySchema, mayWrite } = work;
  const { id, tables } = context.run();
  const { table } = tableOf({ id, tables }, label);
  const entries = withoutLeftAlone(work, page);
  const ids = entries.map((entry) => entry.id);
  const changes = entries.map((entry) => changeOf(entry.before, entry.after, keySchema));
  signal.throwIfAborted();
  mayWrite();
  context.journal.mark(id, label, ids, 'attempted');
  // Behind a fence that was proven just now, nobody else writes: batches cost a request for 25 items instead of one each.
  const behindFence = await writtenBehindFence(work, changes, signal);
  if (behindFence === 'written') {
    context.journal.mark(id, label, ids, 'written');
    return;
  }
  const left = behindFence === 'partly' ? entries.map((entry) => ({ ...entry, state: 'attempted' as const })) : entries;
  const settlement = new Settlement(work);
  try {
    await context.aws.items.writeGuarded({
      table,
      keySchema,
      changes,
      signal,
      beforeEach: mayWrite,
      onOutcome(index, outcome) {
        const entry = left[index];
        if (entry === undefined) throw new Error('Every outcome is that of an entry');
        settlement.add(entry, outcome);
        if (settlement.size >= nearly * left.length) onNearlyDone();
      },
    });
  } finally {
    // Also of a batch that was stopped in its middle: what was seen is told once.
    settlement.settle();
  }
  if (settlement.hasUnseen) await putBackKept(work);
}

/** Where the application's images are to be kept, one that was written over goes back before anything else is written. */
async function putBackKept({ context, label, keySchema, onConflict, mayWrite }: WriteBack): Promise<void> {
  if (onConflict !== 'keep') return;
  // One that somebody changed before it could go back still has values of ours in it: a rollback or an undo must know.
  const ends = { back: 'kept', theirs: 'overtaken' } as const;
  await reverse({ context, label, keySchema, states: ['to-put-back'], ends, mayWrite });
}

/** AWS was seen to go on denying for 221 s and more after a fence was taken down. */
const proofHoldsMs = 120_000;

/** Thrown, and caught, in this file only. */
class ProofIsOld extends Error {}

/**
 * Writes in batches, which no condition guards, for as long as the proof holds that nobody else can write. It does not
 * outlast a pause, nor a long wait for the table: somebody may have taken the fence down meanwhile, and written.
 */
async function writtenBehindFence(
  { context, label, policyLook, mayWrite }: WriteBack,
  changes: readonly GuardedChange[],
  signal: AbortSignal,
): Promise<'written' | 'partly' | 'unproven'> {
  const { aws, clock, run } = context;
  const speedSetAt = () => run().speedSet?.at;
  const [provenAt, speedProvenAt] = [clock.now(), speedSetAt()];
  if (!(await fenceHolds(context, label, policyLook))) return 'unproven';
  const beforeEach = () => {
    mayWrite();
    if (clock.now() - provenAt > proofHoldsMs || speedSetAt() !== speedProvenAt) throw new ProofIsOld();
  };
  try {
    await aws.items.write({ table: tableOf(run(), label).table, changes, signal, beforeEach });
    return 'written';
  } catch (error) {
    if (error instanceof ProofIsOld) return 'partly';
    throw error;
  }
}

/**
 * Before an item is deleted as one that the restored table does not have, the restored table is asked for its key: a
 * scan that gave an item twice, or skipped one, must not cost it. Undo has no restored table; its journal is the record.
 */
async function withoutFalseDeletes(
  work: WriteBack,
  entries: readonly JournalEntry[],
  signal: AbortSignal,
): Promise<readonly JournalEntry[]> {
  const { context, label, keySchema } = work;
  const run = context.run();
  if (run.request.undoOf !== undefined) return entries;
  const deletes = entries.filter((entry) => entry.after === undefined);
  if (deletes.length === 0) return entries;
  const found = await context.aws.items.read({
    table: restoreTableOf(run, label),
    keySchema,
    keys: deletes.map((entry) => keyAttributes(imageOf(entry), keySchema)),
    signal,
  });
  const wrong = new Set<number>();
  deletes.forEach((entry, index) => {
    const restored = found[index];
    if (restored === undefined) return;
    context.mustHoldLock();
    context.journal.add(run.id, label, [{ before: entry.before, after: restored, again: true }]);
    context.journal.mark(run.id, label, [entry.id], entry.state === 'attempted' ? 'overtaken' : 'superseded');
    wrong.add(entry.id);
  });
  return entries.filter((entry) => !wrong.has(entry.id));
}

/** No failure of the swap: whoever has the lock now goes on with it. */
function isLockLost(error: unknown): boolean {
  return error instanceof UserError && error.code === 'LOCK_LOST';
}

function failedToSwap(context: StepContext, label: string, error: unknown): UserError {
  const cause = asUserError(error);
  const table = tableOf(context.run(), label);
  return new UserError('SWAP', `Failed to swap data for ${displayName(table)}: ${cause.message}`, cause.hint, {
    cause,
  });
}
