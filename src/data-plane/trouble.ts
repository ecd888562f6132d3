import type { ErrorCode } from '../restore/errors.ts';
import { UserError } from '../restore/errors.ts';

/** An error as it travels between threads: as data, because a clone of an error forgets its class. */
export type Trouble = {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** One of Node's. */
  readonly code?: string;
  /** Of a UserError. */
  readonly refusal?: { readonly code: ErrorCode; readonly hint: string };
  readonly cause?: Trouble;
};

export function troubleFrom(error: unknown): Trouble {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined };
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(error instanceof UserError ? { refusal: { code: error.code, hint: error.hint } } : {}),
    ...(cause === undefined ? {} : { cause: troubleFrom(cause) }),
  };
}

/** The error again: a UserError is one, with its code and hint; of any other, name, message and stack are kept for the log. */
export function errorFrom({ name, message, stack, code, refusal, cause }: Trouble): Error {
  const options = cause === undefined ? {} : { cause: errorFrom(cause) };
  const error =
    refusal === undefined
      ? Object.assign(new Error(message, options), { name }, code === undefined ? {} : { code })
      : new UserError(refusal.code, message, refusal.hint, options);
  return stack === undefined ? error : Object.assign(error, { stack });
}
