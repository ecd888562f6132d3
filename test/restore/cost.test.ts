import { expect, test } from 'vitest';
import { costSentence, expectedCost } from '../../src/restore/cost.ts';

const gigabyte = 1024 ** 3;

test('what was used, and about what it costs', () => {
  const cost = { readUnits: 1_234_567.5, writeUnits: 12_430, restoredBytes: 3.1 * gigabyte, dollars: 0.4217 };
  expect(costSentence(cost)).toBe(
    "about $0.42 at on-demand prices: 1.2 M read units, 12,430 write units, restore of 3.1 GB; AWS's bill is what counts",
  );
});

test('of a run whose process was gone once, it is at least that', () => {
  const cost = { readUnits: 8, writeUnits: 0, restoredBytes: 1024, isPartlyCounted: true };
  expect(costSentence(cost)).toBe('at least 8 read units, restore of 1 KB');
});

test('of a region without a known price only the units are told', () => {
  const cost = expectedCost({ bytes: gigabyte }, 'ap-south-2');
  expect(cost).not.toHaveProperty('dollars');
  expect(costSentence(cost)).toBe('786,432 read units, restore of 1.0 GB');
  expect(expectedCost({ bytes: 1 }, 'constructor')).not.toHaveProperty('dollars');
});

test('a restore of a gigabyte costs the copy, and reading both sides twice', () => {
  // 0.15 for the gigabyte, 786,432 units of 0.125 for a million.
  expect(expectedCost({ bytes: gigabyte }, 'us-east-1').dollars).toBeCloseTo(0.15 + 0.0983, 3);
});

test('next to nothing is not called nothing', () => {
  expect(costSentence(expectedCost({ bytes: 1_000 }, 'us-east-1'))).toBe(
    "less than $0.01 at on-demand prices: 1 read unit, restore of 1 KB; AWS's bill is what counts",
  );
});
