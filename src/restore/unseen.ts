import type { Item } from './item.ts';
import { sameItem } from './item.ts';
import type { GuardedOutcome, JournalImages } from './ports.ts';

/**
 * What a change was made over, and what it left there, where that was not what it expected: somebody had added an
 * attribute that no condition could ask for. `isInDoubt`: an earlier request for it may have been carried out. An
 * attribute found in the middle of what such a request leaves is taken to have been there before it.
 */
export function unseenBy(
  outcome: GuardedOutcome,
  expected: Item | undefined,
  isInDoubt: boolean,
): JournalImages | undefined {
  if (outcome.done) {
    const { replaced } = outcome;
    return same(replaced, expected) ? undefined : { before: replaced, after: outcome.stored, again: true };
  }
  const { current, replacedIfDone, mayHaveBeenDone = isInDoubt } = outcome;
  if (replacedIfDone === undefined || !mayHaveBeenDone) return undefined;
  return { before: replacedIfDone, after: current, again: true };
}

/** The same item, or none on either side. */
export function same(a: Item | undefined, b: Item | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return sameItem(a, b);
}
