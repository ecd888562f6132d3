import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bar, count, counted, duration, percent, size, timeLeft, utc } from '../../src/slack/measures.ts';
import { anyOf, code, escaped, listed, literal, readersTime, shortened } from '../../src/slack/mrkdwn.ts';

test.for([
  [0, '0 s'],
  [499, '0 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [65_000, '1 min 5 s'],
  [94_440_000, '26 h 14 min'],
  [3 * 86_400_000, '3 d'],
  [3 * 86_400_000 + 7_200_000, '3 d 2 h'],
] as const)('%i ms are %s', ([ms, words]) => {
  expect(duration(ms)).toBe(words);
});

test.for([
  [size(0), '0 B'],
  [size(999), '999 B'],
  [size(4_200_000), '4.2 MB'],
  [size(123_000_000_000), '123 GB'],
  [count(1_234_567), '1,234,567'],
  [counted(1, 'table'), '1 table'],
  [counted(3, 'table'), '3 tables'],
  [percent(999, 1000), '99 %'],
  [percent(1000, 1000), '100 %'],
  [percent(0, 0), ''],
  [bar(42, 100), '▓▓▓▓░░░░░░ 42 %'],
  [bar(999, 1000), '▓▓▓▓▓▓▓▓▓░ 99 %'],
  [bar(0, 0), ''],
  [timeLeft(59_000), 'less than a minute left'],
  [timeLeft(61_000), 'about 2 min left'],
  [timeLeft(3_600_000), 'about 1 h left'],
  [utc(Date.parse('2025-12-19T09:00:00Z')), '2025-12-19 09:00:00 UTC'],
  [escaped('<!channel> & <@U1>'), '&lt;!channel&gt; &amp; &lt;@U1&gt;'],
  [code('a`b<c'), "`a'b&lt;c`"],
  [anyOf([]), 'nobody'],
  [anyOf(['U1']), '<@U1>'],
  [anyOf(['U1', 'U2', 'U3']), '<@U1>, <@U2> or <@U3>'],
  [anyOf(['U1', 'U2', 'U3'], 2), '<@U1>, <@U2> or 1 more'],
  [listed(['a', 'b'], 100), 'a, b'],
  [listed(['aaaaaaaaaa', 'bbbbbbbbbb', 'c'], 35), 'aaaaaaaaaa and 2 more'],
  [readersTime(1000), '<!date^1^{date_short_pretty} at {time_secs}|1970-01-01 00:00:01 UTC>'],
] as const)('%s', ([written, expected]) => {
  expect(written).toBe(expected);
});

test('a cut text ends before a mention, an escape or a pair of surrogates that would be torn', () => {
  expect(shortened('abc <@U123> d', 9)).toBe('abc …');
  expect(shortened('abc &lt;d', 7)).toBe('abc …');
  expect(shortened('ab😀d', 4)).toBe('ab…');
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), (text, limit) => {
      const short = shortened(escaped(text), limit);
      expect(short.length).toBeLessThanOrEqual(limit);
      expect(short.replaceAll(/&(amp|lt|gt);/g, '')).not.toMatch(/[<>&]/);
    }),
  );
});

test('literal text has no mark that Slack would act on', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(literal(text)).not.toMatch(/[<>]|[*_~`@#](?!\u200B)|:[\w+-]+:/);
      expect(literal(text).replaceAll('\u200B', '').length).toBeGreaterThanOrEqual(
        text.replaceAll('\u200B', '').length,
      );
    }),
  );
});
