import { expect, test } from 'vitest';
import type { TableDescription } from '../../../src/restore/ports.ts';
import { provisionedCapacityWarning } from '../../../src/restore/preflight/provisioned-capacity.ts';

const orders: TableDescription = {
  table: 'shop-orders',
  arn: 'arn',
  status: 'ACTIVE',
  keySchema: { partition: 'id' },
  keyTypes: { partition: 'S' },
  approximateItems: 1_000_000,
  approximateBytes: 4_096_000_000,
  onDemand: false,
  streamEnabled: false,
  replicaRegions: [],
};

test.for([
  [100, 'has 100 read units a second provisioned: reading it takes at least 2.8 hours, twice'],
  [1000, 'reading it takes at least 17 minutes, twice'],
] as const)('with %i read units a second it is said how long reading takes', ([readUnits, sentence]) => {
  const finding = provisionedCapacityWarning({ ...orders, provisioned: { readUnits, writeUnits: 5 } });
  expect(finding).toMatchObject({ status: 'warning', message: expect.stringContaining(sentence) });
});

test('what is quick, on demand or not there needs no warning', () => {
  expect(provisionedCapacityWarning({ ...orders, provisioned: { readUnits: 10_000, writeUnits: 5 } })).toBeUndefined();
  expect(provisionedCapacityWarning({ ...orders, onDemand: true })).toBeUndefined();
  expect(provisionedCapacityWarning(undefined)).toBeUndefined();
});
