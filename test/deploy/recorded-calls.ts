import type { RequestRecord } from '../../src/sandbox/requests.ts';

export type AwsCall = { readonly action: string; readonly resource: string };

/** The account, region and names of the files in `deploy/`, as their readers find them. */
const account = '123456789012';
export const region = 'eu-central-1';
export const liveTables = ['quote-lambda-tf-quotes', 'quote-lambda-tf-user-likes', 'quote-lambda-tf-user-views'];
export const logGroup = '/aws/dynamodb/restore';
export const roleArn = `arn:aws:iam::${account}:role/pitr-restore`;

/**
 * What IAM is asked for a request: action and resource, by the Service Authorization Reference. A restore is asked for
 * its source and for its target; CreateLogStream and PutLogEvents are asked for a stream of the group.
 */
export function callsOf({ operation, tables, body }: RequestRecord): readonly AwsCall[] {
  if (operation === 'AssumeRole') return [{ action: 'sts:AssumeRole', resource: roleArn }];
  if (typeof body['logGroupName'] === 'string') {
    const group = `arn:aws:logs:${region}:${account}:log-group:${body['logGroupName']}`;
    const isOfStream = operation === 'CreateLogStream' || operation === 'PutLogEvents';
    const resource = isOfStream ? `${group}:log-stream:${String(body['logStreamName'])}` : group;
    return [{ action: `logs:${operation}`, resource }];
  }
  return tables.map((table) => ({
    action: `dynamodb:${operation}`,
    resource: `arn:aws:dynamodb:${region}:${account}:table/${table}`,
  }));
}

export type Statement = {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
};
export type Policy = { readonly Version: string; readonly Statement: readonly Statement[] };

/** Whether a statement allows a call: IAM's `*` stands for any characters. */
export function allows({ Effect, Action, Resource }: Statement, { action, resource }: AwsCall): boolean {
  return Effect === 'Allow' && Action.includes(action) && Resource.some((pattern) => matches(pattern, resource));
}

function matches(pattern: string, resource: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(resource);
}
