import { AwsError, invalid } from '../aws-error.ts';
import { isRecord, record } from '../wire.ts';
import { isPlainNumber, parseDecimal, plain } from './number.ts';

/** An attribute value in wire JSON: exactly one member; `B` is base64. */
export type AttributeValue = {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: boolean;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
};

/** An item in wire JSON. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The most an item may weigh, names included. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const maxItemBytes = 409_600;

/**
 * Reads an item off the wire, its numbers in DynamoDB's plain notation.
 * @throws AwsError ValidationException or SerializationException with AWS's wording
 */
export function readItem(value: unknown): Item {
  const sent = record(value);
  const names = Object.keys(sent);
  // fromEntries defines own properties: an attribute called "__proto__" stays an attribute.
  if (names.includes('__proto__')) return Object.fromEntries(names.map((name) => [name, readValue(sent[name])]));
  const item: Record<string, AttributeValue> = {};
  for (const name of names) item[name] = readValue(sent[name]);
  return item;
}

/** @throws AwsError ValidationException when the item is heavier than DynamoDB stores */
export function checkItemSize(bytes: number): void {
  if (bytes > maxItemBytes) throw invalid('Item size has exceeded the maximum allowed size');
}

/** Reads one attribute value off the wire. @throws AwsError as readItem */
function readValue(value: unknown): AttributeValue {
  if (!isRecord(value)) throw new AwsError('SerializationException', 'Unexpected value type in payload');
  let type: string | undefined;
  let others = 0;
  for (const name of Object.keys(value)) {
    if (value[name] === null || value[name] === undefined) continue;
    if (type === undefined) type = name;
    else others += 1;
  }
  if (type === undefined) {
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (others > 0) {
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  return readMember(type, value[type]);
}

function readMember(type: string, value: unknown): AttributeValue {
  switch (type) {
    case 'S':
      return { S: readText(value) };
    case 'N':
      return { N: readNumber(value) };
    case 'B':
      return { B: readText(value) };
    case 'BOOL':
      return { BOOL: readFlag(value) };
    case 'NULL':
      return { NULL: readFlag(value) };
    case 'SS':
      return { SS: readList(value).map(readText) };
    case 'NS':
      return { NS: readList(value).map(readNumber) };
    case 'BS':
      return { BS: readList(value).map(readText) };
    case 'L':
      return { L: readList(value).map(readValue) };
    case 'M':
      return { M: readItem(value) };
  }
  throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
}

function readText(value: unknown): string {
  if (typeof value !== 'string') throw new AwsError('SerializationException', 'Unexpected value type in payload');
  return value;
}

function readFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new AwsError('SerializationException', 'Unexpected value type in payload');
  return value;
}

function readList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new AwsError('SerializationException', 'Unexpected field type');
  return value;
}

function readNumber(value: unknown): string {
  const text = readText(value);
  if (isPlainNumber(text)) return text;
  const decimal = parseDecimal(text);
  if (decimal === undefined) {
    throw invalid(`The parameter cannot be converted to a numeric value${text === '' ? '' : `: ${text}`}`);
  }
  if (decimal.digits.length > 38) throw invalid('Attempting to store more than 38 significant digits in a Number');
  if (decimal.exponent > 126) {
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (decimal.exponent < -129) {
    throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  }
  return plain(decimal);
}

/**
 * What DynamoDB charges for an item, in bytes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) bytes += Buffer.byteLength(name) + valueBytes(value);
  }
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return Buffer.byteLength(value.B, 'base64');
  if (value.SS !== undefined) return sum(value.SS, (member) => Buffer.byteLength(member));
  if (value.NS !== undefined) return sum(value.NS, numberBytes);
  if (value.BS !== undefined) return sum(value.BS, (member) => Buffer.byteLength(member, 'base64'));
  if (value.L !== undefined) return 3 + sum(value.L, (member) => 1 + valueBytes(member));
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

function numberBytes(number: string): number {
  const digits = number.replace(/^-?0*\.?0*|\./g, '').length;
  return Math.ceil(digits / 2) + 1 + (number.startsWith('-') ? 1 : 0);
}

function sum<T>(members: readonly T[], bytes: (member: T) => number): number {
  return members.reduce((total, member) => total + bytes(member), 0);
}
