import { AwsError } from '../../aws-error.ts';
import type { Principal } from '../../sts.ts';
import { isRecord, optionalRecord, type Wire } from '../../wire.ts';
import { type Region, tableName } from '../region.ts';
import type { RequestContext } from './condition.ts';
import { denies } from './evaluate.ts';

type Wanted = { readonly action: string; readonly table: string };

/**
 * Lets a request through unless a resource policy that is in force on one of its tables denies it.
 * @throws AwsError AccessDeniedException
 */
export function authorize(region: Region, operation: string, body: Wire, by: Principal): void {
  const now = region.world.clock();
  for (const { action, table: name } of wantedBy(operation, body)) {
    const table = region.find(name);
    const policy = table?.policyInForce(now);
    if (table === undefined || policy === undefined) continue;
    if (!denies(policy, { action, resource: table.arn, context: contextOf(by, now) })) continue;
    throw new AwsError(
      'AccessDeniedException',
      `User: ${by.arn} is not authorized to perform: ${action} on resource: ${table.arn} with an explicit deny in a resource-based policy`,
    );
  }
}

function contextOf(by: Principal, now: number): RequestContext {
  return new Map([
    ['aws:principalarn', by.principalArn],
    ['aws:principalaccount', by.account],
    ['aws:userid', by.userId],
    ['aws:currenttime', new Date(now).toISOString()],
    // Not a key of AWS's: a policy may also name the session itself as its principal.
    ['sandbox:callerarn', by.arn],
  ]);
}

/** What a request does to which tables. A transaction is authorised action by action, a batch as a whole. */
function wantedBy(operation: string, body: Wire): readonly Wanted[] {
  const items = body['TransactItems'];
  if (Array.isArray(items)) return items.filter(isRecord).flatMap(wantedByTransaction);
  const action = `dynamodb:${operation}`;
  const wanted = Object.keys(optionalRecord(body, 'RequestItems') ?? {}).map((name) => ({
    action,
    table: tableName(name),
  }));
  for (const member of tableMembers) {
    const name = body[member];
    if (typeof name === 'string') wanted.push({ action, table: tableName(name) });
  }
  return wanted;
}

const tableMembers = ['TableName', 'SourceTableName', 'SourceTableArn', 'ResourceArn'];

// DynamoDB Developer Guide, "Using IAM with transactions".
const transactionActions: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Get: 'dynamodb:GetItem',
};

function wantedByTransaction(item: Wire): readonly Wanted[] {
  return Object.entries(transactionActions).flatMap(([kind, action]) => {
    const name = optionalRecord(item, kind)?.['TableName'];
    return typeof name === 'string' ? [{ action, table: tableName(name) }] : [];
  });
}
