import { isRecord, optionalRecord, type Wire } from '../../wire.ts';
import { conditionHolds, type RequestContext, unknownOperator } from './condition.ts';
import { matches, textsOf } from './wildcard.ts';

/** One thing a request wants to do. */
export type Access = {
  /** `dynamodb:PutItem` … */
  readonly action: string;
  /** ARN of the table. */
  readonly resource: string;
  readonly context: RequestContext;
};

/**
 * Whether a resource policy denies this explicitly. The sandbox has no identity policies: what nobody denies is allowed,
 * so `Allow` statements change nothing. `NotPrincipal`, `NotAction` and `NotResource` are not looked at.
 */
export function denies(policy: Wire, access: Access): boolean {
  return statementsOf(policy).some(
    (statement) =>
      statement['Effect'] === 'Deny' &&
      isForPrincipal(statement['Principal'], access.context) &&
      textsOf(statement['Action']).some((pattern) => matches(pattern.toLowerCase(), access.action.toLowerCase())) &&
      isForResource(statement['Resource'], access.resource) &&
      conditionHolds(optionalRecord(statement, 'Condition') ?? {}, access.context),
  );
}

/** The first condition operator of a policy that the sandbox cannot evaluate. */
export function unknownOperatorIn(policy: Wire): string | undefined {
  return statementsOf(policy)
    .map((statement) => unknownOperator(optionalRecord(statement, 'Condition') ?? {}))
    .find((name) => name !== undefined);
}

function statementsOf(policy: Wire): readonly Wire[] {
  const statements = policy['Statement'];
  return (Array.isArray(statements) ? statements : [statements]).filter(isRecord);
}

function isForPrincipal(principal: unknown, context: RequestContext): boolean {
  const named = isRecord(principal) ? textsOf(principal['AWS']) : textsOf(principal);
  const arns = ['aws:principalarn', 'sandbox:callerarn'].map((key) => context.get(key));
  return named.some((name) => name === '*' || arns.includes(name) || name === context.get('aws:principalaccount'));
}

function isForResource(resource: unknown, arn: string): boolean {
  return resource === undefined || textsOf(resource).some((pattern) => matches(pattern, arn));
}
