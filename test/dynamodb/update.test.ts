import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beforeUpdate, updateBetween, updated, updateMembers } from '../../src/dynamodb/update.ts';
import type { Item } from '../../src/restore/item.ts';
import { sameItem } from '../../src/restore/item.ts';
import * as arbitrary from '../support/arbitrary-items.ts';

const schema = { partition: 'id', sort: 'at' };
const key: Item = { id: { S: '1' }, at: { N: '1' } };

function wide(prefix: string, count: number): Item {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${n}`, { S: 'x' }]));
}

test('an update sets what differs, removes what is no more, and has no key and no mere spelling in it', () => {
  const from: Item = { ...key, same: { N: '1' }, other: { S: 'is' }, gone: { NULL: true } };
  const to: Item = { ...key, at: { N: '1.0' }, same: { N: '1.00' }, other: { S: 'was' }, new: { SS: ['a'] } };
  const update = updateBetween(from, to, schema);
  expect(update).toEqual({ set: { other: { S: 'was' }, new: { SS: ['a'] } }, remove: ['gone'] });
  expect(updateMembers(update)).toEqual({
    UpdateExpression: 'SET #S0 = :S0, #S1 = :S1 REMOVE #R0',
    ExpressionAttributeNames: { '#S0': 'other', '#S1': 'new', '#R0': 'gone' },
    ExpressionAttributeValues: { ':S0': { S: 'was' }, ':S1': { SS: ['a'] } },
  });
});

test('an update of nothing has no expression', () => {
  expect(updateMembers(updateBetween(key, key, schema))).toEqual({
    ExpressionAttributeNames: {},
    ExpressionAttributeValues: {},
  });
});

test.for([
  [300, 0],
  [0, 300],
  [150, 150],
] as const)('300 actions fit into 4 KB, and one more into no update: %i set, %i removed', ([set, remove]) => {
  const from = { ...key, ...wide('removed', remove) };
  const fits = updateMembers(updateBetween(from, { ...key, ...wide('set', set) }, schema));
  expect(fits?.UpdateExpression?.length).toBeGreaterThan(1000);
  expect(fits?.UpdateExpression?.length).toBeLessThanOrEqual(4096);
  expect(updateMembers(updateBetween(from, { ...key, ...wide('set', set + 1) }, schema))).toBeUndefined();
});

test('an update makes the one item into the other, and leaves alone what neither of them has', () => {
  fc.assert(
    fc.property(arbitrary.item, arbitrary.item, (a, b) => {
      const [from, to] = [
        { ...a, ...key },
        { ...b, ...key },
      ];
      const update = updateBetween(from, to, schema);
      expect(sameItem(updated(from, update), to)).toBe(true);
      const unseen: Item = { 'an attribute nobody has seen': { S: 'x' } };
      expect(sameItem(updated({ ...from, ...unseen }, update), { ...to, ...unseen })).toBe(true);
    }),
  );
});

test('an attribute called __proto__ is one like any other', () => {
  const item = (text: string): Item => JSON.parse(`{"id":{"S":"1"},"at":{"N":"1"},"__proto__":{"S":"${text}"}}`);
  const update = updateBetween(item('is'), item('was'), schema);
  expect(updateMembers(update)?.ExpressionAttributeNames).toEqual({ '#S0': '__proto__' });
  expect(JSON.stringify(updated(item('is'), update))).toBe(JSON.stringify(item('was')));
  expect(updateBetween(item('is'), key, schema).remove).toEqual(['__proto__']);
});

test('what an item was before an update is told by what the update made of it, whatever nobody knew of', () => {
  fc.assert(
    fc.property(arbitrary.item, arbitrary.item, arbitrary.item, (from, to, more) => {
      const [was, wanted] = [
        { ...from, ...key },
        { ...to, ...key },
      ];
      const known = Object.keys({ ...was, ...wanted });
      const unknown = Object.fromEntries(Object.entries(more).filter(([name]) => !known.includes(name)));
      const update = updateBetween(was, wanted, schema);
      const before = { ...was, ...unknown };
      const found = beforeUpdate(updated(before, update), was, update, known);
      expect(found !== undefined && sameItem(found, before)).toBe(true);
    }),
  );
});

test('an item of which a known attribute is another one was not made by the update', () => {
  const from: Item = { ...key, text: { S: 'is' }, same: { N: '1' } };
  const update = updateBetween(from, { ...from, text: { S: 'was' } }, schema);
  const known = ['text', 'same'];
  expect(beforeUpdate({ ...from, text: { S: 'was' }, same: { N: '2' } }, from, update, known)).toBeUndefined();
  expect(beforeUpdate({ ...from, more: { S: 'x' } }, from, update, known)).toBeUndefined();
});
