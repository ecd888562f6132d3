import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Attempt } from './explanations.ts';
import type { Effort } from './lanes.ts';
import { isTemporary, translateError } from './translate-errors.ts';

/** Where requests go: a client, and its region for the messages. */
export type Account = { readonly client: DynamoDBClient; readonly region: string };

/**
 * One request to AWS.
 * @throws UserError with a code of the outside world, or the signal's reason when that ended it.
 */
export async function call<T>(attempt: Attempt, send: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await send();
  } catch (error) {
    signal?.throwIfAborted();
    throw translateError(error, attempt);
  }
}

/**
 * Repeats a request while AWS is busy or out of reach, as long as the patience lasts; where there are lanes, their number
 * follows how it goes. Right before each request, `beforeEach` may say by throwing that it must not be sent.
 * @throws as `call` does, and what `beforeEach` throws
 */
export async function callPatiently<T>(
  attempt: Attempt,
  send: () => Promise<T>,
  { patience, lanes, signal }: Pick<Effort, 'patience' | 'signal'> & Partial<Effort>,
  beforeEach?: () => void,
): Promise<T> {
  for (let refusals = 1; ; refusals += 1) {
    signal.throwIfAborted();
    beforeEach?.();
    try {
      const reply = await call(attempt, send, signal);
      patience.moved();
      lanes?.openMore();
      return reply;
    } catch (error) {
      if (!isTemporary(error)) {
        throw error;
      }
      lanes?.closeHalf();
      await patience.wait(error, refusals, signal);
    }
  }
}
