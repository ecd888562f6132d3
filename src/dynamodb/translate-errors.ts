import type { AwsCode } from '../restore/errors.ts';
import { isPassing, UserError } from '../restore/errors.ts';
import type { Attempt } from './explanations.ts';
import { explain } from './explanations.ts';
import { NotSent } from './post-writes.ts';
import { isUnnamed, responseMetadata } from './response-metadata.ts';

/** Getting credentials for a role failed; `cause` is what STS said, or the search for credentials to ask it with. */
export class AssumeRoleFailed extends Error {
  override readonly name = 'AssumeRoleFailed';
  readonly roleArn: string;

  constructor(roleArn: string, cause: unknown) {
    super(`Could not assume ${roleArn}.`, { cause });
    this.roleArn = roleArn;
  }
}

// Names as in the DynamoDB and STS API references, "Common Errors" included, and in the SDK's credential providers.
const codeByName: ReadonlyMap<string, AwsCode> = new Map([
  ...named('ACCESS_DENIED', 'AccessDeniedException', 'AccessDenied', 'NotAuthorized', 'OptInRequired'),
  ...named('CREDENTIALS', 'CredentialsProviderError', 'TokenProviderError', 'UnrecognizedClientException'),
  ...named('CREDENTIALS', 'ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'RequestExpired'),
  ...named('CREDENTIALS', 'InvalidSignatureException', 'SignatureDoesNotMatch'),
  ...named('CREDENTIALS', 'IncompleteSignature', 'IncompleteSignatureException'),
  ...named('CREDENTIALS', 'MissingAuthenticationToken', 'MissingAuthenticationTokenException'),
  ...named('NETWORK', 'TimeoutError', 'RequestTimeout', 'RequestTimeoutException', 'EndpointError'),
  ...named('THROTTLED', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'),
  ...named('THROTTLED', 'Throttling', 'ThrottlingException', 'TooManyRequestsException'),
  ...named('PITR_UNAVAILABLE', 'PointInTimeRecoveryUnavailableException', 'ContinuousBackupsUnavailableException'),
  ...named('RESTORE_TIME', 'InvalidRestoreTimeException'),
  ...named('TABLE_NOT_FOUND', 'ResourceNotFoundException', 'TableNotFoundException'),
  ...named('TABLE_EXISTS', 'TableAlreadyExistsException'),
  ...named('TABLE_IN_USE', 'TableInUseException', 'ResourceInUseException'),
  ...named('LIMIT_EXCEEDED', 'LimitExceededException'),
  // Another write, a transaction's or a replica's, has the item right now (PutItem, API reference).
  ...named('UNAVAILABLE', 'TransactionConflictException', 'ReplicatedWriteConflictException'),
]);

/** Node's codes for a network that fails: "Common system errors", its own `ERR_` codes, and those of OpenSSL. */
const networkCodes: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'EPROTO', 'ERR_INVALID_URL', 'ERR_STREAM_PREMATURE_CLOSE'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ...['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]);

/**
 * The one place where the SDK's errors become ours: by name, status and code, never by text. Gives back untouched what
 * is a UserError already, and what came neither from AWS nor from the way to it: that is a bug.
 */
export function translateError(error: unknown, attempt: Attempt): unknown {
  if (error instanceof AssumeRoleFailed) {
    return translateError(error.cause, { action: 'sts:AssumeRole', resource: error.roleArn, region: attempt.region });
  }
  if (error instanceof UserError || !(error instanceof Error)) {
    return error;
  }
  const code = codeOf(error);
  if (code === undefined) {
    return error;
  }
  const { message, hint } = explain(code, error, attempt);
  return new UserError(code, message, hint, { cause: error });
}

/** Whether asking again may be all it takes: AWS is busy, out of reach for a moment, or busy with that very item. */
export function isTemporary(error: unknown): error is UserError {
  if (!(error instanceof UserError)) {
    return false;
  }
  // After a complaint about our clock, the SDK signs the next request with the right time.
  return isPassing(error) || responseMetadata(error.cause).clockSkewCorrected === true;
}

/**
 * Whether AWS has answered that it did not do it, or was not even asked. Without an answer, or with one of a server in
 * trouble, it may have.
 */
export function isClearNo(error: unknown): boolean {
  if (error instanceof NotSent) return true;
  // A gateway may have held back AWS's answer, and not our request.
  if (error instanceof Error && isUnnamed(error)) return false;
  const { httpStatusCode = 0 } = responseMetadata(error);
  return httpStatusCode >= 400 && httpStatusCode < 500 && httpStatusCode !== 408;
}

function codeOf(error: Error): AwsCode | undefined {
  const byName = codeByName.get(error.name);
  if (byName !== undefined) {
    return byName;
  }
  if ('code' in error && networkCodes.has(error.code)) {
    return 'NETWORK';
  }
  const { httpStatusCode } = responseMetadata(error);
  if (httpStatusCode === undefined) {
    return undefined;
  }
  if (httpStatusCode === 429) {
    return 'THROTTLED';
  }
  // Too large is too large, whoever says it.
  if (httpStatusCode === 413) {
    return 'AWS';
  }
  if (httpStatusCode >= 500 && !(error instanceof SyntaxError)) {
    return 'UNAVAILABLE';
  }
  return isUnnamed(error) ? 'NETWORK' : 'AWS';
}

function named(code: AwsCode, ...names: readonly string[]): readonly (readonly [string, AwsCode])[] {
  return names.map((name) => [name, code]);
}
