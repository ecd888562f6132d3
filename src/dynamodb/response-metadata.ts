type ResponseMetadata = {
  readonly httpStatusCode?: number | undefined;
  readonly requestId?: string | undefined;
  readonly clockSkewCorrected?: boolean;
};

/** What the SDK knows of the reply that an error was made from; empty where there was none. */
export function responseMetadata(error: unknown): ResponseMetadata {
  return error instanceof Error && '$metadata' in error ? (error.$metadata as ResponseMetadata) : {};
}

/** It has no name, or is no JSON. AWS names each of its errors: a proxy or a login page has answered in its place. */
export function isUnnamed(error: Error): boolean {
  return error.name === 'Unknown' || error instanceof SyntaxError;
}

/**
 * For a reply that lacks what AWS sends with it: each of AWS's own has a request id (API reference, "x-amzn-RequestId").
 * @throws SyntaxError as `notFromAws` makes it
 */
export function mustBeFromAws($metadata: ResponseMetadata): void {
  if ($metadata.requestId === undefined) throw notFromAws($metadata);
}

/** For a reply that lacks what AWS never leaves out: the SDK takes an empty page of a proxy for a reply with nothing in it. */
export function notFromAws($metadata: ResponseMetadata): SyntaxError {
  return Object.assign(new SyntaxError('The reply has nothing in it that was asked for'), { $metadata });
}
