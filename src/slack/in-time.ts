import { UserError } from '../restore/errors.ts';
import type { Clock } from '../restore/ports.ts';
import { times } from './limits.ts';

/**
 * Bolt's `respond()` has no limit of its own: an answer that hangs must hold up nobody.
 * @throws UserError NETWORK when it takes longer than a call may; whatever `answer` rejects with
 */
export async function inTime<T>(clock: Clock, answer: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const tooLate = clock.sleep(times.call, settled.signal).then(() => {
    throw new UserError('NETWORK', 'Slack did not take an answer in time.', 'Do it once more.');
  });
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    settled.abort();
  }
}
