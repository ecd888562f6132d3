import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { Comparison } from '../restore/compare.ts';
import type { Comparer, ComparisonOrder } from '../restore/comparer.ts';
import { UserError } from '../restore/errors.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { FromWorker, Outcome, Task, ToWorker } from './protocol.ts';
import { sharedSpeed } from './shared-speed.ts';
import { errorFrom } from './trouble.ts';

export type ThreadSettings = {
  /** The compiled `comparison-worker`. */
  readonly workerFile: URL;
  /** Where temporary files of comparisons may lie. */
  readonly overflowDirectory: string;
  /** Memory for waiting items that all orders together may ask for; a thread that needs far more is ended. */
  readonly memoryBudgetBytes: number;
  /** Default: a core for each but one, which is the main thread's. */
  readonly threads?: number;
};

/** What a thread needs besides the items that wait: the SDK, pages under way, and what V8 has not cleared away yet. */
const besidesBudgetMb = 512;

/** A thread whose work is done is kept this long, with its connections and credentials. */
const idleMs = 60_000;

/** Many comparisons may begin at once, and clearing takes this thread some 20 ms. */
const clearEveryMs = 1_000;

/** How long a change of speed takes to reach the threads. */
const lookAtSpeedEveryMs = 100;

/**
 * Compares tables on worker threads, so that the thread that asks stays free to answer people. Threads are started when
 * they are needed. One that dies, whatever of, ends the comparisons it was at with an error.
 */
export function comparerOnThreads(settings: ThreadSettings): Comparer & { readonly close: () => Promise<void> } {
  let pool: Promise<Piscina<Task, Outcome>> | undefined;
  let clearedAt = Number.NEGATIVE_INFINITY;
  return {
    async compare(order) {
      if (performance.now() - clearedAt >= clearEveryMs) {
        // What writing has left behind would be added to what a comparison needs.
        collectGarbage();
        clearedAt = performance.now();
      }
      pool ??= openPool(settings);
      return await compareOn(await pool, settings, order);
    },
    async close() {
      await (await pool)?.destroy();
    },
  };
}

/** Not every command compares, and those that do have to wait for AWS first. */
async function openPool({ workerFile, memoryBudgetBytes, threads }: ThreadSettings): Promise<Piscina<Task, Outcome>> {
  const { Piscina } = await import('piscina');
  return new Piscina<Task, Outcome>({
    filename: workerFile.href,
    name: 'compareOnThread',
    minThreads: 0,
    maxThreads: threads ?? Math.max(1, availableParallelism() - 1),
    // As many as are asked for at once: their requests wait for AWS side by side.
    concurrentTasksPerWorker: 1_000,
    idleTimeout: idleMs,
    // An idle thread must not stand still: it has connections to look after.
    atomics: 'disabled',
    resourceLimits: {
      maxOldGenerationSizeMb: Math.ceil(memoryBudgetBytes / 2 ** 20) + besidesBudgetMb,
    },
  });
}

async function compareOn(
  pool: Piscina<Task, Outcome>,
  settings: ThreadSettings,
  order: ComparisonOrder,
): Promise<Comparison> {
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
    overflowDirectory: settings.overflowDirectory,
    speed: shared.memory,
    port: port2,
  };
  try {
    const outcome = await pool.run(task, { transferList: [port2] }).catch((error: unknown) => {
      throw threadEnded(error, order);
    });
    taking.throwIfFailed();
    switch (outcome.kind) {
      case 'compared':
        if (outcome.progress !== undefined) onProgress(outcome.progress);
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

/** The thread died under the task: Node.js tells of what. */
function threadEnded(cause: unknown, { liveTable }: ComparisonOrder): unknown {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new UserError(
      'INTERNAL',
      `The comparison of ${liveTable} ran out of memory.`,
      'Its items take more of it than expected. Set PITR_COMPARE_MEMORY_MB to half of what it is, then try again.',
      { cause },
    );
  }
  return new Error(`The thread that compared ${liveTable} has ended`, { cause });
}
