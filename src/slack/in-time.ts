import { UserError } from '../restore/errors.ts';
import type { Clock } from '../restore/ports.ts';
import { times } from './limits.ts';

/**
 * Bolt's `respond()` has no limit of its own: an answer that hangs must hold up nobody. And what it rejects with is no
 * error of the Slack client.
 * @throws UserError NETWORK when it takes longer than a call may, or is refused
 */
export async function inTime<T>(clock: Clock, answer: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const tooLate = clock.sleep(times.call, settled.signal).then(() => {
    throw new Error(`Not taken within ${times.call} ms`);
  });
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([answer, tooLate]);
  } catch (cause) {
    throw new UserError('NETWORK', 'Slack did not take an answer.', 'Do it once more.', { cause });
  } finally {
    settled.abort();
  }
}
