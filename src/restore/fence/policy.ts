import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../errors.ts';

/** "The maximum size supported for a resource-based policy document is 20 KB", whitespace included (PutResourcePolicy). */
const mostBytes = 20_480;

type Policy = Readonly<Record<string, unknown>>;

/**
 * A policy with the fence's statement at its end; `before` undefined: the table has none. An existing policy keeps its
 * Version, because another one would change what `${…}` means in its statements.
 * @throws UserError FENCE when the document is not one that can be added to, or would be too long
 */
export function withFence(before: string | undefined, statement: object): string {
  const policy = before === undefined ? { Version: '2012-10-17' } : { Version: '2008-10-17', ...parse(before) };
  const document = JSON.stringify({ ...policy, Statement: [...statementsOf(policy), statement] });
  if (Buffer.byteLength(document) <= mostBytes) return document;
  throw new UserError(
    'FENCE',
    `The table's resource policy is too long for a fence: with it, it would have ${Buffer.byteLength(document)} bytes, and AWS takes ${mostBytes}.`,
    'Shorten the policy, or ask without the fence.',
  );
}

/** Whether a policy holds the fence's statement. */
export function hasFence(document: string | undefined, sid: string): boolean {
  return document !== undefined && statementsOf(parse(document)).some((statement) => isFence(statement, sid));
}

/** What a policy is without the fence's statement; undefined: nothing. */
export function withoutFence(document: string, sid: string): string | undefined {
  const policy = parse(document);
  const others = statementsOf(policy).filter((statement) => !isFence(statement, sid));
  return others.length === 0 ? undefined : JSON.stringify({ ...policy, Statement: others });
}

/** How to take a fence down. */
export type Lowering =
  /** The statement is not there. */
  | { readonly how: 'was-gone' }
  /** Nobody has changed the policy: it becomes what it was, to the byte; undefined: none. */
  | { readonly how: 'as-before'; readonly document: string | undefined }
  /** Somebody has changed it meanwhile: their policy without our statement. */
  | { readonly how: 'others-kept'; readonly document: string | undefined };

export function lowering(current: string | undefined, before: string | undefined, sid: string): Lowering {
  if (current === undefined || !hasFence(current, sid)) return { how: 'was-gone' };
  const rest = withoutFence(current, sid);
  if (samePolicy(rest, before)) return { how: 'as-before', document: before };
  return { how: 'others-kept', document: rest };
}

/** Whether two policies say the same in the same words; their layout and how single statements are written may differ. */
export function samePolicy(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return isDeepStrictEqual(comparable(one), comparable(other));
}

function comparable(document: string): Policy {
  const policy = parse(document);
  return { Version: '2008-10-17', ...policy, Statement: statementsOf(policy) };
}

function isFence(statement: unknown, sid: string): boolean {
  return typeof statement === 'object' && statement !== null && 'Sid' in statement && statement.Sid === sid;
}

function statementsOf(policy: Policy): readonly unknown[] {
  const statements = policy['Statement'] ?? [];
  return Array.isArray(statements) ? statements : [statements];
}

function parse(document: string): Policy {
  try {
    const policy: unknown = JSON.parse(document);
    if (typeof policy === 'object' && policy !== null && !Array.isArray(policy)) return { ...policy };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UserError(
    'FENCE',
    "The table's resource policy is not a JSON object, so nothing can be added to it.",
    'Look at it with `aws dynamodb get-resource-policy`, or ask without the fence.',
  );
}
