import { isPassing, UserError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** After a change, a policy can be read as it was for some seconds, and takes no other change for fifteen. */
export const lookAgainMs = 5_000;
const patienceMs = 120_000;

/**
 * Does something with a policy until it is done, waiting out AWS's cooldown of 15 seconds between two changes (first
 * ResourceInUseException, then ThrottlingException), lost replies, and changes by others. `attempt` looks at the policy
 * afresh each time; undefined: look again.
 * @throws UserError what stood in the way for two minutes, or the signal's reason
 */
export async function patiently<T>(
  clock: Clock,
  attempt: () => Promise<T | undefined>,
  signal?: AbortSignal,
): Promise<T> {
  const until = clock.now() + patienceMs;
  for (;;) {
    signal?.throwIfAborted();
    let trouble: UserError | undefined;
    try {
      const done = await attempt();
      if (done !== undefined) return done;
    } catch (error) {
      if (!isWorthWaiting(error)) throw error;
      trouble = error;
    }
    if (clock.now() >= until) throw trouble ?? keepsChanging();
    await clock.sleep(lookAgainMs, signal);
  }
}

function isWorthWaiting(error: unknown): error is UserError {
  return error instanceof UserError && (error.code === 'TABLE_IN_USE' || isPassing(error));
}

function keepsChanging(): UserError {
  return new UserError(
    'FENCE',
    "Somebody keeps changing the table's resource policy.",
    'Let them finish, then try again, or ask without the fence.',
  );
}
