import fc from 'fast-check';
import type { AttributeValue, Item } from '../../src/restore/item.ts';

const awkwardNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '0', 'ключ', 'a b', '🙂'];

export const attributeName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...awkwardNames),
  fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
);

/** Decimal texts over DynamoDB's whole range: up to 38 digits, 1E-130 to 9.9E+125. */
const numberText: fc.Arbitrary<string> = fc.oneof(
  fc.integer().map(String),
  fc
    .record({
      negative: fc.boolean(),
      digits: fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }),
      power: fc.integer({ min: -130, max: 80 }),
    })
    .map(({ negative, digits, power }) => `${negative ? '-' : ''}${digits}E${power}`),
);

const base64 = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64'));

export const attributeValue: fc.Arbitrary<AttributeValue> = fc.letrec<{
  value: AttributeValue;
}>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.record({ S: fc.string({ unit: 'grapheme', maxLength: 20 }) }),
    fc.record({ N: numberText }),
    fc.record({ B: base64 }),
    fc.record({ BOOL: fc.boolean() }),
    fc.constant({ NULL: true }),
    fc.record({
      SS: fc.uniqueArray(fc.string({ maxLength: 5 }), {
        minLength: 1,
        maxLength: 5,
      }),
    }),
    fc.record({
      NS: fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 5 }).map((all) => all.map(String)),
    }),
    fc.record({ BS: fc.uniqueArray(base64, { minLength: 1, maxLength: 5 }) }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 4 }) }),
    fc.record({
      M: fc.dictionary(attributeName, tie('value'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    }),
  ),
})).value;

export const item: fc.Arbitrary<Item> = fc.dictionary(attributeName, attributeValue, {
  maxKeys: 6,
  noNullPrototype: true,
});

/** The same item as another writer could have sent it: other attribute order, other set order, other number spelling. */
export function respell(original: Item): Item {
  const entries = Object.entries(original).reverse();
  return Object.fromEntries(entries.map(([name, value]) => [name, respellValue(value)]));
}

function respellValue(value: AttributeValue): AttributeValue {
  if ('N' in value) {
    return { N: respellNumber(value.N) };
  }
  if ('SS' in value) {
    return { SS: value.SS.toReversed() };
  }
  if ('NS' in value) {
    return { NS: value.NS.toReversed().map(respellNumber) };
  }
  if ('BS' in value) {
    return { BS: value.BS.toReversed() };
  }
  if ('L' in value) {
    return { L: value.L.map(respellValue) };
  }
  return 'M' in value ? { M: respell(value.M) } : value;
}

/** The same number with one zero more and the exponent one less: 12 becomes 120E-1, 5E3 becomes 50E2. */
function respellNumber(text: string): string {
  const [digits = '', power = '0'] = text.split('E');
  return digits.includes('.') ? `${digits}00E${power}` : `${digits}0E${Number(power) - 1}`;
}
