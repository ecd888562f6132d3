import { expect, test } from 'vitest';
import { throttlingIn } from '../../src/dynamodb/throttling.ts';

test.for([
  ['TableReadProvisionedThroughputExceeded', 'table'],
  ['IndexWriteProvisionedThroughputExceeded', 'table'],
  ['TableWriteKeyRangeThroughputExceeded', 'key-range'],
  ['IndexWriteKeyRangeThroughputExceeded', 'key-range'],
  ['TableWriteAccountLimitExceeded', 'account'],
  ['IndexReadAccountLimitExceeded', 'account'],
  ['TableReadMaxOnDemandThroughputExceeded', 'on-demand-maximum'],
  ['SomethingNew', 'unknown'],
] as const)('%s is a limit of: %s', ([reason, throttling]) => {
  expect(throttlingIn({ ThrottlingReasons: [{ reason }] })).toBe(throttling);
  expect(throttlingIn({ throttlingReasons: [{ reason }] })).toBe(throttling);
});

test('of several limits the widest one counts, and no reason is no guess', () => {
  const both = [{ reason: 'TableWriteKeyRangeThroughputExceeded' }, { reason: 'TableWriteAccountLimitExceeded' }];
  expect(throttlingIn({ ThrottlingReasons: both })).toBe('account');
  for (const error of [
    new Error('slow down'),
    { ThrottlingReasons: 'table' },
    { ThrottlingReasons: [null] },
    undefined,
  ])
    expect(throttlingIn(error)).toBe('unknown');
});
