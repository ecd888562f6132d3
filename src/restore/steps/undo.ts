import { consumedSince } from '../consumption.ts';
import { describeExisting } from '../describe-existing.ts';
import { eachTable } from '../each-table.ts';
import { UserError } from '../errors.ts';
import { keyAttributes } from '../item.ts';
import { imageOf, itemsOnce, journalPages, keyOfEntry, repeatedKeys } from '../journal-items.ts';
import { journalStates, perhapsWritten } from '../journal-states.ts';
import { keySchemaOf } from '../key-schema.ts';
import type { JournalEntry, JournalImages } from '../ports.ts';
import type { Step, StepContext } from '../step.ts';
import { tableOf } from '../step.ts';
import { same } from '../unseen.ts';
import { writeBack } from '../write-back.ts';

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
      await copyBackwards(context, undoOf, label);
    }
    context.record({ type: 'preflight-passed', checks: tables.length });
  },
};

async function copyBackwards(context: StepContext, undoOf: string, label: string): Promise<void> {
  const { id } = context.run();
  const keySchema = await keySchemaOf(context, label);
  const walk = { ...context, runId: undoOf, label, keySchema, states: perhapsWritten, backwards: true };
  const repeated = await repeatedKeys(walk);
  for await (const page of journalPages(walk)) {
    const isRepeated = (entry: JournalEntry) => repeated.size > 0 && repeated.has(keyOfEntry(entry, keySchema));
    const turned = page.map(
      (entry): JournalImages => ({
        before: entry.after,
        after: entry.before,
        // Of one item all entries say so: which of them comes first is turned around, too.
        ...(isRepeated(entry) && { again: true }),
        ...(entry.state === 'attempted' && { unsure: true }),
      }),
    );
    context.journal.add(id, label, turned);
  }
}

/** Puts back item by item what the other run overwrote; what was changed since is somebody's, and is left alone. */
export const putBackUndo: Step = {
  phase: 'SWAP_DATA',
  async run(context) {
    await eachTable(context, async (table, label) => {
      const { swap } = tableOf(table.run(), label);
      if (swap === 'complete') return;
      const { put, deletes } = await countItems(table, label);
      if (swap === 'pending') table.record({ type: 'swap-started', label, put, delete: deletes });
      await writeBack(table, label);
      const { kept } = await countItems(table, label);
      const consumed = consumedSince(table, label);
      table.record({ type: 'swap-finished', label, put, delete: deletes, overwritten: 0, kept, consumed });
    });
  },
};

/** Of an item that the run wrote several times, the last write is the first to be put back: by that one it is counted. */
async function countItems(context: StepContext, label: string) {
  const keySchema = await keySchemaOf(context, label);
  let [put, deletes, kept] = [0, 0, 0];
  for await (const page of itemsOnce({
    ...context,
    runId: context.run().id,
    label,
    keySchema,
    states: journalStates,
  })) {
    const puts = page.filter(({ after }) => after !== undefined).length;
    put += puts;
    deletes += page.length - puts;
    kept += page.filter(({ state }) => state === 'kept' || state === 'overtaken').length;
  }
  return { put, deletes, kept };
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

async function countDifferent(context: StepContext, label: string): Promise<number> {
  const { aws, run, signal } = context;
  const { id: runId, tables } = run();
  const { table } = tableOf({ id: runId, tables }, label);
  const keySchema = await keySchemaOf(context, label);
  let different = 0;
  // Of an item that was written several times, the last write counts.
  for await (const page of itemsOnce({ ...context, runId, label, keySchema, states: ['written'], backwards: true })) {
    const keys = page.map((entry) => keyAttributes(imageOf(entry), keySchema));
    const live = await aws.items.read({ table, keySchema, keys, signal });
    different += page.filter((entry, index) => !same(live[index], entry.after)).length;
  }
  return different;
}

function undoneRun(undoOf: string | undefined): string {
  if (undoOf === undefined) throw new Error('An undo names the run that it undoes');
  return undoOf;
}
