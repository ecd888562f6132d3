/** Runs tasks one after the other, in the order they were handed in. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(goOn);
    return turn;
  }
}

/** Whoever waits for a turn waits for its end, whatever that is. */
function goOn(): void {}

/** Holds the turns of several queues while the task runs; hand them in one global order, or two callers wait for each other. */
export function takeAll<T>(queues: readonly Turns[], task: () => Promise<T>): Promise<T> {
  const [first, ...others] = queues;
  return first === undefined ? task() : first.take(() => takeAll(others, task));
}
