import { hash } from 'node:crypto';
import type { AttributeValue, Item } from '../item.ts';
import { canonicalBinary, unknownType } from '../item.ts';
import { canonicalNumber } from './number.ts';

/** 128 bits of an item's hash, as 16 Latin-1 characters: opaque, made by `itemHash`, added up by a `Digest`. */
export type ItemHash = string;

/**
 * A digest of many items in no particular order: the sum, modulo 2^128, of their hashes. Two sides have equal digests
 * exactly when they hold the same items (two different sides agree by chance once in 2^128). It proves that a copy is
 * right; it does not withstand somebody who searches for items whose hashes add up.
 */
export interface Digest {
  add(hash: ItemHash): void;
  /** The digest of what was added so far: 32 hex digits. */
  toString(): string;
}

/**
 * The first 128 bits of the SHA-256 of the item's canonical form. Items that `sameItem` calls the same have the same
 * hash.
 */
export function itemHash(item: Item): ItemHash {
  return hash('sha256', canonicalMap(item), 'binary').slice(0, 16);
}

export function newDigest(): Digest {
  // 32-bit limbs, the lowest first, in plain numbers: two BigInt additions would cost more than the hash does.
  const limbs = [0, 0, 0, 0];
  return {
    add: (itemHash) => {
      let carry = 0;
      for (let limb = 0; limb < 4; limb += 1) {
        const sum = (limbs[limb] ?? 0) + word(itemHash, 12 - 4 * limb) + carry;
        limbs[limb] = sum >>> 0;
        carry = sum > 0xffffffff ? 1 : 0;
      }
    },
    toString: () => limbs.map((limb) => limb.toString(16).padStart(8, '0')).reduceRight((high, low) => high + low, ''),
  };
}

/** The big-endian 32-bit word that starts at this character. */
function word(hash: ItemHash, at: number): number {
  return (
    ((hash.charCodeAt(at) << 24) |
      (hash.charCodeAt(at + 1) << 16) |
      (hash.charCodeAt(at + 2) << 8) |
      hash.charCodeAt(at + 3)) >>>
    0
  );
}

// The canonical form: attributes and set members sorted, numbers and binaries in their one spelling, and every text
// preceded by its length, so that no two different items can run together into the same form.

function canonicalMap(map: Item): string {
  const names = Object.keys(map);
  const { sorted, labels } = orderOf(names);
  let text = `M${names.length}:`;
  for (let index = 0; index < sorted.length; index += 1) {
    const value = map[sorted[index] ?? ''];
    if (value === undefined) {
      throw unknownType();
    }
    text += labels[index] + canonicalValue(value);
  }
  return text;
}

/** Attribute names in canonical order, and each as it stands in the canonical form. */
type Order = {
  readonly names: readonly string[];
  readonly sorted: readonly string[];
  readonly labels: readonly string[];
};

// The items of a table nearly all have the same names in the same order: they are sorted once, not for each item.
const orders = new Map<string | undefined, Order>();
const mostOrders = 1000;

function orderOf(names: readonly string[]): Order {
  const known = orders.get(names[0]);
  if (known !== undefined && isSameList(known.names, names)) {
    return known;
  }
  const sorted = inOrder(names);
  const order = { names, sorted, labels: sorted.map((name) => `${name.length}:${name}`) };
  if (orders.size >= mostOrders) {
    orders.clear();
  }
  orders.set(names[0], order);
  return order;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) {
    return false;
  }
  for (let index = 0; index < a.length; index += 1) {
    if (a[index] !== b[index]) {
      return false;
    }
  }
  return true;
}

function canonicalValue(value: AttributeValue): string {
  if ('S' in value) {
    return `S${value.S.length}:${value.S}`;
  }
  if ('N' in value) {
    return `N${canonicalNumber(value.N)};`;
  }
  if ('M' in value) {
    return canonicalMap(value.M);
  }
  if ('L' in value) {
    return value.L.reduce((text, element) => text + canonicalValue(element), `L${value.L.length}:`);
  }
  if ('BOOL' in value) {
    return value.BOOL ? 'T' : 'F';
  }
  if ('NULL' in value) {
    return value.NULL ? 'Z' : 'z';
  }
  if ('B' in value) {
    return `B${canonicalBinary(value.B)};`;
  }
  return canonicalSet(value);
}

function canonicalSet(value: AttributeValue): string {
  if ('SS' in value) {
    return `s${sortedMembers(value.SS)}`;
  }
  if ('NS' in value) {
    return `n${sortedMembers(value.NS.map(canonicalNumber))}`;
  }
  if ('BS' in value) {
    return `b${sortedMembers(value.BS.map(canonicalBinary))}`;
  }
  throw unknownType();
}

function sortedMembers(members: readonly string[]): string {
  return inOrder(members).reduce((text, member) => `${text}${member.length}:${member}`, `${members.length}:`);
}

/** By UTF-16 code units: the same everywhere, whatever the locale. */
function inOrder(texts: readonly string[]): readonly string[] {
  return texts.toSorted();
}
