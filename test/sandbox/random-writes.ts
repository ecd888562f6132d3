import fc from 'fast-check';
import type { Item } from '../../src/sandbox/dynamodb/item.ts';
import type { Wire } from '../../src/sandbox/wire.ts';
import { tables } from './two-regions.ts';

const key = fc.record({
  pk: fc.constantFrom('a', 'b', 'ü').map((S) => ({ S })),
  sk: fc.constantFrom('1', '1', '1', '-7', '-7', '1.0', '2e2').map((N) => ({ N })),
});
const value = fc.letrec((tie) => ({
  value: fc.oneof(...kindsOfValue(tie('value') as fc.Arbitrary<Item[string]>)),
})).value as fc.Arbitrary<Item[string]>;

function kindsOfValue(member: fc.Arbitrary<Item[string]>): readonly fc.Arbitrary<Item[string]>[] {
  return [
    fc.string({ maxLength: 9, unit: 'grapheme' }).map((S) => ({ S })),
    fc.constantFrom('0', '-0.50', '1e-3', '7', '12345678901234567890123456789012345678').map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true }),
    fc.constantFrom('', 'AQL9', 'AA==').map((B) => ({ B })),
    fc.constantFrom(['a'], ['b', 'a']).map((SS) => ({ SS })),
    fc.constantFrom(['1'], ['2', '1.50']).map((NS) => ({ NS })),
    fc.constant({ BS: ['AQL9', 'AA=='] }),
    fc.array(member, { maxLength: 2 }).map((L) => ({ L })),
    fc.dictionary(fc.constantFrom('a', 'b.c'), member, { maxKeys: 2 }).map((M) => ({ M })),
  ];
}

/** Far enough from the next kilobyte: dynalite weighs numbers and other alphabets a byte differently. */
const weight = fc.constantFrom(0, 1_400, 3_400).map((length) => ({ text: { S: 'x'.repeat(length) } }));
const item = fc
  .tuple(key, fc.dictionary(fc.constantFrom('n', 'm', 'ö'), value, { maxKeys: 2 }), weight)
  .map((parts): Item => Object.assign({}, ...parts));
const capacity = fc.constantFrom({}, { ReturnConsumedCapacity: 'TOTAL' }, { ReturnConsumedCapacity: 'NONE' });

const batch = fc
  .tuple(
    fc.dictionary(
      fc.constantFrom(...tables),
      fc.array(
        fc.oneof(
          item.map((Item) => ({ PutRequest: { Item } })),
          key.map((Key) => ({ DeleteRequest: { Key } })),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      { minKeys: 1 },
    ),
    capacity,
  )
  .map(([RequestItems, more]) => ['BatchWriteItem', { RequestItems, ...more }] as const);
const conditions = [
  undefined,
  'attribute_not_exists(#k)',
  'attribute_exists(#k)',
  '#n = :c',
  'attribute_exists(#k) AND #n <> :c',
  '#n < :c OR attribute_not_exists(#n)',
  'attribute_type(#n, :c)',
  '#n BETWEEN :low AND :high',
] as const;

/** Single writes of one form: they differ in their keys and values only. */
const form = fc
  .record({
    name: fc.constantFrom('PutItem', 'UpdateItem', 'DeleteItem'),
    TableName: fc.constantFrom(...tables),
    ConditionExpression: fc.constantFrom(...conditions),
    kind: fc.constantFrom(...kindsOfValue(value)),
    asked: fc.tuple(
      capacity,
      fc.constantFrom({}, { ReturnValues: 'ALL_OLD' }),
      fc.constantFrom({}, { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    ),
  })
  .map(({ name, TableName, ConditionExpression = '', kind, asked }) => {
    const UpdateExpression = name === 'UpdateItem' ? 'SET #a = :a REMOVE #r' : '';
    const used = (all: Wire) =>
      Object.entries(all).filter(([placeholder]) => `${ConditionExpression} ${UpdateExpression}`.includes(placeholder));
    const bodyOf = (Item: Item, Key: Item, ...values: readonly Item[string][]): Wire => {
      const names = used({ '#k': 'pk', '#n': 'n', '#a': 'n', '#r': 'm' });
      const meanings = used({ ':a': values[0], ':c': values[1], ':low': values[2], ':high': values[3] });
      return {
        TableName,
        ...(name === 'PutItem' ? { Item } : { Key }),
        ...(ConditionExpression !== '' && { ConditionExpression }),
        ...(UpdateExpression !== '' && { UpdateExpression }),
        ...(names.length > 0 && { ExpressionAttributeNames: Object.fromEntries(names) }),
        ...(meanings.length > 0 && { ExpressionAttributeValues: Object.fromEntries(meanings) }),
        ...Object.assign({}, ...asked),
      };
    };
    return fc.tuple(item, key, kind, kind, kind, kind).map((parts) => [name, bodyOf(...parts)] as const);
  });

/** Writes to two tables: batches, and single ones of a few forms, each of which comes again and again. */
export const writes = fc
  .array(form, { minLength: 1, maxLength: 4 })
  .chain((forms) => fc.array(fc.oneof(batch, ...forms, ...forms), { minLength: 20, maxLength: 60 }));
