import type { Item } from './item.ts';
import { sameItem } from './item.ts';
import type { GuardedOutcome, JournalImages, Unseen } from './ports.ts';

/**
 * What a change was made over, and what it left there, where that was not what it expected: somebody had added an
 * attribute that no condition could ask for. `isInDoubt`: an earlier request for it may have been carried out. An
 * attribute found in the middle of what such a request leaves is taken to have been there before it.
 */
export function unseenBy(outcome: GuardedOutcome, isInDoubt: boolean): JournalImages | undefined {
  if (outcome.done) return outcome.unseen && { ...outcome.unseen, again: true };
  const { current, replacedIfDone, mayHaveBeenDone = isInDoubt } = outcome;
  if (replacedIfDone === undefined || !mayHaveBeenDone) return undefined;
  return { before: replacedIfDone, after: current, again: true };
}

/**
 * Whether a write that takes back another one has done so, although it was made over more than that had written. Of one
 * that was cut off nobody knows whether it was made before somebody added an attribute, or after: either way what it wrote
 * is out of the item now, and the attribute stays.
 */
export function isTakenOut(isUnsure: boolean, { after: left }: Unseen, wanted: Item | undefined): boolean {
  return isUnsure && !same(left, wanted);
}

/** The same item, or none on either side. */
export function same(a: Item | undefined, b: Item | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return sameItem(a, b);
}
