import { hash } from 'node:crypto';
import type { Item } from '../item.ts';
import { canonicalForm } from './canonical-form.ts';
import { canonicalFormOf } from './canonical-text.ts';

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
  return hashOf(canonicalForm(item));
}

/** The same of an item that was not parsed yet. */
export function itemTextHash(text: string): ItemHash {
  return hashOf(canonicalFormOf(text));
}

function hashOf(form: string): ItemHash {
  // Half a surrogate pair has no bytes in UTF-8: all of them would hash alike.
  const hashed = form.isWellFormed() ? form : Buffer.from(form, 'utf16le');
  return hash('sha256', hashed, 'binary').slice(0, 16);
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
