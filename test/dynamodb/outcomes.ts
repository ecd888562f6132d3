import type { GuardedOutcome, Items } from '../../src/restore/ports.ts';

type GuardedOrder = Parameters<Items['writeGuarded']>[0];

/** Makes guarded changes, and gives back what became of each in the order of the changes. */
export async function outcomesOf(
  items: Items,
  order: Omit<GuardedOrder, 'onOutcome'>,
): Promise<readonly (GuardedOutcome | undefined)[]> {
  const outcomes: GuardedOutcome[] = [];
  await items.writeGuarded({
    ...order,
    onOutcome(index, outcome) {
      if (index in outcomes) throw new Error(`The outcome of change ${index} is told twice`);
      outcomes[index] = outcome;
    },
  });
  return outcomes;
}
