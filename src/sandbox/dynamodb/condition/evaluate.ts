import { invalid } from '../../aws-error.ts';
import type { AttributeValue, Item } from '../item.ts';
import { parseDecimal, sortable } from '../number.ts';
import type { Comparator, Condition, Operand, Path } from './parse.ts';

/** What the `#names` and `:values` of a request stand for. */
export type Bindings = { readonly names: Readonly<Record<string, string>>; readonly values: Item };

/** What a condition is about: an item, null for a missing one, and the meaning of the condition's placeholders. */
type Subject = Bindings & { readonly item: Item | null };

/**
 * Whether an item meets a condition; a missing item is an item without attributes.
 *
 * dynalite has an evaluator too, but to it no list equals a list and no map a map, and a write-back lives on that.
 * @throws AwsError ValidationException for a placeholder without meaning
 */
export function meets(of: Subject, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return meets(of, condition.left) && meets(of, condition.right);
    case 'or':
      return meets(of, condition.left) || meets(of, condition.right);
    case 'not':
      return !meets(of, condition.condition);
    case 'compare':
      return compares(condition.comparator, resolve(of, condition.left), resolve(of, condition.right));
    case 'between': {
      const value = resolve(of, condition.operand);
      return compares('>=', value, resolve(of, condition.low)) && compares('<=', value, resolve(of, condition.high));
    }
    case 'in': {
      const value = resolve(of, condition.operand);
      return condition.list.some((member) => compares('=', value, resolve(of, member)));
    }
    case 'call':
      return calls(of, condition);
  }
}

function calls(of: Subject, { name, operands }: Condition & { kind: 'call' }): boolean {
  const [subject, argument] = operands.map((operand) => resolve(of, operand));
  switch (name) {
    case 'attribute_exists':
      return subject !== undefined;
    case 'attribute_not_exists':
      return subject === undefined;
    case 'attribute_type':
      return subject !== undefined && Object.keys(subject)[0] === argument?.S;
    case 'begins_with':
      return beginsWith(subject, argument);
    case 'contains':
      return contains(subject, argument);
  }
}

function beginsWith(subject: AttributeValue | undefined, prefix: AttributeValue | undefined): boolean {
  if (subject?.S !== undefined && prefix?.S !== undefined) return subject.S.startsWith(prefix.S);
  if (subject?.B === undefined || prefix?.B === undefined) return false;
  const start = Buffer.from(prefix.B, 'base64');
  return Buffer.from(subject.B, 'base64').subarray(0, start.length).equals(start);
}

function contains(subject: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (subject === undefined || part === undefined) return false;
  if (subject.S !== undefined) return part.S !== undefined && subject.S.includes(part.S);
  if (subject.B !== undefined) {
    return part.B !== undefined && Buffer.from(subject.B, 'base64').includes(Buffer.from(part.B, 'base64'));
  }
  if (subject.L !== undefined) return subject.L.some((member) => sameValue(member, part));
  const [set, member] = subject.SS
    ? [subject.SS, part.S]
    : subject.NS
      ? [subject.NS, part.N]
      : [subject.BS ?? [], part.B];
  return member !== undefined && set.includes(member);
}

function resolve(of: Subject, operand: Operand): AttributeValue | undefined {
  switch (operand.kind) {
    case 'value':
      return defined(of.values[operand.name], 'value used in expression', 'value', operand.name);
    case 'path':
      return follow(of, operand.path);
    case 'size': {
      const size = sizeOf(resolve(of, operand.of));
      return size === undefined ? undefined : { N: String(size) };
    }
  }
}

/** The value at a document path. */
function follow({ item, names }: Subject, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined;
  let attributes = item ?? undefined;
  for (const step of path) {
    value =
      typeof step === 'number'
        ? value?.L?.[step]
        : member(attributes, step.startsWith('#') ? nameIn(names, step) : step);
    attributes = value?.M;
  }
  return value;
}

function member(attributes: Item | undefined, name: string): AttributeValue | undefined {
  return attributes !== undefined && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

function nameIn(names: Bindings['names'], placeholder: string): string {
  return defined(names[placeholder], 'name used in the document path', 'name', placeholder);
}

function defined<T>(meaning: T | undefined, use: string, kind: string, placeholder: string): T {
  if (meaning !== undefined) return meaning;
  throw invalid(
    `Invalid ConditionExpression: An expression attribute ${use} is not defined; attribute ${kind}: ${placeholder}`,
  );
}

function sizeOf(value: AttributeValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return Buffer.byteLength(value.B, 'base64');
  if (value.M !== undefined) return Object.keys(value.M).length;
  return (value.SS ?? value.NS ?? value.BS ?? value.L)?.length;
}

function compares(
  comparator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (comparator === '<>') return left === undefined || right === undefined || !sameValue(left, right);
  if (left === undefined || right === undefined) return false;
  if (comparator === '=') return sameValue(left, right);
  const order = orderOf(left, right);
  if (order === undefined || order === 0) return order === 0 && comparator.endsWith('=');
  return comparator.startsWith(order < 0 ? '<' : '>');
}

/** Negative, zero or positive; undefined for values without an order between them. */
function orderOf(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.S !== undefined && right.S !== undefined) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  if (left.B !== undefined && right.B !== undefined) {
    return Buffer.compare(Buffer.from(left.B, 'base64'), Buffer.from(right.B, 'base64'));
  }
  const [low, high] = [parseDecimal(left.N ?? ''), parseDecimal(right.N ?? '')];
  if (low === undefined || high === undefined) return undefined;
  return Buffer.compare(Buffer.from(sortable(low)), Buffer.from(sortable(high)));
}

/** Equality of two values whose numbers are in plain notation; sets have no order. */
function sameValue(left: AttributeValue, right: AttributeValue): boolean {
  if (left.S !== undefined) return left.S === right.S;
  if (left.N !== undefined) return left.N === right.N;
  if (left.BOOL !== undefined) return left.BOOL === right.BOOL;
  if (left.B !== undefined) return left.B === right.B;
  if (left.NULL !== undefined) return left.NULL === right.NULL;
  if (left.M !== undefined) return right.M !== undefined && sameMap(left.M, right.M);
  if (left.L !== undefined) return right.L !== undefined && sameList(left.L, right.L);
  return sameSet(left.SS, right.SS) || sameSet(left.NS, right.NS) || sameSet(left.BS, right.BS);
}

function sameSet(left: readonly string[] | undefined, right: readonly string[] | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  const others = new Set(right);
  return left.length === others.size && left.every((member) => others.has(member));
}

function sameList(left: readonly AttributeValue[], right: readonly AttributeValue[]): boolean {
  return (
    left.length === right.length &&
    left.every((member, index) => {
      const other = right[index];
      return other !== undefined && sameValue(member, other);
    })
  );
}

function sameMap(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      const [member, other] = [left[name], Object.hasOwn(right, name) ? right[name] : undefined];
      return member !== undefined && other !== undefined && sameValue(member, other);
    })
  );
}
