import { expect, test } from 'vitest';
import { dayOf, secondsIn, secondsOf, shownDate, wallClock } from '../../../src/sandbox/page/text/date.ts';
import { emojiNamed, withEmoji } from '../../../src/sandbox/page/text/emoji.ts';

const now = Date.parse('2026-03-29T12:00:00Z');
const seconds = (iso: string) => Date.parse(iso) / 1000;

test('a date is shown in the zone of whoever reads', () => {
  const at = seconds('2026-03-28T23:30:00Z');
  expect(shownDate(at, '{date_num} at {time}', 'Europe/Berlin', now)).toBe('2026-03-29 at 12:30 AM');
  expect(shownDate(at, '{date_num} at {time}', 'America/New_York', now)).toBe('2026-03-28 at 7:30 PM');
});

test('pretty dates say today, yesterday and tomorrow, by the calendar of that zone', () => {
  const at = seconds('2026-03-28T23:30:00Z');
  expect(shownDate(at, '{date_short_pretty}', 'Europe/Berlin', now)).toBe('today');
  expect(shownDate(at, '{date_short_pretty}', 'America/New_York', now)).toBe('yesterday');
  expect(shownDate(at + 86_400, '{date_pretty}', 'Europe/Berlin', now)).toBe('tomorrow');
  expect(shownDate(seconds('2025-12-19T09:00:00Z'), '{date_pretty}', 'Etc/UTC', now)).toBe('December 19, 2025');
  expect(dayOf(at, 'Europe/Berlin', now)).toBe('Today');
});

test('a date that no calendar has is no date: nobody can break the page with one', () => {
  for (const text of ['', '-1', '1e3', '9'.repeat(13), '9'.repeat(400)]) expect(secondsIn(text)).toBeUndefined();
  const last = secondsIn('9'.repeat(12)) ?? Number.NaN;
  expect(new Date(last * 1000).toISOString()).toContain('33658');
  expect(shownDate(last, '{date_pretty} at {time}', 'Europe/Berlin', now)).toContain('33658');
});

test("a clock's hands and seconds are the same moment, also after the clocks changed", () => {
  const at = seconds('2026-03-29T01:30:00Z');
  expect(wallClock(at, 'Europe/Berlin')).toEqual({ date: '2026-03-29', time: '03:30' });
  expect(secondsOf('2026-03-29', '03:30', 'Europe/Berlin')).toBe(at);
  expect(secondsOf('2026-03-29', '', 'Europe/Berlin')).toBeUndefined();
});

test('emoji have the names Slack gives them', () => {
  expect(emojiNamed('white_check_mark')).toBe('✅');
  // Text by default: asked for in colour.
  expect(emojiNamed('warning')).toBe('⚠\u{FE0F}');
  expect(emojiNamed('no-such-emoji')).toBeUndefined();
  expect(withEmoji('at 10:30: :x: done')).toBe('at 10:30: ❌ done');
});
