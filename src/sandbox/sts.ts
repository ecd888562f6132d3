import { createHash, randomBytes } from 'node:crypto';
import { AwsError } from './aws-error.ts';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const accountId = '000000000000';

/** Who made a request, as far as the sandbox cares. */
export type Caller = { readonly accessKeyId: string };

/** Whom IAM sees in a caller. */
export type Principal = {
  readonly account: string;
  /** As GetCallerIdentity tells it: the user's ARN, or that of a role's session. */
  readonly arn: string;
  /** `aws:PrincipalArn`: the user's ARN, or that of the role itself. */
  readonly principalArn: string;
  /** `aws:userid`: of a role's session the role's unique id, a colon and the session's name. */
  readonly userId: string;
};

const userArn = `arn:aws:iam::${accountId}:user/sandbox`;
const user: Principal = { account: accountId, arn: userArn, principalArn: userArn, userId: 'AIDASANDBOX' };

/** Roles given out by this sandbox, by access key. */
export class SecurityTokens {
  readonly #sessions = new Map<string, Principal>();
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

  /** Sessions are known by the access key they were given; every other key belongs to the one user, `sandbox`. */
  principalOf({ accessKeyId }: Caller): Principal {
    return this.#sessions.get(accessKeyId) ?? user;
  }

  #identity(caller: Caller): string {
    const { arn, userId, account } = this.principalOf(caller);
    return result(
      'GetCallerIdentity',
      `<Arn>${escaped(arn)}</Arn><UserId>${escaped(userId)}</UserId><Account>${account}</Account>`,
    );
  }

  #assume(parameters: URLSearchParams): string {
    const [role, session] = [parameters.get('RoleArn'), parameters.get('RoleSessionName')];
    const match = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(role ?? '');
    if (match === null || session === null) {
      throw new AwsError('ValidationError', `${role ?? 'null'} is invalid`);
    }
    const [principalArn, account = '', path = ''] = match;
    const arn = `arn:aws:sts::${account}:assumed-role/${path.split('/').at(-1)}/${session}`;
    const userId = `${roleIdOf(principalArn)}:${session}`;
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    this.#sessions.set(accessKeyId, { account, arn, principalArn, userId });
    const lifeMs = Number(parameters.get('DurationSeconds') ?? 3600) * 1000;
    return result(
      'AssumeRole',
      `<AssumedRoleUser><AssumedRoleId>${escaped(userId)}</AssumedRoleId><Arn>${escaped(arn)}</Arn></AssumedRoleUser>` +
        `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${randomBytes(20).toString('hex')}</SecretAccessKey>` +
        `<SessionToken>${randomBytes(32).toString('hex')}</SessionToken>` +
        `<Expiration>${new Date(this.#clock() + lifeMs).toISOString()}</Expiration></Credentials>`,
    );
  }
}

/** A role's unique id: the same for the same role, and it tells nothing of its name. */
function roleIdOf(roleArn: string): string {
  return `AROA${createHash('sha256').update(roleArn).digest('hex').slice(0, 17).toUpperCase()}`;
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
