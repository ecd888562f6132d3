import fc from 'fast-check';
import { expect, test } from 'vitest';
import { conditionOf } from '../../src/dynamodb/condition.ts';
import type { Item } from '../../src/restore/item.ts';
import type { GuardedChange } from '../../src/restore/ports.ts';
import * as arbitrary from '../support/arbitrary-items.ts';

const schema = { partition: 'id' };

function wide(prefix: string, count: number, text: string): Item {
  const attributes = Array.from({ length: count }, (_, n) => [`${prefix}${n}`, { S: text }]);
  return Object.fromEntries([['id', { S: '1' }], ...attributes]);
}

function operators(expression: string): number {
  return expression.split(' AND ').length * 2 - 1;
}

test('a condition asks for what is seen and against what would be overwritten unseen', () => {
  const change: GuardedChange = {
    kind: 'put',
    item: { id: { S: '1' }, a: { S: 'was' }, b: { N: '1' }, c: { S: 'new' } },
    expected: { id: { S: '1' }, a: { S: 'is' }, b: { N: '1.0' } },
  };
  expect(conditionOf(change, schema)).toEqual({
    ConditionExpression: 'attribute_exists(#0) AND #1 = :1 AND attribute_not_exists(#2) AND #3 = :3',
    ExpressionAttributeNames: { '#0': 'id', '#1': 'a', '#2': 'c', '#3': 'b' },
    ExpressionAttributeValues: { ':1': { S: 'is' }, ':3': { N: '1.0' } },
  });
});

test('an expression stays within 300 operators, and uses them', () => {
  const change: GuardedChange = { kind: 'delete', key: { id: { S: '1' } }, expected: wide('a', 1000, 'is') };
  const { ConditionExpression } = conditionOf(change, schema);
  expect(operators(ConditionExpression)).toBe(299);
  expect(ConditionExpression.length).toBeLessThanOrEqual(4096);
});

test('an expression stays within 4 KB, and uses it', () => {
  const change: GuardedChange = { kind: 'put', item: wide('a', 1000, 'was'), expected: { id: { S: '1' } } };
  const { ConditionExpression } = conditionOf(change, schema);
  expect(ConditionExpression.length).toBeGreaterThan(4096 - 40);
  expect(ConditionExpression.length).toBeLessThanOrEqual(4096);
});

test('of too many attributes those that the change alters or adds come before those it leaves alone', () => {
  const left = wide('left', 200, 'same');
  const change: GuardedChange = {
    kind: 'put',
    item: { ...left, ...wide('altered', 30, 'was'), ...wide('added', 30, 'was') },
    expected: { ...left, ...wide('altered', 30, 'is') },
  };
  const names = Object.values(conditionOf(change, schema).ExpressionAttributeNames);
  expect(names.slice(1, 31)).toEqual(Array.from({ length: 30 }, (_, n) => `altered${n}`));
  expect(names.slice(31, 61)).toEqual(Array.from({ length: 30 }, (_, n) => `added${n}`));
  expect(names).toHaveLength(150);
});

test('every placeholder is used, and every one used has a meaning, whatever the items', () => {
  fc.assert(
    fc.property(fc.option(arbitrary.item, { nil: undefined }), arbitrary.item, (seen, wanted) => {
      const key = { id: { S: '1' } };
      const expected = seen === undefined ? undefined : { ...seen, ...key };
      const change: GuardedChange = { kind: 'put', item: { ...wanted, ...key }, expected };
      const condition = conditionOf(change, schema);
      const used = new Set(condition.ConditionExpression.match(/[#:][0-9a-z]+/g));
      const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = condition;
      expect(new Set([...Object.keys(names), ...Object.keys(values ?? {})])).toEqual(used);
      expect(values === undefined || Object.keys(values).length > 0).toBe(true);
    }),
  );
});
