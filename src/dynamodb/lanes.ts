import type { Timing } from './patience.ts';
import { Patience } from './patience.ts';

export type LaneSettings = {
  /** Requests under way at the same time, when the table takes them. */
  readonly inFlight: number;
  /** How long a table may take nothing at all before the work is given up. */
  readonly patienceMs: number;
  readonly timing: Timing;
};

/** What the requests of one job share. */
export type Effort = { readonly lanes: Lanes; readonly patience: Patience; readonly signal: AbortSignal };

/** How many requests may be under way: half as many after a refusal, one more after as many successes as there are. */
class Lanes {
  readonly #most: number;
  #width: number;

  constructor(most: number) {
    this.#most = most;
    this.#width = most;
  }

  get open(): number {
    return Math.floor(this.#width);
  }

  openMore(): void {
    this.#width = Math.min(this.#most, this.#width + 1 / this.#width);
  }

  closeHalf(): void {
    this.#width = Math.max(1, this.#width / 2);
  }
}

/**
 * Does the task for every piece of the work, as many at a time as there are lanes open, and gives back the results in the
 * order of the pieces. Pieces are taken when their turn comes, so they may be made on the way.
 *
 * A task must look at the effort's signal before each request, and let a request that could change something run to its
 * end: after a failure or an abort AWS may carry out what it has received all the same, and what comes next (a rollback,
 * say) must not meet a straggler. So nothing is under way any more when this returns or throws.
 *
 * @throws the first failure of a task. An aborted signal that no task came to notice is no failure.
 */
export async function inLanes<Piece, Result>(
  work: Iterable<Piece>,
  settings: LaneSettings,
  outer: AbortSignal | undefined,
  task: (piece: Piece, effort: Effort) => Promise<Result>,
): Promise<Result[]> {
  const stop = new AbortController();
  const effort: Effort = {
    lanes: new Lanes(settings.inFlight),
    patience: new Patience(settings.patienceMs, settings.timing),
    signal: outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]),
  };
  const results: Result[] = [];
  const failures: unknown[] = [];
  const underWay = new Set<Promise<void>>();
  const begin = (piece: Piece, index: number) => {
    const running = task(piece, effort)
      .then((result) => {
        results[index] = result;
      })
      .catch((error: unknown) => {
        failures.push(error);
        stop.abort();
      })
      .finally(() => underWay.delete(running));
    underWay.add(running);
  };
  let begun = 0;
  for (const piece of work) {
    while (underWay.size >= effort.lanes.open) {
      await Promise.race(underWay);
    }
    if (failures.length > 0) {
      break;
    }
    begin(piece, begun);
    begun += 1;
  }
  await Promise.all(underWay);
  if (failures.length > 0) {
    throw failures[0];
  }
  return results;
}
