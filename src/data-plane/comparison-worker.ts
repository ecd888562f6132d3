import type { MessagePort } from 'node:worker_threads';
import type { ComparisonProgress, Difference } from '../restore/compare.ts';
import { comparerHere } from '../restore/comparer.ts';
import { openSqliteOverflow } from '../sqlite/overflow.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { FromWorker, Outcome, Task, ToWorker } from './protocol.ts';
import { sharedSpeed } from './shared-speed.ts';
import { aws } from './thread-aws.ts';
import { troubleFrom } from './trouble.ts';

/** More often than people look, and not often enough to keep the other thread busy. */
const progressEveryMs = 250;

/** Comparisons that this thread is at. */
let underWay = 0;

/** Compares two tables on this thread. Differences and progress go to the task's port, the result is the outcome. */
export async function compareOnThread({ port, speed, overflowDirectory, ...order }: Task): Promise<Outcome> {
  const giver = new TaskGiver(port);
  const comparer = comparerHere(aws.awsFor, () => openSqliteOverflow(overflowDirectory));
  underWay += 1;
  try {
    const comparison = await comparer.compare({
      ...order,
      speed: sharedSpeed(speed).now,
      signal: giver.signal,
      onDifferences: (batch) => giver.handOver(batch),
      onProgress: (soFar) => giver.tell(soFar),
    });
    return { kind: 'compared', comparison, progress: giver.latest };
  } catch (error) {
    const progress = giver.latest;
    return giver.signal.aborted
      ? { kind: 'stopped', progress }
      : { kind: 'failed', trouble: troubleFrom(error), progress };
  } finally {
    port.close();
    underWay -= 1;
    // The memory of its pages is of use to those who write what was found.
    if (underWay === 0) collectGarbage();
  }
}

/** The other end of a task's port. */
class TaskGiver {
  readonly #port: MessagePort;
  readonly #stop = new AbortController();
  #answer: { readonly taken: () => void; readonly stopped: (reason: unknown) => void } | undefined;
  #toldAt = 0;
  /** Handed over with the outcome: what was told last may be on its way still, or was not worth a message. */
  latest: ComparisonProgress | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', ({ kind }: ToWorker) => {
      if (kind === 'taken') {
        this.#answer?.taken();
      } else {
        this.#stop.abort();
        this.#answer?.stopped(this.signal.reason);
      }
    });
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Resolves when they were taken: there is never more than one batch on its way. */
  async handOver(batch: readonly Difference[]): Promise<void> {
    this.signal.throwIfAborted();
    const answered = new Promise<void>((taken, stopped) => {
      this.#answer = { taken, stopped };
    });
    this.#post({ kind: 'differences', batch });
    await answered;
  }

  tell(soFar: ComparisonProgress): void {
    this.latest = soFar;
    const now = performance.now();
    if (now - this.#toldAt < progressEveryMs) return;
    this.#toldAt = now;
    this.#post({ kind: 'progress', soFar });
  }

  #post(message: FromWorker): void {
    this.#port.postMessage(message);
  }
}
