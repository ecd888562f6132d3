import { describeExisting } from './describe-existing.ts';
import { displayName } from './environment.ts';
import { asUserError, UserError } from './errors.ts';
import type { KeySchema } from './item.ts';
import { keyAttributes } from './item.ts';
import type { Change, JournalEntry } from './ports.ts';
import type { StepContext } from './step.ts';
import { stoppedBy, tableOf } from './step.ts';

/** Entries taken from the journal at once: two images of 400 KB each make 80 MB at the very most. */
const entriesAtOnce = 100;

/**
 * Writes to a live table what the journal holds for it and was not written yet. Every image it overwrites was journalled
 * before. Writing the same images twice changes nothing, so it may be called again after any stop.
 * @throws UserError SWAP
 */
export async function writeBack(context: StepContext, label: string, totalChanges: number): Promise<void> {
  const { aws, journal, progress, signal } = context;
  const { id } = context.run();
  const { table } = tableOf(context.run(), label);
  const { keySchema } = await describeExisting(aws, table, signal);
  let done = 0;
  let last = 0;
  for (;;) {
    const entries = journal.pending(id, label, last, entriesAtOnce);
    if (entries.length === 0) return;
    try {
      await aws.items.write({ table, changes: entries.map((entry) => changeFor(entry, keySchema)), signal });
    } catch (error) {
      throw stoppedBy(signal, error) ? error : failedToSwap(context, label, error);
    }
    journal.markWritten(
      id,
      label,
      entries.map((entry) => entry.id),
    );
    last = entries.at(-1)?.id ?? last;
    done += entries.length;
    progress.set(id, label, done, totalChanges);
  }
}

function changeFor({ difference }: JournalEntry, keySchema: KeySchema): Change {
  switch (difference.kind) {
    case 'put':
      return { kind: 'put', item: difference.restored };
    case 'delete':
      return { kind: 'delete', key: keyAttributes(difference.live, keySchema) };
  }
}

function failedToSwap(context: StepContext, label: string, error: unknown): UserError {
  const cause = asUserError(error);
  const table = tableOf(context.run(), label);
  return new UserError('SWAP', `Failed to swap data for ${displayName(table)}: ${cause.message}`, cause.hint, {
    cause,
  });
}
