type ResponseMetadata = {
  readonly httpStatusCode?: number;
  readonly clockSkewCorrected?: boolean;
};

/** What the SDK knows of the reply that an error was made from; empty where there was none. */
export function responseMetadata(error: unknown): ResponseMetadata {
  return error instanceof Error && '$metadata' in error ? (error.$metadata as ResponseMetadata) : {};
}
