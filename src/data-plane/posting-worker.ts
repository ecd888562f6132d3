import { once } from 'node:events';
import type { Posting } from '../dynamodb/post-writes.ts';
import { NotSent, WaitedTooLong } from '../dynamodb/post-writes.ts';
import type { Answer, Answers, Letters, PostingTask } from './protocol.ts';
import { aws } from './thread-aws.ts';
import { troubleFrom } from './trouble.ts';

/** Whoever handed over a write had just made sure that it may be made. That is not to be long ago when it is sent. */
const freshMs = 1_000;

/** So long an answer waits for others to go back with it: a message costs as much as half a request. */
const gatherMs = 1;

/** Sends writes from this thread until the port is closed. */
export async function postOnThread({ environment, port }: PostingTask): Promise<undefined> {
  const post = aws.postFor(environment);
  let answers: Answers[number][] = [];
  const answerTo = async (id: number, answer: Promise<Answer>) => {
    const known = { id, ...(await answer) };
    if (answers.push(known) > 1) return;
    setTimeout(() => {
      port.postMessage(answers);
      answers = [];
    }, gatherMs);
  };
  port.on('message', ({ at, letters }: Letters) => {
    const mustBeFresh = () => {
      if (Date.now() - at > freshMs) throw new WaitedTooLong();
    };
    for (const { id, posting } of letters) void answerTo(id, carriedOut(posting, mustBeFresh));
  });
  // That it is ready.
  port.postMessage([]);
  await once(port, 'close');
  return undefined;

  async function carriedOut(posting: Posting, mustBeFresh: () => void): Promise<Answer> {
    try {
      return { posted: await post(posting, mustBeFresh) };
    } catch (error) {
      if (error instanceof NotSent) return { notSent: error instanceof WaitedTooLong ? 'too-late' : 'not-signed' };
      return { trouble: troubleFrom(error) };
    }
  }
}
