import { compareForProof } from '../compare-table.ts';
import { eachTable } from '../each-table.ts';
import { displayName } from '../environment.ts';
import { UserError } from '../errors.ts';
import type { TableComparison } from '../events.ts';
import { addingAgain } from '../journal-items.ts';
import type { Step, StepContext } from '../step.ts';
import { tableOf } from '../step.ts';
import { writeBack } from '../write-back.ts';

/** Compares again after the last write. "Completed" is said only when both sides are the same, item by item. */
export const verifyData: Step = {
  phase: 'VERIFY_DATA',
  async run(context) {
    await eachTable(context, verifyTable);
  },
};

/**
 * The application may have written meanwhile: what differs is journalled, written back and compared again. Where its
 * writes are to be kept, what differs now is what it wrote, and stays.
 */
async function verifyTable(context: StepContext, label: string): Promise<void> {
  const { journal, pace } = context;
  const { id, request } = context.run();
  const keeps = request.options.onConflict === 'keep';
  // A verification that was cut off has left entries: where it writes, they are finished, or images would be forgotten.
  if (keeps) journal.dropPending(id, label);
  else await writeBack(context, label);
  for (let round = 1; ; round += 1) {
    const comparison = await compareForProof({ ...context, journal: addingAgain(journal) }, label);
    context.record({ type: 'table-verified', round, ...comparison });
    if (comparison.put + comparison.delete === 0) return;
    if (keeps) {
      journal.dropPending(id, label);
      return;
    }
    if (round >= pace.verifyRounds) {
      journal.dropPending(id, label);
      throw stillDiffers(context, label, comparison);
    }
    await writeBack(context, label);
  }
}

function stillDiffers(context: StepContext, label: string, { put, delete: deleted }: TableComparison): UserError {
  const table = displayName(tableOf(context.run(), label));
  return new UserError(
    'VERIFY',
    `${table} still differs from the restore point after ${context.pace.verifyRounds} rounds: ${put} items to put, ${deleted} to delete.`,
    'Something keeps writing to the table. Stop the writers, or have them kept out by the fence, and ask for the same restore point again.',
  );
}
