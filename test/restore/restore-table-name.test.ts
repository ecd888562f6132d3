import { expect, test } from 'vitest';
import { restoreTableName } from '../../src/restore/restore-table-name.ts';
import { stampOf } from '../../src/restore/run-id.ts';

const at = Date.UTC(2025, 11, 19, 9, 0, 7);

test('a restore table is named after its table and the second', () => {
  expect(restoreTableName('quote-lambda-tf-quotes-dev', at)).toBe(
    'quote-lambda-tf-quotes-dev-restore-20251219T090007Z',
  );
});

test('the longest name that fits is kept whole, a longer one is cut and hashed', () => {
  const fits = 'a'.repeat(255 - '-restore-20251219T090007Z'.length);
  expect(restoreTableName(fits, at)).toBe(`${fits}-restore-20251219T090007Z`);
  expect(restoreTableName(`${fits}b`, at)).toMatch(/^a{219}-[0-9a-f]{10}-restore-20251219T090007Z$/);
});

test('tables that differ in their last character only are restored into different tables, always the same ones', () => {
  const long = (end: string) => 'Shop.Orders_'.padEnd(254, '-') + end;
  const names = ['1', '2', '3'].map((end) => restoreTableName(long(end), at));
  expect(new Set(names).size).toBe(3);
  expect(restoreTableName(long('1'), at)).toBe(names[0]);
  for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_.-]{3,255}$/);
});

test('of two requests of the same second each has tables of its own', () => {
  const nameOf = (runId: string) => {
    const { requestedAt, nth } = stampOf(runId);
    return restoreTableName('quotes', requestedAt, nth);
  };
  expect(nameOf('restore-2025-12-19T09-00-07Z')).toBe('quotes-restore-20251219T090007Z');
  expect(nameOf('restore-2025-12-19T09-00-07Z-2')).toBe('quotes-restore-20251219T090007Z-2');
  expect(restoreTableName('a'.repeat(255), at, 12)).toMatch(/-12$/);
  expect(restoreTableName('a'.repeat(255), at, 12)).toHaveLength(255);
});
