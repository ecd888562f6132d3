/**
 * Everything a person is meant to read is a UserError: what happened, and what to do next. Anything else that is thrown
 * is a bug of ours. Callers branch on `code`, never on text.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly code: ErrorCode;
  /** What to do, or what to type instead. */
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** The closed list of refusals and failures. Docs and exit codes hang on these, so a new one is added here first. */
export type ErrorCode =
  // The asker
  | 'BAD_REQUEST'
  | 'BAD_CONFIGURATION'
  | 'UNKNOWN_ENVIRONMENT'
  | 'UNKNOWN_TABLE'
  | 'UNKNOWN_RUN'
  | 'RESTORE_POINT'
  | 'NOT_ALLOWED'
  | 'OUT_OF_DATE'
  // The run
  | 'RESTORE_IN_PROGRESS'
  | 'LOCK_LOST'
  | 'PREFLIGHT'
  | 'INITIATE_RESTORE'
  | 'TIMEOUT'
  | 'ITEM_COUNT_MISMATCH'
  | 'PLAN_NOT_CONFIRMED'
  | 'SWAP'
  | 'VERIFY'
  | 'FENCE'
  | 'CANCELLED'
  | 'INTERRUPTED'
  // The outside world
  | AwsCode
  | 'STORAGE'
  | 'INTERNAL';

/** What a call to AWS can end in. */
export type AwsCode =
  | 'ACCESS_DENIED'
  | 'CREDENTIALS'
  | 'NETWORK'
  | 'THROTTLED'
  | 'PITR_UNAVAILABLE'
  | 'RESTORE_TIME'
  | 'TABLE_NOT_FOUND'
  | 'TABLE_EXISTS'
  | 'TABLE_IN_USE'
  | 'LIMIT_EXCEEDED'
  // AWS is in trouble itself; the same request may go through a moment later.
  | 'UNAVAILABLE'
  // Anything else that it answers: asking again would change nothing.
  | 'AWS';

const passing: readonly ErrorCode[] = ['NETWORK', 'THROTTLED', 'UNAVAILABLE'];

/** Whether a later attempt may well not see this again: AWS is busy, out of reach, or in trouble itself. */
export function isPassing(error: unknown): boolean {
  return error instanceof UserError && passing.includes(error.code);
}

/** The sentence for something we did not expect: the details are in the log, never in front of a person. */
export function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  return new UserError(
    'INTERNAL',
    'Something broke on our side.',
    'The run is stopped and nothing more is written. The log has the details under this restore id.',
    { cause: error },
  );
}

/** Tells of what we did not expect inside of an error, whatever it was told as (`SWAP`, say), if there is something of it. */
export function tellBug(error: unknown, onBug: (bug: unknown) => void): void {
  const bug = bugIn(error);
  if (bug !== undefined) onBug(bug);
}

function bugIn(error: unknown): unknown {
  const { code, cause } = asUserError(error);
  if (code === 'INTERNAL') return error;
  if (!(cause instanceof UserError)) return undefined;
  return cause.code === 'INTERNAL' ? (cause.cause ?? cause) : bugIn(cause);
}
