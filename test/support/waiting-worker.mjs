import { once } from 'node:events';
import { threadId } from 'node:worker_threads';

// A thread has the variables of the moment it was started.
if (process.env.SLOW_START) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);

/** A worker that tells which thread it is, and is busy until its port is closed. */
export async function postOnThread({ port }) {
  port.postMessage(threadId);
  await once(port, 'close');
}
