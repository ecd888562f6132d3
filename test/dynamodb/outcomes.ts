import type { Item } from '../../src/restore/item.ts';
import type { GuardedOutcome, Items } from '../../src/restore/ports.ts';

type GuardedOrder = Parameters<Items['writeGuarded']>[0];

/** An outcome that can be compared: with the item that is there since. */
export type ToldOutcome =
  | { readonly done: true; readonly replaced: Item | undefined; readonly stored: Item | undefined }
  | Extract<GuardedOutcome, { readonly done: false }>;

/** Makes guarded changes, and gives back what became of each in the order of the changes. */
export async function outcomesOf(
  items: Items,
  order: Omit<GuardedOrder, 'onOutcome'>,
): Promise<readonly (ToldOutcome | undefined)[]> {
  const outcomes: ToldOutcome[] = [];
  await items.writeGuarded({
    ...order,
    onOutcome(index, outcome) {
      if (index in outcomes) throw new Error(`The outcome of change ${index} is told twice`);
      outcomes[index] = outcome.done ? { ...outcome, stored: outcome.stored() } : outcome;
    },
  });
  return outcomes;
}
