import { setMaxListeners } from 'node:events';

/**
 * Does the task for every piece of the work, so many at a time. Pieces are taken when their turn comes, so they may be
 * made on the way.
 *
 * A task must look at the signal before each request, and let a request that could change something run to its end:
 * after a failure or an abort AWS may carry out what it has received all the same, and what comes next (a rollback, say)
 * must not meet a straggler. So nothing is under way any more when this returns or throws.
 *
 * @throws the first failure of a task. An aborted signal that no task came to notice is no failure.
 */
export async function inLanes<Piece>(
  work: Iterable<Piece>,
  lanes: number,
  outer: AbortSignal | undefined,
  task: (piece: Piece, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  // Every request under way listens to it.
  setMaxListeners(0, signal);
  const failures: unknown[] = [];
  const pieces = work[Symbol.iterator]();
  const lane = async () => {
    try {
      for (let piece = pieces.next(); piece.done !== true && failures.length === 0; piece = pieces.next()) {
        await task(piece.value, signal);
      }
    } catch (error) {
      failures.push(error);
      stop.abort();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}
