import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { threadEnded } from '../../src/data-plane/thread-ended.ts';

/** https://nodejs.org/docs/latest-v20.x/api/errors.html#err_worker_out_of_memory; to get a real one risks the whole process. */
const outOfMemory = Object.assign(new Error('Worker terminated due to reaching memory limit'), {
  code: 'ERR_WORKER_OUT_OF_MEMORY',
});

test('a thread that has died of its memory says what to do about that', () => {
  const work = { what: 'The sending of writes', ifOutOfMemory: 'Try less.' };
  expect(threadEnded(work, outOfMemory)).toMatchObject({
    code: 'INTERNAL',
    message: 'The sending of writes ran out of memory.',
    hint: 'Try less.',
    cause: outOfMemory,
  });
});

test('a thread that has died of anything else is a bug, and its cause is told', async () => {
  const [cause] = await once(new Worker('throw new TypeError("no such thing")', { eval: true }), 'error');
  const error = threadEnded({ what: 'The comparison of quotes', ifOutOfMemory: '' }, cause);
  expect(error).toMatchObject({ message: 'The comparison of quotes has ended with its thread', cause });
  expect(error).not.toHaveProperty('code');
});
