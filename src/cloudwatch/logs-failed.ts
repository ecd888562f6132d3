/** A call that failed: which, and what AWS or the way to it said. */
export class LogsFailed extends Error {
  override readonly name = 'LogsFailed';
  /** As IAM names it. */
  readonly action: string;
  /** The name of AWS's error, or Node's code. */
  readonly code: string;

  constructor(action: string, cause: unknown) {
    super(`${action} failed`, { cause });
    this.action = action;
    this.code = codeOf(cause);
  }

  get isDenied(): boolean {
    return this.code === 'AccessDeniedException' || this.code === 'AccessDenied';
  }
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'UnknownError';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
