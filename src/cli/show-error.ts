import type { Output } from '../reporters/console.ts';
import { asUserError } from '../restore/errors.ts';
import { WrongUsage } from './wrong-usage.ts';

/** Says what happened and what to do, and how the program ends: 2 for wrong usage, else 1. A bug shows where it is. */
export function showError(error: unknown, stderr: Output): 1 | 2 {
  const { message, hint, cause, code } = asUserError(error);
  const hasNoLog = code === 'INTERNAL' && cause instanceof Error;
  stderr.write(`${message}\n`);
  if (hasNoLog) stderr.write(`${cause.stack ?? cause.message}\n`);
  else if (hint !== '') stderr.write(`${hint}\n`);
  return error instanceof WrongUsage ? 2 : 1;
}
