import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { itemHash, newDigest } from '../../src/restore/comparison/digest.ts';
import { canonicalNumber, sameNumber } from '../../src/restore/comparison/number.ts';
import type { AttributeValue, Item } from '../../src/restore/item.ts';
import { itemSize, keyAttributes, keyOf, sameItem } from '../../src/restore/item.ts';
import * as arbitrary from '../support/arbitrary-items.ts';

const nines = '9'.repeat(38);

describe('numbers', () => {
  test.for([
    ['1', '1.0'],
    ['1', '1E0'],
    ['1', '0.1e1'],
    ['1', '+1'],
    ['1', '001'],
    ['1', '10E-1'],
    ['0', '-0'],
    ['0', '0.000'],
    ['0', '0E12'],
    ['0', '.0'],
    ['-1.5', '-15e-1'],
    ['100', '1E2'],
    ['100', '1E+2'],
    ['1E125', `1${'0'.repeat(125)}`],
    ['1E-130', `0.${'0'.repeat(129)}1`],
    [nines, `${nines}.0`],
    [`0.${nines}`, `${nines}E-38`],
    ['12.', '12'],
  ] as const)('%s and %s are the same number', ([a, b]) => {
    expect(sameNumber(a, b)).toBe(true);
    expect(canonicalNumber(a)).toBe(canonicalNumber(b));
  });

  test.for([
    [nines, `${'9'.repeat(37)}8`],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345679'],
    ['0.1', '0.10000000000000000000000000000000000001'],
    ['9007199254740992', '9007199254740993'],
    ['1E125', '1E124'],
    ['1E-130', '0'],
    ['1E-130', '-1E-130'],
    ['1', '-1'],
    ['10', '1'],
    ['1E10', '1E1'],
  ] as const)('%s and %s are different numbers', ([a, b]) => {
    expect(sameNumber(a, b)).toBe(false);
  });

  test.for(['', '.', '-', 'NaN', 'Infinity', '1 ', '0x10', '1e', '1,5', '--1', '12a', '1E9999999999'])(
    'text that is no number is refused without being quoted: "%s"',
    (text) => {
      expect(() => canonicalNumber(text)).toThrow(
        new TypeError('A number attribute holds text that is not a decimal number.'),
      );
    },
  );

  test('spelling never matters, value always does (exact integer arithmetic as the judge)', () => {
    const parts = fc.record({
      digits: fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }),
      power: fc.nat(30),
    });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = a.digits * 10n ** BigInt(a.power) === b.digits * 10n ** BigInt(b.power);
        expect(sameNumber(`${a.digits}E${a.power}`, `${b.digits}e+${b.power}`)).toBe(same);
        expect(sameNumber(`${a.digits}E${a.power}`, `${a.digits}${'0'.repeat(a.power)}.00`)).toBe(true);
      }),
    );
  });
});

describe('two items', () => {
  test('are the same however attributes, sets and numbers are spelled, and then have the same hash and size', () => {
    fc.assert(
      fc.property(arbitrary.item, (item) => {
        const respelt = arbitrary.respell(item);
        expect(sameItem(item, respelt)).toBe(true);
        expect(itemHash(item)).toBe(itemHash(respelt));
        expect(itemSize(item)).toBe(itemSize(respelt));
      }),
    );
  });

  test('that are unrelated are the same exactly when their hashes are', () => {
    fc.assert(
      fc.property(arbitrary.item, arbitrary.item, (a, b) => {
        expect(sameItem(a, b)).toBe(itemHash(a) === itemHash(b));
        expect(sameItem(a, b)).toBe(sameItem(b, a));
      }),
    );
  });

  test('differ when one attribute is added, whatever its name, and however the two are ordered', () => {
    fc.assert(
      fc.property(arbitrary.item, arbitrary.attributeName, arbitrary.attributeValue, (item, name, value) => {
        fc.pre(!Object.hasOwn(item, name));
        const more = Object.fromEntries([...Object.entries(item), [name, value]]);
        expect(sameItem(item, more)).toBe(false);
        expect(sameItem(more, item)).toBe(false);
        expect(itemHash(more)).not.toBe(itemHash(item));
        expect(itemSize(more)).toBeGreaterThan(itemSize(item));
      }),
    );
  });

  const differing: readonly (readonly [string, AttributeValue, AttributeValue])[] = [
    ['text and number', { S: '1' }, { N: '1' }],
    ['text and binary', { S: 'QQ==' }, { B: 'QQ==' }],
    ['true and false', { BOOL: true }, { BOOL: false }],
    ['empty text and null', { S: '' }, { NULL: true }],
    ['empty list and empty map', { L: [] }, { M: {} }],
    ['a list in another order', { L: [{ S: 'a' }, { S: 'b' }] }, { L: [{ S: 'b' }, { S: 'a' }] }],
    ['a list and its beginning', { L: [{ S: 'a' }, { S: 'b' }] }, { L: [{ S: 'a' }] }],
    ['sets of different types', { SS: ['1'] }, { NS: ['1'] }],
    ['sets with another member', { SS: ['a', 'b'] }, { SS: ['a', 'c'] }],
    ['sets that run together', { SS: ['ab', 'c'] }, { SS: ['a', 'bc'] }],
    ['38 digits off by one in the last', { N: nines }, { N: `${'9'.repeat(37)}8` }],
    ['a number set off by one in the last digit', { NS: ['1', nines] }, { NS: ['1', `${'9'.repeat(37)}8`] }],
    ['one bit of a binary', { B: 'AAAA' }, { B: 'AAAB' }],
    ['a key that only the prototype has', { M: { constructor: { S: 'x' } } }, { M: { toString: { S: 'x' } } }],
    ['nested deep', nested(31, { S: 'a' }), nested(31, { S: 'b' })],
  ];
  test.for(differing)('differ by %s', ([, a, b]) => {
    expect(sameItem({ a }, { a: b })).toBe(false);
    expect(itemHash({ a })).not.toBe(itemHash({ a: b }));
  });

  const same: readonly (readonly [string, AttributeValue, AttributeValue])[] = [
    ['1 and 1.0', { N: '1' }, { N: '1.0' }],
    ['sets in another order', { NS: ['1', '2.50'] }, { NS: ['2.5', '1E0'] }],
    ['binary sets in another order', { BS: ['AAAA', 'QQ=='] }, { BS: ['QQ==', 'AAAA'] }],
    ['base64 with and without padding', { B: 'QQ==' }, { B: 'QQ' }],
    ['nested deep, spelled differently', nested(31, { N: '10' }), nested(31, { N: '1E1' })],
  ];
  test.for(same)('are the same: %s', ([, a, b]) => {
    expect(sameItem({ a }, { a: b })).toBe(true);
    expect(itemHash({ a })).toBe(itemHash({ a: b }));
  });

  test('an attribute named __proto__ is an attribute like any other', () => {
    const a: Item = JSON.parse('{"id":{"S":"1"},"__proto__":{"M":{"__proto__":{"N":"1"}}}}');
    const b: Item = JSON.parse('{"id":{"S":"1"},"__proto__":{"M":{"__proto__":{"N":"2"}}}}');
    const none: Item = JSON.parse('{"id":{"S":"1"}}');
    const spelled: Item = JSON.parse('{"__proto__":{"M":{"__proto__":{"N":"1.0"}}},"id":{"S":"1"}}');
    expect([sameItem(a, spelled), sameItem(a, b), sameItem(a, none), sameItem(none, a)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(new Set([a, b, none, spelled].map(itemHash)).size).toBe(3);
    expect(itemSize(a)).toBe(2 + 1 + 9 + (3 + 1 + 9 + 2));
    expect(JSON.stringify(keyAttributes(b, { partition: '__proto__' }))).toBe(
      '{"__proto__":{"M":{"__proto__":{"N":"2"}}}}',
    );
    expect(() => keyOf(none, { partition: '__proto__' })).toThrow('lacks the key attribute "__proto__"');
  });

  test('a value of an unknown type is refused, never called equal', () => {
    const strange: Item = JSON.parse('{"id":{"VECTOR":[1]}}');
    for (const judge of [itemHash, itemSize, (item: Item) => sameItem(item, structuredClone(item))]) {
      expect(() => judge(strange)).toThrow(TypeError);
    }
  });
});

describe('a key', () => {
  const schema = { partition: 'p', sort: 's' } as const;

  test('does not depend on how its numbers are spelled, nor on other attributes', () => {
    const key = keyOf({ p: { N: '1' }, s: { N: '-2.50' }, other: { S: 'x' } }, schema);
    expect(keyOf({ s: { N: '-25E-1' }, p: { N: '1.0' } }, schema)).toBe(key);
    expect(keyOf({ p: { N: '1' }, s: { N: '2.5' } }, schema)).not.toBe(key);
  });

  test.for([
    ['a', 'Sb', 'aS', 'b'],
    ['a', 'bc', 'ab', 'c'],
    ['', 'S0:', 'S0:', ''],
    ['1:', 'S', '1', ':S'],
  ] as const)('("%s", "%s") is not ("%s", "%s")', ([p1, s1, p2, s2]) => {
    expect(keyOf({ p: { S: p1 }, s: { S: s1 } }, schema)).not.toBe(keyOf({ p: { S: p2 }, s: { S: s2 } }, schema));
  });

  test('never runs together with another one', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '1', ':', 'S', 'N', 'B', '|'),
      maxLength: 6,
    });
    fc.assert(
      fc.property(text, text, text, text, (p1, s1, p2, s2) => {
        const same = p1 === p2 && s1 === s2;
        expect(keyOf({ p: { S: p1 }, s: { S: s1 } }, schema) === keyOf({ p: { S: p2 }, s: { S: s2 } }, schema)).toBe(
          same,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('of a text, a number and a binary that look alike are three keys', () => {
    const keys = [{ S: '1234' }, { N: '1234' }, { B: '1234' }].map((p) => keyOf({ p }, { partition: 'p' }));
    expect(new Set(keys).size).toBe(3);
  });

  test('is taken out of the item as it is on the wire, and missing or impossible ones are named', () => {
    const item: Item = { p: { N: '1.0' }, s: { S: '' }, x: { BOOL: true } };
    expect(keyAttributes(item, schema)).toEqual({
      p: { N: '1.0' },
      s: { S: '' },
    });
    expect(keyAttributes(item, { partition: 'p' })).toEqual({
      p: { N: '1.0' },
    });
    expect(() => keyOf({ p: { S: 'secret' } }, schema)).toThrow(
      'An item lacks the key attribute "s". Is this the key schema of its table?',
    );
    expect(() => keyOf(item, { partition: 'x' })).toThrow('"x" is neither a string, a number nor a binary');
    expect(() => keyOf(item, { partition: 'constructor' })).toThrow('lacks the key attribute "constructor"');
  });
});

describe('the size of an item', () => {
  const sizes: readonly (readonly [string, AttributeValue, number])[] = [
    ['a text in UTF-8', { S: 'naïve 🙂' }, 11],
    ['a binary in raw bytes', { B: Buffer.alloc(10).toString('base64') }, 10],
    ['zero', { N: '0' }, 1],
    ['one digit', { N: '-7' }, 2],
    ['38 digits', { N: nines }, 20],
    ['a number without its outer zeros', { N: '0012000' }, 2],
    ['a boolean', { BOOL: false }, 1],
    ['null', { NULL: true }, 1],
    ['an empty list', { L: [] }, 3],
    ['a list', { L: [{ S: 'ab' }, { NULL: true }] }, 8],
    ['a map', { M: { key: { S: 'ab' } } }, 9],
    ['a text set', { SS: ['a', 'bc'] }, 3],
    ['a number set', { NS: ['1', '22'] }, 4],
    ['a binary set', { BS: ['AAAA', 'QQ=='] }, 4],
  ];
  test.for(sizes)('counts %s', ([, value, size]) => {
    expect(itemSize({ name: value })).toBe(4 + size);
  });
});

describe('the digest', () => {
  test('of nothing is zero, and does not depend on the order of the items', () => {
    expect(newDigest().toString()).toBe('0'.repeat(32));
    fc.assert(
      fc.property(fc.array(arbitrary.item), (items) => {
        expect(digest(items)).toBe(digest(items.toReversed()));
        expect(digest(items)).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });

  test('is the sum of the hashes modulo 2^128 (big integers as the judge)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.constant(2n ** 128n - 1n))),
        (all) => {
          const sum = newDigest();
          for (const value of all) {
            sum.add(Buffer.from(value.toString(16).padStart(32, '0'), 'hex').toString('binary'));
          }
          const expected = all.reduce((total, value) => (total + value) % 2n ** 128n, 0n);
          expect(sum.toString()).toBe(expected.toString(16).padStart(32, '0'));
        },
      ),
    );
  });

  test('counts an item as often as it occurs', () => {
    const item: Item = { id: { S: '1' } };
    expect(digest([item, item])).not.toBe(digest([item]));
  });

  test('stays what it is from release to release: it stands in audit logs', () => {
    expect(digest([{ id: { S: '1' }, n: { N: '1.50' }, tags: { SS: ['b', 'a'] } }])).toBe(
      '1fc3472dafe06cfdd91204804585042a',
    );
  });
});

function digest(items: readonly Item[]): string {
  const sum = newDigest();
  for (const item of items) {
    sum.add(itemHash(item));
  }
  return sum.toString();
}

function nested(depth: number, leaf: AttributeValue): AttributeValue {
  return depth === 0
    ? leaf
    : depth % 2 === 0
      ? { L: [nested(depth - 1, leaf)] }
      : { M: { m: nested(depth - 1, leaf) } };
}
