import { expect, test } from 'vitest';
import { expectationSentence, whatToExpect } from '../../src/restore/expectation.ts';
import type { TableDescription } from '../../src/restore/ports.ts';

const gigabyte = 1024 ** 3;
const minute = 60_000;

function table(changes: Partial<TableDescription> = {}): TableDescription {
  return {
    table: 'quotes-table',
    arn: 'arn',
    status: 'ACTIVE',
    keySchema: { partition: 'id' },
    keyTypes: { partition: 'S' },
    approximateItems: 1_000_000,
    approximateBytes: 10 * gigabyte,
    onDemand: true,
    streamEnabled: false,
    replicaRegions: [],
    ...changes,
  };
}

const dublin = { region: 'eu-west-1' };

test('reading takes as long as the slowest table, twice, at what a new table gives', () => {
  const { readingMs, restore } = whatToExpect(dublin, [table(), table({ approximateBytes: gigabyte })], []);
  // 2,621,440 units at 10,800 a second, twice.
  expect(readingMs / minute).toBeCloseTo(8.1, 1);
  expect(restore.from).toBe(0);
});

test('what a table was given, and a ceiling, make it longer', () => {
  const provisioned = { readUnits: 1_000, writeUnits: 100 };
  expect(whatToExpect(dublin, [table({ onDemand: false, provisioned })], []).readingMs / minute).toBeCloseTo(97, 0);
  expect(whatToExpect({ ...dublin, maxReadUnits: 500 }, [table()], []).readingMs / minute).toBeCloseTo(175, 0);
});

test('it is said as what it is: a guess', () => {
  const expected = whatToExpect(dublin, [table()], []);
  expect(expectationSentence(expected)).toBe(
    'AWS often takes 20 min for the copies, seldom more than an hour; reading both sides twice takes about 9 min more',
  );
  const known = { ...expected, restore: { likelyMs: 5 * minute, unusualMs: 10 * minute, from: 3 } };
  expect(expectationSentence(known)).toContain('AWS took about 5 min for the copies the last times;');
});
