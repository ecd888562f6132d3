import type { AwsCode } from '../restore/errors.ts';
import { requestIdOf } from '../restore/safe-error.ts';
import { isUnnamed, responseMetadata } from './response-metadata.ts';
import { throttlingReasons } from './throttling.ts';

/** What we were doing when it went wrong. */
export type Attempt = {
  /** The IAM action, e.g. `dynamodb:Scan`. */
  readonly action: `${'dynamodb' | 'sts'}:${string}`;
  /** The table's name, or the role's ARN. */
  readonly resource: string;
  /** The table that a restore makes. */
  readonly target?: string;
  readonly region: string;
  /** AWS's own sentence may quote an item: it is shown to nobody. */
  readonly carriesItems?: boolean;
};

type Explanation = { readonly message: string; readonly hint: string };

/** What to tell a person about an error from AWS or from the way to it. */
export function explain(code: AwsCode, error: Error, attempt: Attempt): Explanation {
  const { action, resource, target = resource, region } = attempt;
  const what = `${action} on ${resource}`;
  switch (code) {
    case 'ACCESS_DENIED':
      return { message: `AWS denied ${what}.`, hint: permissionHint(attempt) };
    case 'CREDENTIALS':
      return {
        message: `AWS did not accept our credentials for ${what} (${error.name}).`,
        hint: 'They are missing, expired or wrong, or this machine\'s clock is. Renew them (for SSO: "aws sso login") and start again.',
      };
    case 'NETWORK':
      return {
        message: `No answer from AWS for ${what} (${reasonOf(error)}).`,
        hint: `Check the network from here to ${action.startsWith('sts') ? 'STS' : 'DynamoDB'} in ${region}: proxy, VPC endpoint, AWS_ENDPOINT_URL.`,
      };
    case 'THROTTLED':
      return throttled(what, error);
    case 'PITR_UNAVAILABLE':
      return {
        message: `Point-in-time recovery is off for ${resource}.`,
        hint: 'Turn it on. It can bring back only what happens from then on.',
      };
    case 'RESTORE_TIME':
      return {
        message: `AWS cannot restore ${resource} to that second: it lies outside the table's window.`,
        hint: 'The window moves with the clock and ends about five minutes ago. `list` shows it.',
      };
    case 'TABLE_NOT_FOUND':
      return {
        message: `There is no table ${resource} in ${region}.`,
        hint: 'Check its name, the region, and the account the credentials belong to.',
      };
    case 'TABLE_EXISTS':
      return tableExists(attempt);
    case 'TABLE_IN_USE':
      return {
        message: `${target} is being created, changed or deleted right now.`,
        hint: 'Wait until AWS is done with it, then try again.',
      };
    case 'LIMIT_EXCEEDED':
      return {
        message: `The account has too many table operations under way in ${region} for ${what}.`,
        hint: 'AWS runs 50 restores at a time in an account. Wait for some to finish, then try again.',
      };
    case 'UNAVAILABLE':
      return {
        message: `AWS could not do ${what} for now (${reasonOf(error)}${requestOf(error)}).`,
        hint: 'Try again in a while. If it stays like this, look at the AWS Health Dashboard.',
      };
    case 'AWS':
      return unexpected(what, error, attempt);
  }
}

/** Only of the table that a restore was to make may anybody say that it could be deleted. */
function tableExists({ resource, target }: Attempt): Explanation {
  if (target === undefined) {
    return { message: `A table called ${resource} exists already.`, hint: 'Nothing was changed.' };
  }
  return {
    message: `The restore table ${target} exists already.`,
    hint: `Choose another second, or delete ${target} if nobody needs it.`,
  };
}

function permissionHint({ action, resource, region }: Attempt): string {
  if (action === 'sts:AssumeRole') {
    return `Allow it to the identity this runs as, and let the trust policy of ${resource} name that identity.`;
  }
  if (action === 'dynamodb:RestoreTableToPointInTime') {
    return `Allow it on ${tableArn(resource, region)}, and on ${tableArn(`${resource}-restore-*`, region)} what a restore does there: it, BatchWriteItem, DeleteItem, GetItem, PutItem, Query, Scan and UpdateItem. A table with a KMS key also takes the use of that key.`;
  }
  return `Allow ${action} on ${tableArn(resource, region)} to the identity this runs as, and see that no policy, SCP or key policy denies it.`;
}

function tableArn(table: string, region: string): string {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return `arn:${partition}:dynamodb:${region}:<account>:table/${table}`;
}

function throttled(what: string, error: Error): Explanation {
  const reasons = throttlingReasons(error);
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  return { message: `DynamoDB keeps throttling ${what}${why}.`, hint: throttlingHint(reasons) };
}

/** Reasons end in the limit that was hit; see `ThrottlingReason` in the API reference. */
function throttlingHint(reasons: readonly string[]): string {
  if (reasons.some((reason) => reason.endsWith('MaxOnDemandThroughputExceeded'))) {
    return "Raise the table's maximum on-demand throughput, then try again.";
  }
  if (reasons.some((reason) => reason.endsWith('AccountLimitExceeded'))) {
    return "The account's throughput quota for tables is used up. Have it raised, or try again when there is less traffic.";
  }
  if (reasons.some((reason) => reason.endsWith('KeyRangeThroughputExceeded'))) {
    return 'One part of the table gets more traffic than a partition can take. Try again when there is less of it.';
  }
  return "Raise the table's capacity or switch it to on-demand, then try again.";
}

/** By this AWS finds what it was asked; everything else that is known of a request may quote an item. */
function requestOf(error: Error): string {
  const id = requestIdOf(error);
  return id === undefined ? '' : `, request ${id}`;
}

function reasonOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  const name = nameOf(error);
  return name === error.name ? name : `something else has answered: ${name}`;
}

/** The status of a reply whose error has no name. */
function nameOf(error: Error): string {
  const { httpStatusCode } = responseMetadata(error);
  return httpStatusCode === undefined || !isUnnamed(error) ? error.name : `HTTP ${httpStatusCode}`;
}

function unexpected(what: string, error: Error, { carriesItems = false }: Attempt): Explanation {
  const words = carriesItems || isUnnamed(error) ? '' : `: ${error.message.replace(/\.$/, '')}`;
  const details = `${requestOf(error)}${words}`;
  return {
    message: `AWS answered ${what} with ${nameOf(error)}${details}.`,
    hint: 'AWS finds fault with the request itself: the same request would get the same answer. AWS support finds it by its request id.',
  };
}
