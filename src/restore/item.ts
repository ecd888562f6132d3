import { canonicalNumber, sameNumber, significantDigits } from './comparison/number.ts';

/** One value exactly as DynamoDB's JSON protocol carries it. `B` and the members of `BS` are base64 text. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: boolean }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly AttributeValue[] }
  | { readonly M: Readonly<Record<string, AttributeValue>> };

/** An item as it came from the wire and as it will go back to it: nothing in between turns it into JavaScript values. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The attribute names of a table's primary key. */
export type KeySchema = { readonly partition: string; readonly sort?: string };

/**
 * The item's primary key as one text. Two texts are equal exactly when DynamoDB means the same key: numbers count by
 * value (`1.0` is `1`), binaries by their bytes, and a length before each part keeps `("a", "bc")` from `("ab", "c")`.
 *
 * @throws TypeError when a key attribute is missing or is neither string, number nor binary.
 */
export function keyOf(item: Item, schema: KeySchema): string {
  const partition = keyText(item, schema.partition);
  return schema.sort === undefined ? partition : partition + keyText(item, schema.sort);
}

/**
 * The item reduced to its primary key: what a GetItem or DeleteItem request takes as `Key`.
 *
 * @throws TypeError when a key attribute is missing.
 */
export function keyAttributes(item: Item, schema: KeySchema): Item {
  const names = schema.sort === undefined ? [schema.partition] : [schema.partition, schema.sort];
  // Not an assignment: fromEntries makes an attribute named __proto__ an attribute like any other.
  return Object.fromEntries(names.map((name) => [name, keyAttribute(item, name)]));
}

/**
 * Whether two items hold the same data, as DynamoDB sees it: attributes and set members in any order, lists in their
 * order, numbers by value at all 38 digits, binaries by bytes, nested values likewise. `1` the number and `"1"` the
 * text differ. Allocates nothing when the items are identical as written, which is nearly always.
 */
export function sameItem(a: Item, b: Item): boolean {
  return sameMap(a, b);
}

/** Whether the item has an attribute of this name with this value, as `sameItem` sees it. */
export function hasAttribute(item: Item, name: string, value: AttributeValue): boolean {
  const there = Object.hasOwn(item, name) ? item[name] : undefined;
  return there !== undefined && sameValue(value, there);
}

/**
 * The item's size in bytes by DynamoDB's rule, as far as it is published ("DynamoDB item sizes and formats" in the
 * Developer Guide): names and texts in UTF-8, binaries raw, a number one byte plus one for each two significant digits,
 * null and boolean one byte, a list or map three bytes plus one for each element. AWS calls its own rule approximate.
 */
export function itemSize(item: Item): number {
  let size = 0;
  for (const name in item) {
    size += Buffer.byteLength(name) + valueSize(attribute(item, name));
  }
  return size;
}

/** The bytes of a binary in the one base64 spelling that encoders produce; decoders accept others for the same bytes. */
export function canonicalBinary(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64');
}

/** What to throw for a value of a type this program does not know: it must neither be called equal nor be hashed. */
export function unknownType(): TypeError {
  return new TypeError(
    'An attribute value is of a type this program does not know. It knows S, N, B, BOOL, NULL, SS, NS, BS, L and M.',
  );
}

function keyAttribute(item: Item, name: string): AttributeValue {
  const value = Object.hasOwn(item, name) ? item[name] : undefined;
  if (value === undefined) {
    throw new TypeError(`An item lacks the key attribute "${name}". Is this the key schema of its table?`);
  }
  return value;
}

function keyText(item: Item, name: string): string {
  const value = keyAttribute(item, name);
  if ('S' in value) {
    return `S${value.S.length}:${value.S}`;
  }
  if ('N' in value) {
    const number = canonicalNumber(value.N);
    return `N${number.length}:${number}`;
  }
  if ('B' in value) {
    const binary = canonicalBinary(value.B);
    return `B${binary.length}:${binary}`;
  }
  throw new TypeError(`The key attribute "${name}" is neither a string, a number nor a binary.`);
}

/** Reads a name known to be the map's own. */
function attribute(map: Item, name: string): AttributeValue {
  const value = map[name];
  if (value === undefined) {
    throw unknownType();
  }
  return value;
}

function sameMap(a: Item, b: Item): boolean {
  let more = 0;
  for (const name in a) {
    // Own properties only: every object answers to "constructor".
    if (!(Object.hasOwn(b, name) && sameValue(attribute(a, name), attribute(b, name)))) {
      return false;
    }
    more += 1;
  }
  for (const _ in b) {
    more -= 1;
  }
  return more === 0;
}

function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if ('S' in a) {
    return 'S' in b && a.S === b.S;
  }
  if ('N' in a) {
    return 'N' in b && sameNumber(a.N, b.N);
  }
  if ('M' in a) {
    return 'M' in b && sameMap(a.M, b.M);
  }
  if ('L' in a) {
    return 'L' in b && sameList(a.L, b.L);
  }
  if ('BOOL' in a) {
    return 'BOOL' in b && a.BOOL === b.BOOL;
  }
  if ('NULL' in a) {
    return 'NULL' in b && a.NULL === b.NULL;
  }
  if ('B' in a) {
    return 'B' in b && sameBinary(a.B, b.B);
  }
  return sameSetValue(a, b);
}

function sameSetValue(a: AttributeValue, b: AttributeValue): boolean {
  if ('SS' in a) {
    return 'SS' in b && sameSet(a.SS, b.SS, (text) => text);
  }
  if ('NS' in a) {
    return 'NS' in b && sameSet(a.NS, b.NS, canonicalNumber);
  }
  if ('BS' in a) {
    return 'BS' in b && sameSet(a.BS, b.BS, canonicalBinary);
  }
  throw unknownType();
}

function sameList(a: readonly AttributeValue[], b: readonly AttributeValue[]): boolean {
  return (
    a.length === b.length &&
    a.every((value, index) => {
      const other = b[index];
      return other !== undefined && sameValue(value, other);
    })
  );
}

function sameBinary(a: string, b: string): boolean {
  return a === b || canonicalBinary(a) === canonicalBinary(b);
}

function sameSet(a: readonly string[], b: readonly string[], canonical: (member: string) => string): boolean {
  if (a.length !== b.length) {
    return false;
  }
  if (a.every((member, index) => member === b[index])) {
    return true;
  }
  const members = a.map(canonical).sort();
  const others = b.map(canonical).sort();
  return members.every((member, index) => member === others[index]);
}

function valueSize(value: AttributeValue): number {
  if ('S' in value) {
    return Buffer.byteLength(value.S);
  }
  if ('N' in value) {
    return numberSize(value.N);
  }
  if ('M' in value) {
    let size = 3;
    for (const name in value.M) {
      size += 1 + Buffer.byteLength(name) + valueSize(attribute(value.M, name));
    }
    return size;
  }
  if ('L' in value) {
    return value.L.reduce((size, element) => size + 1 + valueSize(element), 3);
  }
  if ('B' in value) {
    return binarySize(value.B);
  }
  return 'BOOL' in value || 'NULL' in value ? 1 : setSize(value);
}

function setSize(value: AttributeValue): number {
  if ('SS' in value) {
    return value.SS.reduce((size, member) => size + Buffer.byteLength(member), 0);
  }
  if ('NS' in value) {
    return value.NS.reduce((size, member) => size + numberSize(member), 0);
  }
  if ('BS' in value) {
    return value.BS.reduce((size, member) => size + binarySize(member), 0);
  }
  throw unknownType();
}

function numberSize(text: string): number {
  return 1 + Math.ceil(significantDigits(text) / 2);
}

function binarySize(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}
