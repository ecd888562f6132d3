import { once } from 'node:events';
import { threadId } from 'node:worker_threads';

/** A worker that tells which thread it is, and is busy until its port is closed. */
export async function postOnThread({ port }) {
  port.postMessage(threadId);
  await once(port, 'close');
}
