/**
 * Does the task for every piece of the work, so many at a time, and gives back the results in the order of the pieces.
 * Pieces are taken when their turn comes, so they may be made on the way.
 *
 * A task must look at the signal before each request, and let a request that could change something run to its end:
 * after a failure or an abort AWS may carry out what it has received all the same, and what comes next (a rollback, say)
 * must not meet a straggler. So nothing is under way any more when this returns or throws.
 *
 * @throws the first failure of a task. An aborted signal that no task came to notice is no failure.
 */
export async function inLanes<Piece, Result>(
  work: Iterable<Piece>,
  lanes: number,
  outer: AbortSignal | undefined,
  task: (piece: Piece, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  const results: Result[] = [];
  const failures: unknown[] = [];
  const underWay = new Set<Promise<void>>();
  const begin = (piece: Piece, index: number) => {
    const running = task(piece, signal)
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
    while (underWay.size >= lanes) await Promise.race(underWay);
    if (failures.length > 0) break;
    begin(piece, begun);
    begun += 1;
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
  return results;
}
