import { consumedSince } from '../consumption.ts';
import { eachTable } from '../each-table.ts';
import type { Step } from '../step.ts';
import { tableOf } from '../step.ts';
import { writeBack } from '../write-back.ts';

/** Writes back what differs, and only that. */
export const swapData: Step = {
  phase: 'SWAP_DATA',
  async run(context) {
    await eachTable(context, async (table, label) => {
      const { comparison, swap } = tableOf(table.run(), label);
      if (comparison === undefined) throw new Error(`${label} was not compared`);
      if (swap === 'complete') return;
      const { put, delete: deleted } = comparison;
      if (swap === 'pending') table.record({ type: 'swap-started', label, put, delete: deleted });
      const conflicts = await writeBack(table, label);
      table.record({
        type: 'swap-finished',
        label,
        put,
        delete: deleted,
        ...conflicts,
        consumed: consumedSince(table, label),
      });
    });
  },
};
