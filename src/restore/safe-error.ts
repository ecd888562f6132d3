/**
 * What of an error may be written down. A list of what is allowed: an SDK hangs requests and items on its errors, AWS
 * quotes items in its sentences, and a parser quotes what it could not parse.
 */
export type SafeError = {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** AWS's, of the request that it answered so. */
  readonly requestId?: string;
  /** Where it was thrown, without the message that V8 begins it with. */
  readonly stack?: string;
  readonly cause?: SafeError;
  readonly errors?: readonly SafeError[];
};

const leftOut = '[left out]';

/** Errors whose messages are about places, rights and connections, never about data. */
const tellingNames: ReadonlySet<string> = new Set([
  // Ours, and those of libraries that have no name of their own.
  ...['Error', 'UserError', 'AssumeRoleFailed', 'LogsFailed', 'AbortError', 'AggregateError'],
  // AWS's, but for those that find fault with the data of a request.
  ...['AccessDeniedException', 'AccessDenied', 'NotAuthorized', 'OptInRequired', 'CredentialsProviderError'],
  ...['TokenProviderError', 'UnrecognizedClientException', 'ExpiredToken', 'ExpiredTokenException'],
  ...['InvalidClientTokenId', 'RequestExpired', 'MissingAuthenticationTokenException', 'TimeoutError', 'EndpointError'],
  ...[
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'ThrottlingException',
    'LimitExceededException',
  ],
  ...['PointInTimeRecoveryUnavailableException', 'ContinuousBackupsUnavailableException'],
  ...['InvalidRestoreTimeException', 'ResourceNotFoundException', 'TableNotFoundException', 'ResourceInUseException'],
  ...['TableAlreadyExistsException', 'TableInUseException', 'InternalServerError', 'ServiceUnavailable'],
  // Slack's.
  ...['WebAPIPlatformError', 'WebAPIRequestError', 'WebAPIHTTPError', 'WebAPIRateLimitedError'],
]);

/** Of the system, of SQLite and of Slack's client: what they are about is a file, an address or a method. */
const tellingCode = /^(?:E[A-Z0-9_]+|SQLITE_\w+|slack_\w+)$/;

/** Reads `name`, `message`, `stack`, `code`, `cause` and `errors`, and nothing else that may hang on it. */
export function safeError(error: unknown): SafeError {
  if (!(error instanceof Error)) return { name: 'not an error', message: leftOut };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const requestId = requestIdOf(error);
  const stack = framesOf(error);
  return {
    name: error.name,
    message: isTelling(error.name, code) ? error.message : leftOut,
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
    ...(stack !== '' && { stack }),
    ...(error.cause !== undefined && { cause: safeError(error.cause) }),
    ...(error instanceof AggregateError && { errors: error.errors.map(safeError) }),
  };
}

/** The id that AWS gave the request of which its SDK reports this error; undefined: there was no answer. */
export function requestIdOf(error: Error): string | undefined {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  const id =
    typeof metadata === 'object' && metadata !== null && 'requestId' in metadata ? metadata.requestId : undefined;
  return typeof id === 'string' && /^[\w-]{1,100}$/.test(id) ? id : undefined;
}

/** As V8 shows an error, its causes included. */
export function safeStack(error: unknown): string {
  const { name, message, stack, cause } = safeError(error);
  const own = [`${name}: ${message}`, ...(stack === undefined ? [] : [stack])].join('\n');
  if (cause === undefined || !(error instanceof Error)) return own;
  return `${own}\nCaused by ${safeStack(error.cause)}`;
}

function isTelling(name: string, code = ''): boolean {
  // Node's own complaints about arguments quote them.
  if (code.startsWith('ERR_')) return false;
  return tellingNames.has(name) || tellingCode.test(code);
}

function framesOf({ stack = '', message }: Error): string {
  const end = stack.indexOf(message);
  const after = end === -1 ? stack : stack.slice(end + message.length);
  return after
    .split('\n')
    .filter((line) => /^\s+at .*(?:\)|:\d+:\d+)$/.test(line))
    .join('\n');
}
