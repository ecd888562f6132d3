import { describeExisting } from './describe-existing.ts';
import type { KeySchema } from './item.ts';
import { keyAttributes } from './item.ts';
import { distinctKeys, entriesAtOnce, imageOf, itemsOnce } from './journal-items.ts';
import type { GuardedOutcome, JournalEntry } from './ports.ts';
import { perhapsWritten } from './ports.ts';
import type { StepContext } from './step.ts';
import { tableOf } from './step.ts';
import { changeOf, same } from './write-back.ts';

/**
 * Puts back what the run wrote to a live table, from the journal, the last write first. Conditional like the writes
 * themselves: an item that somebody changed since is theirs and is not touched. May be called again after any stop.
 */
export async function rollBack(
  context: StepContext,
  label: string,
): Promise<{ putBack: number; changedSince: number }> {
  const { aws, journal, progress, signal } = context;
  const { id } = context.run();
  const { table } = tableOf(context.run(), label);
  // What was never attempted needs no putting back.
  journal.dropPending(id, label);
  const counts = journal.count(id, label);
  const total = perhapsWritten.reduce((sum, state) => sum + counts[state], 0);
  // Then AWS need not be asked either, which may be what the swap was stopped by.
  if (total + counts['put-back'] + counts['changed-since'] === 0) return { putBack: 0, changedSince: 0 };
  const { keySchema } = await describeExisting(aws, table, signal);
  let done = 0;
  let last: number | undefined;
  for (;;) {
    const entries = journal.read(id, label, perhapsWritten, last, entriesAtOnce, true);
    const batch = distinctKeys(entries, keySchema);
    if (batch.length === 0) break;
    context.mustHoldLock();
    const outcomes = new Map<number, GuardedOutcome>();
    try {
      await aws.items.writeGuarded({
        table,
        keySchema,
        changes: batch.map((entry) => changeOf(entry.after, entry.before, keySchema)),
        signal,
        beforeEach: context.mustHoldLock,
        onOutcome: (index, outcome) => outcomes.set(index, outcome),
      });
    } finally {
      context.mustHoldLock();
      await settleOutcomes(context, label, keySchema, batch, outcomes);
    }
    last = batch.at(-1)?.id;
    done += batch.length;
    progress.set(id, label, done, total, { phase: 'ROLL_BACK' });
  }
  return countItems(context, label, keySchema);
}

async function settleOutcomes(
  context: StepContext,
  label: string,
  keySchema: KeySchema,
  entries: readonly JournalEntry[],
  outcomes: ReadonlyMap<number, GuardedOutcome>,
): Promise<void> {
  const { aws, journal } = context;
  const { id } = context.run();
  const { table } = tableOf(context.run(), label);
  for (const [index, outcome] of outcomes) {
    const entry = entries[index];
    if (entry === undefined) throw new Error('Every outcome is that of an entry');
    const isBack = outcome.done ? same(outcome.replaced, entry.after) : same(outcome.current, entry.before);
    if (outcome.done && !isBack) {
      // Somebody had added an attribute that no condition could know of: what they had goes back, unless they wrote again.
      const { replaced, stored } = outcome;
      journal.add(id, label, [{ before: replaced, after: stored, again: true }], 'kept');
      const changes = [changeOf(stored, replaced, keySchema)];
      await aws.items.writeGuarded({ table, keySchema, changes, beforeEach: context.mustHoldLock });
    }
    journal.mark(id, label, [entry.id], isBack ? 'put-back' : 'changed-since');
  }
}

/**
 * Reads every item that was written. Put back is what is again as it was before our first write to it; anything else was
 * changed by somebody since.
 */
async function countItems(context: StepContext, label: string, keySchema: KeySchema) {
  const { aws, signal } = context;
  const { id: runId, tables } = context.run();
  const { table } = tableOf({ id: runId, tables }, label);
  let [putBack, changedSince] = [0, 0];
  for await (const page of itemsOnce({ ...context, runId, label, keySchema, states: ['put-back', 'changed-since'] })) {
    const keys = page.map((entry) => keyAttributes(imageOf(entry), keySchema));
    const live = await aws.items.read({ table, keySchema, keys, signal });
    const asBefore = page.filter((entry, index) => same(live[index], entry.before)).length;
    putBack += asBefore;
    changedSince += page.length - asBefore;
  }
  return { putBack, changedSince };
}
