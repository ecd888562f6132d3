/** What of the record one person may see: runs of environments they are trusted in, and what they asked for themselves. */

import { describeProgress } from '../restore/describe-progress.ts';
import { overdueSentence } from '../restore/drills.ts';
import { type Member, mayLook } from '../restore/policy.ts';
import type { Run } from '../restore/run.ts';
import type { Desk } from './desk.ts';
import type { Progress } from './messages/phases.ts';

/** `hidden`: how many were left out among those that were looked at. */
export type Visible = { readonly runs: readonly Run[]; readonly hidden: number };

export function visibleOf({ restores }: Desk, by: Member, runs: readonly Run[]): Visible {
  const environments = restores.environments();
  const seen = runs.filter(({ request }) => {
    if (request.requestedBy.kind === 'slack' && request.requestedBy.userId === by.userId) return true;
    const environment = environments.find(({ name }) => name === request.environment);
    return environment !== undefined && mayLook(environment, by) === undefined;
  });
  return { runs: seen, hidden: runs.length - seen.length };
}

/** The newest runs, as many as `wanted` where there are that many to see. */
export function visibleHistory(desk: Desk, by: Member, wanted: number): Visible {
  for (let looked = wanted; ; looked *= 4) {
    const all = desk.restores.history(looked);
    const visible = visibleOf(desk, by, all);
    if (visible.runs.length >= wanted || all.length < looked)
      return { ...visible, runs: visible.runs.slice(0, wanted) };
  }
}

/** So many of the last runs tell how long AWS takes. */
const runsForTimes = 50;

/** How far a run is, for `status` and the Home tab. */
export function progressOf({ restores, progress, clock }: Desk): (run: Run) => Progress {
  // Only how long AWS takes is known from earlier runs.
  const earlier = (run: Run) => (run.phase === 'AWAIT_ACTIVE' ? restores.history(runsForTimes) : []);
  return (run) => describeProgress(run, progress.get(run.id), earlier(run), clock.now());
}

/** What a person should know about drills that are overdue: a sentence for each such environment. */
export function overdueDrills({ restores, clock }: Desk): ReadonlyMap<string, string> {
  const sentences = new Map<string, string>();
  for (const record of restores.drills()) {
    const sentence = overdueSentence(record, clock.now());
    if (sentence !== undefined) sentences.set(record.environment, sentence);
  }
  return sentences;
}
