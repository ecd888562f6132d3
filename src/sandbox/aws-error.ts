/** The shapes AWS's services put in front of an error's name; SDKs only read what follows the `#`. */
const namespaces: Readonly<Record<string, string>> = {
  ValidationException: 'com.amazon.coral.validate',
  AccessDeniedException: 'com.amazon.coral.service',
  ExpiredTokenException: 'com.amazon.coral.service',
  InvalidSignatureException: 'com.amazon.coral.service',
  MissingAuthenticationTokenException: 'com.amazon.coral.service',
  SerializationException: 'com.amazon.coral.service',
  UnknownOperationException: 'com.amazon.coral.service',
  UnrecognizedClientException: 'com.amazon.coral.service',
};

/** Errors that AWS answers with a status other than 400. */
const statuses: Readonly<Record<string, number>> = {
  InternalServerError: 500,
  InternalFailure: 500,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
};

/** An error the sandbox answers a request with, spelled as AWS spells it. */
export class AwsError extends Error {
  /** What else the error's shape holds, such as `CancellationReasons` or `ThrottlingReasons`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(name: string, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = name;
    this.members = members;
  }

  get status(): number {
    return statuses[this.name] ?? 400;
  }

  /** The body in DynamoDB's JSON protocol. */
  toDynamoDb(): Record<string, unknown> {
    const namespace = namespaces[this.name] ?? 'com.amazonaws.dynamodb.v20120810';
    const text = this.name === 'TransactionCanceledException' ? 'Message' : 'message';
    return { __type: `${namespace}#${this.name}`, [text]: this.message, ...this.members };
  }

  /** The body in the JSON 1.1 protocol of CloudWatch Logs, which sends the bare name. */
  toJson11(): Record<string, unknown> {
    return { __type: this.name, message: this.message, ...this.members };
  }
}

/** A request that AWS refuses for its form. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** A request refused for its pace. The reasons' name differs between these errors in AWS's own API model. */
export function throttled(name: string, reason: string, resource: string): AwsError {
  const member = name === 'ThrottlingException' ? 'throttlingReasons' : 'ThrottlingReasons';
  return new AwsError(name, 'Throughput exceeds the current capacity of your table or index.', {
    [member]: [{ reason, resource }],
  });
}
