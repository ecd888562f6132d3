import type { UserError } from '../restore/errors.ts';
import { call } from './call.ts';
import type { Attempt } from './explanations.ts';
import type { Effort } from './lanes.ts';
import { isTemporary } from './translate-errors.ts';

export type BatchCall<Entry> = {
  readonly attempt: Attempt;
  /** One request; resolves to the entries that AWS left unprocessed. */
  readonly send: (entries: readonly Entry[]) => Promise<readonly Entry[]>;
  /** What to say when AWS goes on leaving entries unprocessed: it does not tell why. */
  readonly refusal: UserError;
};

/**
 * Sends what is left of a batch again until nothing is.
 * @throws UserError when nothing moved for too long, or as `call` does
 */
export async function sendBatch<Entry>(
  batch: readonly Entry[],
  { attempt, send, refusal }: BatchCall<Entry>,
  { lanes, patience, signal }: Effort,
): Promise<void> {
  let left = batch;
  for (let refusals = 1; ; refusals += 1) {
    let reason = refusal;
    try {
      const unprocessed = await call(attempt, async () => send(left), signal);
      if (unprocessed.length < left.length) {
        patience.moved();
      }
      left = unprocessed;
    } catch (error) {
      if (!isTemporary(error)) {
        throw error;
      }
      reason = error;
    }
    if (left.length === 0) {
      lanes.openMore();
      return;
    }
    lanes.closeHalf();
    await patience.wait(reason, refusals, signal);
  }
}
