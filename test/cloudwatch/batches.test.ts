import { expect, test } from 'vitest';
import { batchLength, chronological, type LogLine, maxMessageBytes } from '../../src/cloudwatch/batches.ts';
import { fitting } from '../../src/cloudwatch/write-line.ts';

const hour = 3_600_000;
const line = (timestamp: number, message = 'x'): LogLine => ({ seq: timestamp, timestamp, message });
const lines = (count: number, message?: string) => Array.from({ length: count }, (_, n) => line(n, message));

test.for([
  ['few lines', lines(3), 3],
  ['10,000 lines', lines(10_000), 10_000],
  ['one more', lines(10_001), 10_000],
  ['a megabyte to the byte', [line(0, 'x'.repeat(1_048_576 - 26 - 27)), line(1, 'y')], 2],
  ['one byte more', [line(0, 'x'.repeat(1_048_576 - 26 - 26)), line(1, 'y')], 1],
  ['bytes, not characters', [line(0, 'é'.repeat(300_000)), line(1, 'é'.repeat(300_000))], 1],
  ['exactly a day', [line(0), line(24 * hour)], 2],
  ['more than a day', [line(0), line(24 * hour), line(24 * hour + 1)], 2],
  ['a clock that was set back by more than a day', [line(30 * hour), line(0)], 1],
  ['one line alone, whatever it is', [line(0, 'x'.repeat(2_000_000))], 1],
  ['none', [], 0],
] as const)('a batch is cut at every limit of AWS: %s', ([, given, length]) => {
  expect(batchLength(given)).toBe(length);
});

test('within a batch lines are sorted by their time, and those of one millisecond stay as they were', () => {
  const [first, second, third] = [line(5, 'first'), line(3, 'second'), line(5, 'third')];
  expect(chronological([first, second, third])).toEqual([second, first, third]);
});

test('a line that is too long keeps its fields, and loses the ends of long texts, visibly', () => {
  const fields = {
    restore_id: 'restore-1',
    msg: `begin ${'€'.repeat(200_000)}`,
    error_message: 'x"\\'.repeat(100_000),
  };
  const message = fitting(JSON.stringify(fields));
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maxMessageBytes);
  const kept = JSON.parse(message);
  expect(kept).toMatchObject({ restore_id: 'restore-1', msg: expect.stringMatching(/^begin €/) });
  expect(kept.msg).toMatch(/… \[shortened: 193006 more characters\]$/);
  expect(kept.error_message).toMatch(/… \[shortened: \d+ more characters\]$/);
});

test('a line that fits is left as it is', () => {
  const message = JSON.stringify({ msg: 'x'.repeat(maxMessageBytes - 10) });
  expect(Buffer.byteLength(message)).toBe(maxMessageBytes);
  expect(fitting(message)).toBe(message);
});
