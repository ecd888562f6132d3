import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Comparison } from '../restore/compare.ts';
import type { Comparer, ComparisonOrder } from '../restore/comparer.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { FromWorker, Task, ToWorker } from './protocol.ts';
import { sharedSpeed } from './shared-speed.ts';
import { threadEnded } from './thread-ended.ts';
import type { Threads } from './threads.ts';
import { errorFrom } from './trouble.ts';

/** Many comparisons may begin at once, and clearing takes this thread some 20 ms. */
const clearEveryMs = 1_000;

/** How long a change of speed takes to reach the threads. */
const lookAtSpeedEveryMs = 100;

const ifOutOfMemory =
  'Its items take more of it than expected. Set PITR_COMPARE_MEMORY_MB to half of what it is, then try again.';

/**
 * Compares tables on worker threads, so that the thread that asks stays free to answer people. One that dies, whatever of,
 * ends the comparisons it was at with an error.
 * @param overflowDirectory where temporary files of comparisons may lie
 */
export function comparerOnThreads(threads: Threads, overflowDirectory: string): Comparer {
  let clearedAt = Number.NEGATIVE_INFINITY;
  return {
    async compare(order) {
      if (performance.now() - clearedAt >= clearEveryMs) {
        // What writing has left behind would be added to what a comparison needs.
        collectGarbage();
        clearedAt = performance.now();
      }
      return await compareOn(threads, overflowDirectory, order);
    },
  };
}

async function compareOn(threads: Threads, overflowDirectory: string, order: ComparisonOrder): Promise<Comparison> {
  order.signal.throwIfAborted();
  const { port1, port2 } = new MessageChannel();
  const { speed, signal, onDifferences, onProgress, ...rest } = order;
  const taking = takeFrom(port1, order);
  const stop = () => post(port1, { kind: 'stop' });
  signal.addEventListener('abort', stop, { once: true });
  const shared = sharedSpeed();
  shared.set(speed());
  const looking = setInterval(() => shared.set(speed()), lookAtSpeedEveryMs);
  const task: Task = {
    ...rest,
    overflowDirectory,
    speed: shared.memory,
    port: port2,
  };
  try {
    const outcome = await threads.run('compareOnThread', task).catch((error: unknown) => {
      throw threadEnded({ what: `The comparison of ${order.liveTable}`, ifOutOfMemory }, error);
    });
    if (outcome.progress !== undefined) onProgress(outcome.progress);
    taking.throwIfFailed();
    switch (outcome.kind) {
      case 'compared':
        return outcome.comparison;
      case 'stopped':
        signal.throwIfAborted();
        throw new Error('A comparison was stopped by nobody');
      case 'failed':
        throw errorFrom(outcome.trouble);
    }
  } finally {
    clearInterval(looking);
    signal.removeEventListener('abort', stop);
    port1.close();
  }
}

/** Takes what a thread has found and tells it to go on; a failure to do so stops it. */
function takeFrom(port: MessagePort, { onDifferences, onProgress }: ComparisonOrder): { throwIfFailed: () => void } {
  let failure: { readonly error: unknown } | undefined;
  const take = async (message: FromWorker) => {
    try {
      if (message.kind === 'progress') {
        onProgress(message.soFar);
      } else {
        await onDifferences(message.batch);
        post(port, { kind: 'taken' });
      }
    } catch (error) {
      failure ??= { error };
      post(port, { kind: 'stop' });
    }
  };
  port.on('message', (message: FromWorker) => void take(message));
  return {
    throwIfFailed() {
      if (failure !== undefined) throw failure.error;
    },
  };
}

function post(port: MessagePort, message: ToWorker): void {
  port.postMessage(message);
}
