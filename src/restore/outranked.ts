import { UserError } from './errors.ts';
import type { RunId } from './run-id.ts';

/** Why a drill ended that made way for another run. */
export function outranked(by: RunId): UserError {
  return new UserError('CANCELLED', `Stopped to make way for ${by}: a drill keeps nobody waiting.`, '');
}
