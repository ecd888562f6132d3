import { isRecord, type Wire } from '../../wire.ts';
import { matches, textsOf } from './wildcard.ts';

/** What is known about a request, by condition key in lower case: IAM does not look at the case of keys. */
export type RequestContext = ReadonlyMap<string, string>;

type Operator = {
  readonly holds: (expected: string, actual: string) => boolean;
  /** A negated operator must hold for every value, and holds also where the request has no such key. */
  readonly negated: boolean;
};

const equal = (expected: string, actual: string) => expected === actual;
const before = (expected: string, actual: string) => instant(actual) < instant(expected);

// IAM User Guide, "IAM JSON policy elements: Condition operators". The Arn operators treat `Equals` as `Like`.
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: { holds: equal, negated: false },
  StringNotEquals: { holds: equal, negated: true },
  StringLike: { holds: matches, negated: false },
  StringNotLike: { holds: matches, negated: true },
  ArnEquals: { holds: arnLike, negated: false },
  ArnLike: { holds: arnLike, negated: false },
  ArnNotEquals: { holds: arnLike, negated: true },
  ArnNotLike: { holds: arnLike, negated: true },
  DateLessThan: { holds: before, negated: false },
  DateLessThanEquals: { holds: (expected, actual) => !before(actual, expected), negated: false },
  DateGreaterThan: { holds: (expected, actual) => before(actual, expected), negated: false },
  DateGreaterThanEquals: { holds: (expected, actual) => !before(expected, actual), negated: false },
};

/** The first operator in a condition that the sandbox does not evaluate. */
export function unknownOperator(condition: Wire): string | undefined {
  return Object.keys(condition).find((name) => !Object.hasOwn(operators, name));
}

/** Whether a condition holds: all its operators, and of each all its keys. */
export function conditionHolds(condition: Wire, context: RequestContext): boolean {
  return Object.entries(condition).every(([name, keys]) => {
    const operator = operators[name];
    if (operator === undefined || !isRecord(keys)) return false;
    return Object.entries(keys).every(([key, value]) => {
      const actual = context.get(key.toLowerCase());
      if (actual === undefined) return operator.negated;
      const some = textsOf(value).some((expected) => operator.holds(expected, actual));
      return some !== operator.negated;
    });
  });
}

/** ARNs are compared part by part: a `*` does not reach over a colon. */
function arnLike(pattern: string, arn: string): boolean {
  const [patterns, parts] = [arnParts(pattern), arnParts(arn)];
  return patterns.length === parts.length && patterns.every((part, index) => matches(part, parts[index] ?? ''));
}

/** Six parts; the last one may hold colons. */
function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** A date in ISO 8601, or seconds since the epoch. */
function instant(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}
