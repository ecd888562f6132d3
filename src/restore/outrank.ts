/** A drill never keeps a restore waiting: it is asked to stop, and ended where nobody carries it out. */
import { mustBe } from './begin.ts';
import type { RunEvent, RunId } from './events.ts';
import { outranked } from './outranked.ts';
import type { Clock, EventLog, Lock } from './ports.ts';
import type { Run } from './run.ts';
import { interrupted } from './stop-on.ts';
import { endedEarly } from './unwind.ts';

type Parts = { readonly log: EventLog; readonly lock: Lock; readonly clock: Clock };

/** A drill stops within a request to AWS or two. One that has not by then hangs, and a person has to look. */
const drillStopsWithinMs = 10 * 60_000;
const lookEveryMs = 250;

/**
 * Takes the lock. A restore that finds a drill holding it has the drill stopped and waits for that; a drill waits for nobody.
 * @throws UserError INTERRUPTED when the program has to stop meanwhile, OUT_OF_DATE when the run has ended or begun meanwhile
 */
export async function takeLock(
  parts: Parts,
  run: Run,
  shutdown: AbortSignal | undefined,
): Promise<ReturnType<Lock['take']>> {
  const { log, lock, clock } = parts;
  for (const until = clock.now() + drillStopsWithinMs; ; ) {
    mustBe(run.state, log.run(run.id) ?? run);
    const answer = lock.take(run.id);
    if (answer.taken || clock.now() >= until || !makesWay(log.run(answer.holder.runId), run)) return answer;
    // Each time: it may have taken the lock and not have begun yet.
    log.decide(answer.holder.runId, (drill) => askToStop(drill, run.id));
    await pause(clock, shutdown);
  }
}

/** Another restore that was faster than we does not: nobody's restore begins by itself when an earlier one has ended. */
export function makesWay(holder: Run | undefined, run: Run): boolean {
  return holder?.request.drill === true && run.request.drill !== true && holder.id !== run.id;
}

function askToStop(drill: Run, outrankedBy: RunId): readonly RunEvent[] {
  if (drill.state !== 'IN_PROGRESS' || drill.cancelRequested) return [];
  return [{ type: 'cancel-requested', by: { kind: 'system' }, outrankedBy }];
}

async function pause(clock: Clock, shutdown: AbortSignal | undefined): Promise<void> {
  try {
    await clock.sleep(lookEveryMs, shutdown);
  } catch (error) {
    if (shutdown?.aborted) throw interrupted();
    throw error;
  }
}

/**
 * Ends a drill that was begun and is carried out by nobody: nothing of it has to be finished or put back. To be called
 * with the lock in hand.
 */
export function endAbandonedDrill(log: EventLog, drill: Run, by: RunId, fencing: number): void {
  log.decide(drill.id, (run) => (run.state === 'IN_PROGRESS' ? [endedEarly(run, outranked(by), 0)] : []), fencing);
}
