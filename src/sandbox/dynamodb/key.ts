import { invalid } from '../aws-error.ts';
import type { AttributeValue, Item } from './item.ts';
import { parseDecimal, sortable } from './number.ts';

type KeyType = 'S' | 'N' | 'B';

/** The attributes of a table's primary key. */
export type KeySchema = {
  readonly partition: { readonly name: string; readonly type: KeyType };
  readonly sort?: { readonly name: string; readonly type: KeyType };
};

/**
 * One text per key: the same for equal keys however their numbers were written, ordered by the hash of the partition
 * key and then by the sort key. The salt makes the partitions' order a table's own.
 * @throws AwsError ValidationException when the attributes hold no key of this schema
 */
export function canonicalKey(schema: KeySchema, attributes: Item, salt: string): string {
  const partition = encoded(attributes[schema.partition.name], schema.partition.type);
  const sort = schema.sort === undefined ? '' : encoded(attributes[schema.sort.name], schema.sort.type);
  return `${hash(salt + partition)
    .toString(16)
    .padStart(8, '0')}/${partition}/${sort}`;
}

/** Only the key's attributes of an item. */
export function keyAttributes(schema: KeySchema, item: Item): Item {
  const names = schema.sort === undefined ? [schema.partition.name] : [schema.partition.name, schema.sort.name];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = item[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Where a key lies in the space of all keys, from 0 up to 1: a matter of its partition key only, the same in every table. */
export function placeOf(key: string): number {
  return hash(key.split('/', 2)[1] ?? '') / 2 ** 32;
}

/** The scan segment of a key that lies at `place`. */
export function segmentOf(place: number, totalSegments: number): number {
  return Math.floor(place * totalSegments);
}

function encoded(value: AttributeValue | undefined, type: KeyType): string {
  const member = value?.[type];
  if (member === undefined) throw invalid('The provided key element does not match the schema');
  if (type === 'S') return Buffer.from(member, 'utf8').toString('hex');
  if (type === 'B') return Buffer.from(member, 'base64').toString('hex');
  const decimal = parseDecimal(member);
  if (decimal === undefined) throw invalid(`The parameter cannot be converted to a numeric value: ${member}`);
  // '/' parts a key's pieces; '.' sorts like it and cannot be mistaken for it.
  return sortable(decimal).replace('/', '.');
}

/** FNV-1a with murmur's finish, so that near keys land far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
