import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openThreads } from '../../src/data-plane/threads.ts';
import { anEnvironment } from '../support/requests.ts';

const workerFile = new URL('../support/waiting-worker.mjs', import.meta.url);

/** Jobs that last until they are ended, on three threads at most. */
function startJobs() {
  const threads = openThreads({ workerFile, memoryBudgetBytes: 16_000_000, threads: 3 });
  const ends: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const end of ends) await end();
    await threads.close();
  });
  return async () => {
    const { port1, port2 } = new MessageChannel();
    const running = threads.run('postOnThread', { environment: anEnvironment(), port: port2 });
    const [thread] = await once(port1, 'message');
    const end = async () => {
      port1.close();
      await running;
    };
    ends.push(end);
    return { thread: Number(thread), end };
  };
}

test('a job that comes while a thread is busy has one of its own, for as long as there may be more of them', async () => {
  const job = startJobs();
  const jobs = [await job(), await job(), await job()];
  expect(new Set(jobs.map(({ thread }) => thread)).size).toBe(3);
});

test('where there may be no more threads, a job goes to the one that has least to do', async () => {
  const job = startJobs();
  const [first, second] = [await job(), await job()];
  await job();
  const crowded = [await job(), await job(), await job()];
  expect(new Set(crowded.map(({ thread }) => thread)).size).toBe(3);
  await second.end();
  await crowded.find(({ thread }) => thread === second.thread)?.end();
  expect(first.thread).not.toBe(second.thread);
  expect((await job()).thread).toBe(second.thread);
});

test('a thread that has nothing to do is asked before a new one is started: it is warm', async () => {
  const job = startJobs();
  const first = await job();
  await first.end();
  expect((await job()).thread).toBe(first.thread);
});

test('a job that waits for a new thread goes to one that has ended its own meanwhile', async () => {
  const job = startJobs();
  const first = await job();
  vi.stubEnv('SLOW_START', 'yes');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const second = job();
  await first.end();
  expect((await second).thread).toBe(first.thread);
});

test('a thread that cannot start is told to the job that waits for it', async () => {
  const workerFile = new URL('../support/broken-worker.mjs', import.meta.url);
  const threads = openThreads({ workerFile, memoryBudgetBytes: 16_000_000, threads: 3 });
  onTestFinished(() => threads.close());
  const { port2 } = new MessageChannel();
  await expect(threads.run('postOnThread', { environment: anEnvironment(), port: port2 })).rejects.toThrow();
});
