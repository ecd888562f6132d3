import { availableParallelism } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { tablesAtOnce } from '../restore/each-table.ts';
import type { Outcome, PostingTask, Task } from './protocol.ts';

export type ThreadSettings = {
  /** The compiled `worker`. */
  readonly workerFile: URL;
  /** Memory for waiting items that all comparisons together may ask for; a thread that needs far more is ended. */
  readonly memoryBudgetBytes: number;
  /** Default: a core for each but one, which is the main thread's, and no more than a run has tables under way. */
  readonly threads?: number;
};

/** What threads do, by the worker's name for it. */
type Jobs = {
  readonly compareOnThread: { readonly task: Task; readonly outcome: Outcome };
  readonly postOnThread: { readonly task: PostingTask; readonly outcome: undefined };
};

/** Threads that are started when they are needed, and take several jobs at once. */
export type Threads = {
  /** The task's port goes with it. @throws when the thread dies, whatever of */
  run<Name extends keyof Jobs>(name: Name, task: Jobs[Name]['task']): Promise<Jobs[Name]['outcome']>;
  close(): Promise<void>;
};

/** Who decides which thread a job goes to; null: none of those that there are. */
type LoadBalancer = NonNullable<Piscina['options']['loadBalancer']>;

/** What a thread needs besides the items that wait: the SDK, pages under way, and what V8 has not cleared away yet. */
const besidesBudgetMb = 512;

/** A thread whose work is done is kept this long, with its connections and credentials. */
const idleMs = 60_000;

export function openThreads(settings: ThreadSettings): Threads {
  let pool: Promise<Piscina> | undefined;
  const open = async () => {
    const opened = await openPool(settings);
    // A thread that had nothing to do yet has died. Jobs that wait for one would wait for ever: they and the others are
    // told, and the next one finds new threads.
    opened.on('error', () => {
      if (opened.queueSize === 0) return;
      pool = undefined;
      void opened.destroy();
    });
    return opened;
  };
  return {
    async run(name, task) {
      pool ??= open();
      const transferList: MessagePort[] = [task.port];
      return await (await pool).run(task, { name, transferList });
    },
    async close() {
      await (await pool)?.destroy();
    },
  };
}

/** Not every command has work for them, and those that do have to wait for AWS first. */
async function openPool({ workerFile, memoryBudgetBytes, threads }: ThreadSettings): Promise<Piscina> {
  const { Piscina } = await import('piscina');
  const maxThreads = threads ?? Math.max(1, Math.min(tablesAtOnce, availableParallelism() - 1));
  return new Piscina({
    filename: workerFile.href,
    minThreads: 0,
    maxThreads,
    // As many as are asked for at once: their requests wait for AWS side by side.
    concurrentTasksPerWorker: 1_000,
    loadBalancer: spread(maxThreads),
    idleTimeout: idleMs,
    // An idle thread must not stand still: it has connections to look after.
    atomics: 'disabled',
    resourceLimits: {
      maxOldGenerationSizeMb: Math.ceil(memoryBudgetBytes / 2 ** 20) + besidesBudgetMb,
    },
  });
}

/**
 * To an idle thread (of several the last: those that are still starting come first), then to a new one, and only then to one
 * that is busy. Piscina's own way is to start none while one could take more.
 */
function spread(maxThreads: number): LoadBalancer {
  return (_, workers) => {
    const [first, ...others] = workers;
    if (first === undefined) return null;
    const leastBusy = others.reduce((least, one) => (one.currentUsage <= least.currentUsage ? one : least), first);
    return leastBusy.currentUsage > 0 && workers.length < maxThreads ? null : leastBusy;
  };
}
