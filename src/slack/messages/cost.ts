/** What a run costs: expected before, as AWS counted it after. */
import { costOf, costSentence, expectedCost } from '../../restore/cost.ts';
import type { Run } from '../../restore/run.ts';
import { count, size } from '../measures.ts';

type Fact = readonly [name: string, value: string];

/** Size and what that will cost. Nothing of an undo: it restores nothing. */
export function expected({ size: tables, request }: Run): readonly Fact[] {
  if (tables === undefined) return [];
  return [
    ['Size', `about ${count(tables.items)} items, ${size(tables.bytes)}`],
    ['Costs', costSentence(expectedCost(tables, request.region))],
  ];
}

/** undefined: AWS told nothing. */
export function actual(run: Run): string | undefined {
  const cost = costOf(run);
  return cost === undefined ? undefined : costSentence(cost);
}
