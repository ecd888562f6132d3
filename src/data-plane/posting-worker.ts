import { once } from 'node:events';
import type { Posting } from '../dynamodb/post-writes.ts';
import { NotSent } from '../dynamodb/post-writes.ts';
import type { Answer, Letters, PostingTask } from './protocol.ts';
import { aws } from './thread-aws.ts';
import { troubleFrom } from './trouble.ts';

/** Whoever handed over a write had just made sure that it may be made. That is not to be long ago when it is sent. */
const freshMs = 1_000;

/** Sends writes from this thread until the port is closed. */
export async function postOnThread({ environment, port }: PostingTask): Promise<undefined> {
  const post = aws.postFor(environment);
  let answers: (Answer & { readonly id: number })[] = [];
  const answerTo = async (id: number, answer: Promise<Answer>) => {
    const known = { id, ...(await answer) };
    // What comes in together goes back together: a message costs as much as a request.
    if (answers.push(known) > 1) return;
    setImmediate(() => {
      port.postMessage(answers);
      answers = [];
    });
  };
  port.on('message', ({ at, letters }: Letters) => {
    const isStale = Date.now() - at > freshMs;
    for (const { id, posting } of letters) void answerTo(id, isStale ? Promise.resolve(stale) : carriedOut(posting));
  });
  // That it is ready.
  port.postMessage([]);
  await once(port, 'close');
  return undefined;

  async function carriedOut(posting: Posting): Promise<Answer> {
    try {
      return { posted: await post(posting) };
    } catch (error) {
      return error instanceof NotSent ? { notSent: true } : { trouble: troubleFrom(error) };
    }
  }
}

/** As of a connection that did not come about: it is tried again, and asked about again before. */
const stale: Answer = { trouble: { name: 'TimeoutError', message: 'thread busy', stack: undefined } };
