import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { OpenPosting } from '../dynamodb/aws.ts';
import type { Posted } from '../dynamodb/post-writes.ts';
import { NotSent, WaitedTooLong } from '../dynamodb/post-writes.ts';
import type { Answer, Answers, Letters } from './protocol.ts';
import { threadEnded } from './thread-ended.ts';
import type { Threads } from './threads.ts';
import { errorFrom } from './trouble.ts';

const ifOutOfMemory = 'Fewer writes are under way at speed slow: try again, and type speed slow once it writes.';

type Waiting = { readonly resolve: (posted: Posted) => void; readonly reject: (error: unknown) => void };

/**
 * Has writes signed and sent by a worker thread, which takes half of a write's processor time, so that the thread that
 * decides about them stays free to answer people. The replies are read by who asked.
 */
export function postingOnThreads(threads: Threads): OpenPosting {
  return async (environment) => {
    const { port1, port2 } = new MessageChannel();
    const waiting = new Map<number, Waiting>();
    let letters: Letters['letters'][number][] = [];
    let last = 0;
    let ended: Error | undefined;
    const running = threads.run('postOnThread', { environment, port: port2 }).catch((cause: unknown) => {
      ended = threadEnded({ what: 'The sending of writes', ifOutOfMemory }, cause);
      for (const { reject } of waiting.values()) reject(ended);
      waiting.clear();
    });
    // Starting a thread takes a second, and what is handed over is to be sent at once.
    await Promise.race([once(port1, 'message'), running]);
    port1.on('message', (answers: Answers) => {
      for (const { id, ...answer } of answers) {
        const one = waiting.get(id);
        waiting.delete(id);
        if (one !== undefined) take(one, answer);
      }
    });
    return {
      post: (posting) =>
        new Promise((resolve, reject) => {
          if (ended !== undefined) {
            reject(ended);
            return;
          }
          last += 1;
          waiting.set(last, { resolve, reject });
          if (letters.push({ id: last, posting }) > 1) return;
          const at = Date.now();
          setImmediate(() => {
            port1.postMessage({ at, letters } satisfies Letters);
            letters = [];
          });
        }),
      close: () => port1.close(),
    };
  };
}

function take({ resolve, reject }: Waiting, answer: Answer): void {
  if ('posted' in answer) resolve(answer.posted);
  else if ('trouble' in answer) reject(errorFrom(answer.trouble));
  else reject(answer.notSent === 'too-late' ? new WaitedTooLong() : new NotSent());
}
