import { consumedSince } from '../consumption.ts';
import { eachTable } from '../each-table.ts';
import type { Consumed } from '../speed.ts';
import type { Step, StepContext } from '../step.ts';
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
        consumed: withLostWrites(table, label, consumedSince(table, label)),
      });
    });
  },
};

/**
 * A process that is gone took with it what its writes had cost. Each that the journal has as made has cost a unit at least
 * (Developer Guide, "Write unit consumption").
 */
function withLostWrites({ journal, run }: StepContext, label: string, consumed: Consumed): Consumed {
  const { id, tables, isPartlyCounted } = run();
  if (isPartlyCounted !== true) return consumed;
  const told = tableOf({ id, tables }, label).consumed?.writeUnits ?? 0;
  return { ...consumed, writeUnits: Math.max(consumed.writeUnits, journal.count(id, label).written - told) };
}
