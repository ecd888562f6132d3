import { describeExisting } from '../describe-existing.ts';
import { eachTable } from '../each-table.ts';
import { UserError } from '../errors.ts';
import { keyAttributes } from '../item.ts';
import type { JournalState } from '../ports.ts';
import type { Step, StepContext } from '../step.ts';
import { tableOf } from '../step.ts';
import { distinctKeys, same, writeBack } from '../write-back.ts';

const entriesAtOnce = 100;

/** What a run has, or may have, written to live tables. */
const writtenStates: readonly JournalState[] = ['written', 'attempted'];

/** Copies the journal of the run that is undone into this run's own, turned around and backwards: the last write first. */
export const collectUndo: Step = {
  phase: 'PREFLIGHT',
  async run(context) {
    const { id, request, tables } = context.run();
    const undoOf = undoneRun(request.undoOf);
    for (const { label, table, swap } of tables) {
      await describeExisting(context.aws, table, context.signal);
      // A copy that was cut off is made again; one that is in use is not.
      if (swap !== 'pending') continue;
      context.journal.dropPending(id, label);
      copyBackwards(context, undoOf, label);
    }
    context.record({ type: 'preflight-passed', checks: tables.length });
  },
};

function copyBackwards({ journal, run }: StepContext, undoOf: string, label: string): void {
  const { id } = run();
  let last: number | undefined;
  for (;;) {
    const entries = journal.read(undoOf, label, writtenStates, last, entriesAtOnce, true);
    if (entries.length === 0) return;
    journal.add(
      id,
      label,
      entries.map(({ before, after }) => ({ before: after, after: before })),
    );
    last = entries.at(-1)?.id;
  }
}

/** Puts back item by item what the other run overwrote; what was changed since is somebody's, and is left alone. */
export const putBackUndo: Step = {
  phase: 'SWAP_DATA',
  async run(context) {
    await eachTable(context, async (table, label) => {
      const { swap } = tableOf(table.run(), label);
      if (swap === 'complete') return;
      const { put, deletes } = countChanges(table, label);
      if (swap === 'pending') table.record({ type: 'swap-started', label, put, delete: deletes });
      const conflicts = await writeBack(table, label);
      table.record({ type: 'swap-finished', label, put, delete: deletes, ...conflicts });
    });
  },
};

function countChanges(
  { journal, run }: StepContext,
  label: string,
): { readonly put: number; readonly deletes: number } {
  let [put, deletes] = [0, 0];
  let last: number | undefined;
  for (;;) {
    const entries = journal.read(run().id, label, ['pending', 'attempted', 'written', 'kept'], last, entriesAtOnce);
    if (entries.length === 0) return { put, deletes };
    const puts = entries.filter((entry) => entry.after !== undefined).length;
    put += puts;
    deletes += entries.length - puts;
    last = entries.at(-1)?.id;
  }
}

/** Reads every item that was put back. */
export const verifyUndo: Step = {
  phase: 'VERIFY_DATA',
  async run(context) {
    await eachTable(context, async (table, label) => {
      const different = await countDifferent(table, label);
      if (different === 0) return;
      throw new UserError(
        'VERIFY',
        `${different} items of ${tableOf(table.run(), label).table} were changed again while they were put back.`,
        'Something keeps writing to the table. Nothing of it was overwritten.',
      );
    });
  },
};

async function countDifferent({ aws, journal, run, signal }: StepContext, label: string): Promise<number> {
  const { id, tables } = run();
  const { table } = tableOf({ id, tables }, label);
  const { keySchema } = await describeExisting(aws, table, signal);
  let different = 0;
  let last: number | undefined;
  for (;;) {
    const entries = distinctKeys(journal.read(id, label, ['written'], last, entriesAtOnce), keySchema);
    if (entries.length === 0) return different;
    const keys = entries.map(({ before, after }) => keyAttributes(before ?? after ?? {}, keySchema));
    const live = await aws.items.read({ table, keySchema, keys, signal });
    different += entries.filter((entry, index) => !same(live[index], entry.after)).length;
    last = entries.at(-1)?.id;
  }
}

function undoneRun(undoOf: string | undefined): string {
  if (undoOf === undefined) throw new Error('An undo names the run that it undoes');
  return undoOf;
}
