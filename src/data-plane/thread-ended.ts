import { UserError } from '../restore/errors.ts';

/** What a thread was at, as a sentence begins with it, and what to do if that took too much memory. */
type Work = { readonly what: string; readonly ifOutOfMemory: string };

/** What to say when a thread has died under its work: Node.js tells of what. */
export function threadEnded({ what, ifOutOfMemory }: Work, cause: unknown): Error {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new UserError('INTERNAL', `${what} ran out of memory.`, ifOutOfMemory, { cause });
  }
  return new Error(`${what} has ended with its thread`, { cause });
}
