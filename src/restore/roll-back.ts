import type { KeySchema } from './item.ts';
import { keyAttributes } from './item.ts';
import { imageOf, itemsOnce } from './journal-items.ts';
import { perhapsWritten } from './journal-states.ts';
import { keySchemaOf } from './key-schema.ts';
import { reverse } from './reverse.ts';
import type { StepContext } from './step.ts';
import { tableOf } from './step.ts';
import { same } from './unseen.ts';

/**
 * Puts back what the run wrote to a live table, from the journal, the last write first. Conditional like the writes
 * themselves: an item that somebody changed since is theirs and is not touched. May be called again after any stop.
 */
export async function rollBack(
  context: StepContext,
  label: string,
): Promise<{ putBack: number; changedSince: number }> {
  const { journal, progress } = context;
  const { id } = context.run();
  // What was never attempted needs no putting back.
  journal.dropPending(id, label);
  const counts = journal.count(id, label);
  const total = perhapsWritten.reduce((sum, state) => sum + counts[state], 0);
  // Then AWS need not be asked either, which may be what the swap was stopped by.
  if (total + counts['put-back'] + counts['changed-since'] === 0) return { putBack: 0, changedSince: 0 };
  const keySchema = await keySchemaOf(context, label);
  let done = 0;
  await reverse({
    context,
    label,
    keySchema,
    states: perhapsWritten,
    ends: { back: 'put-back', theirs: 'changed-since' },
    mayWrite: context.mustHoldLock,
    onReversed(entries) {
      done += entries;
      progress.set(id, label, done, Math.max(done, total), { phase: 'ROLL_BACK' });
    },
  });
  const counted = await countItems(context, label, keySchema);
  progress.set(id, label, done, done, { phase: 'ROLL_BACK', isDone: true });
  return counted;
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
