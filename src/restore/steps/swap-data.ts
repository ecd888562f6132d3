import { eachTable } from '../each-table.ts';
import type { Step } from '../step.ts';
import { tableOf } from '../step.ts';
import { writeBack } from '../write-back.ts';

/** Writes back what differs, and only that. */
export const swapData: Step = {
  phase: 'SWAP_DATA',
  async run(context) {
    await eachTable(context, async (table, label) => {
      const { comparison } = tableOf(table.run(), label);
      if (comparison === undefined) throw new Error(`${label} was not compared`);
      const { put, delete: deleted } = comparison;
      table.record({ type: 'swap-started', label, put, delete: deleted });
      await writeBack(table, label, put + deleted);
      table.record({ type: 'swap-finished', label, put, delete: deleted });
    });
  },
};
