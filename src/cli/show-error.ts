import type { Output } from '../reporters/console.ts';
import { typedInShell } from '../reporters/typed-in-shell.ts';
import { asUserError } from '../restore/errors.ts';
import { safeStack } from '../restore/safe-error.ts';
import { WrongUsage } from './wrong-usage.ts';

/** Says what happened and what to do, and how the program ends: 2 for wrong usage, else 1. A bug shows where it is. */
export function showError(error: unknown, stderr: Output): 1 | 2 {
  const { message, hint, cause, code } = asUserError(error);
  const hasNoLog = code === 'INTERNAL' && cause instanceof Error;
  stderr.write(`${message}\n`);
  if (hasNoLog) stderr.write(`${safeStack(cause)}\n`);
  else if (hint !== '') stderr.write(`${typedInShell(hint)}\n`);
  return error instanceof WrongUsage ? 2 : 1;
}
