import { compareTable } from '../compare-table.ts';
import { eachTable } from '../each-table.ts';
import type { Step } from '../step.ts';
import { tableOf } from '../step.ts';

/** Compares every table with its restore table. What differs goes into the journal, the counts into the record. */
export const verifyCounts: Step = {
  phase: 'VERIFY_COUNTS',
  async run(context) {
    await eachTable(context, async (table, label) => {
      if (tableOf(table.run(), label).comparison !== undefined) return;
      // Of a comparison that was cut off: nothing of it was written.
      context.journal.dropPending(context.run().id, label);
      const comparison = await compareTable(table, label);
      table.record({ type: 'table-compared', ...comparison });
    });
  },
};
