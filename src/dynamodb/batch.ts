import type { UserError } from '../restore/errors.ts';
import type { Consumed } from '../restore/speed.ts';
import type { Effort } from './call.ts';
import { callInTurn } from './call.ts';
import type { Attempt } from './explanations.ts';
import { isTemporary } from './translate-errors.ts';

export type BatchCall<Entry> = {
  readonly attempt: Attempt;
  /** One request; resolves to the entries that AWS left unprocessed. */
  readonly send: (entries: readonly Entry[]) => Promise<BatchReply<Entry>>;
  /** Called right before each request; may say by throwing that it must not be sent. */
  readonly beforeEach?: (() => void) | undefined;
  /** What to say when AWS goes on leaving entries unprocessed: it does not tell why. */
  readonly refusal: UserError;
};

export type BatchReply<Entry> = {
  readonly unprocessed: readonly Entry[];
  /** undefined: AWS did not say. */
  readonly consumed: Consumed | undefined;
};

/**
 * Sends what is left of a batch again until nothing is.
 * @throws UserError when nothing moved for too long, or as `call` does
 */
export async function sendBatch<Entry>(
  batch: readonly Entry[],
  { attempt, send, beforeEach, refusal }: BatchCall<Entry>,
  effort: Effort,
): Promise<void> {
  const { patience, signal } = effort;
  let left = batch;
  for (let refusals = 1; ; refusals += 1) {
    let reason = refusal;
    try {
      const request = {
        prepare: () => ({ attempt, send: async () => send(left) }),
        pieces: left.length,
        beforeEach,
        costOf: (reply: BatchReply<Entry>) => reply.consumed,
      };
      const { unprocessed } = await callInTurn(request, effort, (reply) => reply.unprocessed.length > 0);
      if (unprocessed.length < left.length) patience.moved();
      left = unprocessed;
    } catch (error) {
      if (!isTemporary(error)) throw error;
      reason = error;
    }
    if (left.length === 0) return;
    await patience.wait(reason, refusals, signal);
  }
}
