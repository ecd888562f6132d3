import { randomBytes } from 'node:crypto';
import { AwsError } from './aws-error.ts';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const accountId = '000000000000';

/** Who made a request, as far as the sandbox cares. */
export type Caller = { readonly accessKeyId: string };

/** Roles given out by this sandbox, by access key. */
export class SecurityTokens {
  readonly #sessions = new Map<string, string>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * Answers an STS query-protocol request: AssumeRole and GetCallerIdentity.
   * @throws AwsError InvalidAction for any other action, ValidationError for a missing parameter
   */
  answer(parameters: URLSearchParams, caller: Caller): string {
    const action = parameters.get('Action') ?? '';
    if (action === 'GetCallerIdentity') return this.#identity(caller);
    if (action === 'AssumeRole') return this.#assume(parameters);
    throw new AwsError('InvalidAction', `Could not find operation ${action} for version 2011-06-15`);
  }

  /** The ARN a caller acts under. */
  arnOf({ accessKeyId }: Caller): string {
    return this.#sessions.get(accessKeyId) ?? `arn:aws:iam::${accountId}:user/sandbox`;
  }

  #identity(caller: Caller): string {
    const arn = this.arnOf(caller);
    return result(
      'GetCallerIdentity',
      `<Arn>${escaped(arn)}</Arn><UserId>${escaped(caller.accessKeyId)}</UserId><Account>${arn.split(':')[4]}</Account>`,
    );
  }

  #assume(parameters: URLSearchParams): string {
    const [role, session] = [parameters.get('RoleArn'), parameters.get('RoleSessionName')];
    const match = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(role ?? '');
    if (match === null || session === null) {
      throw new AwsError('ValidationError', `${role ?? 'null'} is invalid`);
    }
    const arn = `arn:aws:sts::${match[1]}:assumed-role/${match[2]?.split('/').at(-1)}/${session}`;
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    this.#sessions.set(accessKeyId, arn);
    const lifeMs = Number(parameters.get('DurationSeconds') ?? 3600) * 1000;
    return result(
      'AssumeRole',
      `<AssumedRoleUser><AssumedRoleId>AROASANDBOX:${escaped(session)}</AssumedRoleId><Arn>${escaped(arn)}</Arn></AssumedRoleUser>` +
        `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${randomBytes(20).toString('hex')}</SecretAccessKey>` +
        `<SessionToken>${randomBytes(32).toString('hex')}</SessionToken>` +
        `<Expiration>${new Date(this.#clock() + lifeMs).toISOString()}</Expiration></Credentials>`,
    );
  }
}

/** An error in STS's XML. */
export function stsError(error: AwsError): string {
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${error.name}</Code><Message>${escaped(error.message)}</Message></Error><RequestId>sandbox</RequestId></ErrorResponse>`;
}

function result(action: string, content: string): string {
  return `<${action}Response xmlns="${namespace}"><${action}Result>${content}</${action}Result><ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata></${action}Response>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
