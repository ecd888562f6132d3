import type { AttributeValue, Item } from '../item.ts';
import { parseDecimal, sortable } from '../number.ts';
import type { Comparator, Condition, Operand, Path } from './parse.ts';

/**
 * Whether an item meets a condition; a missing item is an item without attributes.
 *
 * dynalite has an evaluator too, but to it no list equals a list and no map a map, and a write-back lives on that.
 */
export function meets(item: Item | null, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return meets(item, condition.left) && meets(item, condition.right);
    case 'or':
      return meets(item, condition.left) || meets(item, condition.right);
    case 'not':
      return !meets(item, condition.condition);
    case 'compare':
      return compares(condition.comparator, resolve(item, condition.left), resolve(item, condition.right));
    case 'between': {
      const value = resolve(item, condition.operand);
      return (
        compares('>=', value, resolve(item, condition.low)) && compares('<=', value, resolve(item, condition.high))
      );
    }
    case 'in': {
      const value = resolve(item, condition.operand);
      return condition.list.some((member) => compares('=', value, resolve(item, member)));
    }
    case 'call':
      return calls(item, condition);
  }
}

function calls(item: Item | null, { name, operands }: Condition & { kind: 'call' }): boolean {
  const [subject, argument] = operands.map((operand) => resolve(item, operand));
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

function resolve(item: Item | null, operand: Operand): AttributeValue | undefined {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path':
      return follow(item ?? {}, operand.path);
    case 'size': {
      const size = sizeOf(resolve(item, operand.of));
      return size === undefined ? undefined : { N: String(size) };
    }
  }
}

/** The value at a document path. */
function follow(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) {
    if (typeof step === 'number') value = value?.L?.[step];
    else value = value?.M !== undefined && Object.hasOwn(value.M, step) ? value.M[step] : undefined;
  }
  return value;
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
  const [type] = Object.keys(left);
  if (type !== Object.keys(right)[0]) return false;
  if (left.M !== undefined && right.M !== undefined) return sameMap(left.M, right.M);
  if (left.L !== undefined && right.L !== undefined) return sameList(left.L, right.L);
  const set = left.SS ?? left.NS ?? left.BS;
  if (set !== undefined) {
    const other = new Set(right.SS ?? right.NS ?? right.BS);
    return set.length === other.size && set.every((member) => other.has(member));
  }
  return (
    left.S === right.S &&
    left.N === right.N &&
    left.B === right.B &&
    left.BOOL === right.BOOL &&
    left.NULL === right.NULL
  );
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
