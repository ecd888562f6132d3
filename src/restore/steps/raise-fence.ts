import { eachTable } from '../each-table.ts';
import { proveFence } from '../fence/prove.ts';
import { raiseFence as raise } from '../fence/raise.ts';
import type { Step } from '../step.ts';

/**
 * Keeps other writers out of the live tables, and proves it. It comes right after AWS was asked for the restore tables:
 * what AWS needs until it obeys passes while it builds them.
 */
export const raiseFence: Step = {
  phase: 'RAISE_FENCE',
  async run(context) {
    await eachTable(context, async (table, label) => {
      await raise(table, label);
      await proveFence(table, label);
    });
  },
};
