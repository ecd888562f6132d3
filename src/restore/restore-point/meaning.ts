import { Temporal } from 'temporal-polyfill';
import { quoted, Refused } from './refusal.ts';
import type { ZoneWord } from './zone-words.ts';
import {
  areInForce,
  type Instant,
  readWallClock,
  typableText,
  utcText,
  type WallClockReading,
  wallText,
  zoned,
} from './zoned-time.ts';

/** Who asks when: `now` is a whole second, `zone` an IANA name. */
export type Asking = { readonly words: string; readonly now: Instant; readonly zone: string };

/** Which day was said. */
export type Day =
  /** 'yesterday', '3 days ago': counted back from today in calendar days. */
  | { readonly kind: 'back'; readonly by: DaysBack }
  /** `before` today: 'last friday' said on a Friday is not today. Monday is 1. */
  | { readonly kind: 'weekday'; readonly weekday: number; readonly beforeToday: boolean }
  /** Without a year: the last such date. */
  | { readonly kind: 'date'; readonly year?: number; readonly month: number; readonly day: number };

export type DaysBack = {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
};

/** The time of day that was said. The word 'midnight' is apart: people also mean the end of a day by it. */
export type TimeOfDay = { readonly time: Temporal.PlainTime; readonly midnight: boolean };

/** What the words say, before any calendar is asked. */
export type Spoken = {
  readonly day?: Day;
  /** A weekday said in addition to the day ('friday dec 19'): it has to be right. */
  readonly alsoWeekday?: number;
  readonly time?: TimeOfDay;
  readonly zone?: ZoneWord;
  /** '2 hours ago': exact seconds, counted after the calendar days; then the time of day is the present one. */
  readonly ago?: { readonly seconds: number };
};

/** Finds the one instant that is meant, or throws `Refused`. */
export function meaningOf(spoken: Spoken, asking: Asking): Instant {
  const zone = spoken.zone?.zone ?? asking.zone;
  // "yesterday 9am UTC": whose yesterday? It only matters while the date differs, and then nobody can tell.
  const todays = [zoned(asking.now, zone).toPlainDate()];
  if (zone !== asking.zone && isCountedFromToday(spoken.day)) todays.push(zoned(asking.now, asking.zone).toPlainDate());
  const [at, other] = todays.map((today) => instantOn(today, spoken, asking, zone));
  if (at === undefined) throw new Error('There is always a today.');
  if (other !== undefined && other !== at) throw dayDiffers(asking, zone, [at, other]);
  checkWeekday(spoken, asking, at, zone);
  checkZoneLetters(spoken, asking, at);
  return at;
}

function isCountedFromToday(day: Day | undefined): boolean {
  return day?.kind === 'back' || (day?.kind === 'weekday' && day.beforeToday);
}

function dayDiffers(asking: Asking, zone: string, readings: readonly Instant[]): Refused {
  return new Refused(
    'ambiguous-day',
    `It is another date in ${zone} than in ${asking.zone} at the moment, so ${quoted(asking.words)} can mean two days.`,
    { readings: readings.map(utcText) },
  );
}

function instantOn(today: Temporal.PlainDate, spoken: Spoken, asking: Asking, zone: string): Instant {
  if (spoken.ago !== undefined) return timeAgo(today, spoken.ago.seconds, spoken, asking, zone);
  if (spoken.time === undefined) throw withoutTime(today, spoken, asking, zone);
  let future: Instant | undefined;
  for (const date of datesToTry(spoken.day, today, asking.words)) {
    const found =
      spoken.time.midnight && spoken.day !== undefined
        ? midnightOf(date, asking, zone)
        : settle(date.toPlainDateTime(spoken.time.time), asking, zone);
    if ('at' in found) return found.at;
    future ??= found.future;
  }
  if (future === undefined) throw noSuchDate(asking.words);
  throw inTheFuture(future, asking);
}

function noSuchDate(words: string): Refused {
  return new Refused('no-such-date', `The calendar has no such date: ${quoted(words)}.`);
}

function inTheFuture(at: Instant, asking: Asking): Refused {
  const dayEarlier = zoned(at, asking.zone).subtract({ days: 1 }).epochMilliseconds;
  return new Refused(
    'future',
    `${quoted(asking.words)} is ${typableText(at, asking.zone)} in ${asking.zone}, which is still to come: it is ${typableText(asking.now, asking.zone)} now.`,
    { examples: [typableText(dayEarlier, asking.zone), 'latest'] },
  );
}

function withoutTime(today: Temporal.PlainDate, spoken: Spoken, asking: Asking, zone: string): Refused {
  const date = datesToTry(spoken.day, today, asking.words).find((day) => Temporal.PlainDate.compare(day, today) <= 0);
  const startOfDay = date === undefined ? [] : [typableText(startOf(date, zone), asking.zone)];
  return new Refused(
    'date-without-time',
    `${quoted(asking.words)} names a day but no time of day, and a restore point is an exact second.`,
    { examples: [`${asking.words} 09:00`, ...startOfDay] },
  );
}

function startOf(date: Temporal.PlainDate, zone: string): Instant {
  return date.toZonedDateTime(zone).epochMilliseconds;
}

/** Days and weeks keep the wall-clock time, as people mean them; hours, minutes and seconds are exact. */
function timeAgo(today: Temporal.PlainDate, seconds: number, spoken: Spoken, asking: Asking, zone: string): Instant {
  const moment = zoned(asking.now, zone);
  const date = datesToTry(spoken.day, today, asking.words)[0] ?? today;
  if (date.equals(moment.toPlainDate())) return asking.now - seconds * 1000;
  const found = settle(date.toPlainDateTime(moment.toPlainTime()), asking, zone);
  if ('at' in found) return found.at - seconds * 1000;
  throw inTheFuture(found.future, asking);
}

/** The dates that can be meant, the latest first. All but the first are there because words always look back. */
function datesToTry(day: Day | undefined, today: Temporal.PlainDate, words: string): readonly Temporal.PlainDate[] {
  if (day === undefined) return [today, today.subtract({ days: 1 })];
  switch (day.kind) {
    case 'back':
      return [goBack(today, day.by, words)];
    case 'weekday': {
      const since = (today.dayOfWeek - day.weekday + 7) % 7;
      if (day.beforeToday) return [today.subtract({ days: since === 0 ? 7 : since })];
      return [today.subtract({ days: since }), today.subtract({ days: since + 7 })];
    }
    case 'date':
      return datesCalled(day, today);
  }
}

function datesCalled(day: Day & { readonly kind: 'date' }, today: Temporal.PlainDate): readonly Temporal.PlainDate[] {
  if (day.month < 1 || day.day < 1) return [];
  // 29 February can be eight years away (1896 to 1904, 2096 to 2104).
  const years = day.year === undefined ? Array.from({ length: 9 }, (_, back) => today.year - back) : [day.year];
  return years.flatMap((year) => {
    const date = Temporal.PlainDate.from({ year, month: day.month, day: day.day });
    return date.day === day.day && date.month === day.month ? [date] : [];
  });
}

/** "A month ago" on 31 March names no day: refused, where the calendar's arithmetic would take the 28th. */
function goBack(today: Temporal.PlainDate, by: DaysBack, words: string): Temporal.PlainDate {
  try {
    return today.subtract(by, { overflow: 'reject' });
  } catch (error) {
    if (error instanceof RangeError) throw noSuchDate(words);
    throw error;
  }
}

type Settled = { readonly at: Instant } | { readonly future: Instant };

/** Of two readings only those that are not in the future count: nobody asks for a second that has not been. */
function settle(wall: Temporal.PlainDateTime, asking: Asking, zone: string): Settled {
  const reading = readWallClock(wall, zone);
  switch (reading.kind) {
    case 'once':
      return reading.at <= asking.now ? { at: reading.at } : { future: reading.at };
    case 'twice':
      if (reading.first > asking.now) return { future: reading.first };
      if (reading.second > asking.now) return { at: reading.first };
      throw new Refused(
        'clock-change-twice',
        `${wallText(wall)} happened twice in ${zone}: the clocks went back that night.`,
        { readings: [withOffset(reading.first, zone), withOffset(reading.second, zone)] },
      );
    case 'never':
      if (reading.after > asking.now) return { future: reading.after };
      throw new Refused(
        'clock-change-gap',
        `${wallText(wall)} never happened in ${zone}: the clocks went forward from ${withOffset(reading.before, zone)} to ${withOffset(reading.after, zone)}.`,
        { readings: [withOffset(reading.before, zone), withOffset(reading.after, zone)] },
      );
  }
}

function withOffset(at: Instant, zone: string): string {
  const time = zoned(at, zone);
  return `${wallText(time.toPlainDateTime())}${time.offset}`;
}

/** "yesterday midnight" is the start of yesterday to some and its end to others. */
function midnightOf(date: Temporal.PlainDate, asking: Asking, zone: string): Settled {
  const start = settle(date.toPlainDateTime(), asking, zone);
  if ('future' in start) return start;
  const ends = instantsOf(readWallClock(date.add({ days: 1 }).toPlainDateTime(), zone)).filter(
    (at) => at <= asking.now,
  );
  if (ends.length === 0) return start;
  throw new Refused('ambiguous-midnight', `Midnight of ${date.toString()} can be the start or the end of that day.`, {
    readings: [start.at, ...ends].map((at) => withOffset(at, zone)),
  });
}

function instantsOf(reading: WallClockReading): readonly Instant[] {
  switch (reading.kind) {
    case 'once':
      return [reading.at];
    case 'twice':
      return [reading.first, reading.second];
    case 'never':
      return [reading.after];
  }
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function checkWeekday(spoken: Spoken, asking: Asking, at: Instant, zone: string): void {
  const { dayOfWeek } = zoned(at, zone);
  if (spoken.alsoWeekday === undefined || spoken.alsoWeekday === dayOfWeek) return;
  const date = zoned(at, zone).toPlainDate().toString();
  throw new Refused(
    'weekday-mismatch',
    `${quoted(asking.words)} contradicts itself: ${date} is a ${weekdays[dayOfWeek - 1]}, not a ${weekdays[spoken.alsoWeekday - 1]}.`,
    { examples: [typableText(at, asking.zone)] },
  );
}

/** "9am CET" in summer: CET is not what the clocks show then, so either the letters or the hour are wrong. */
function checkZoneLetters(spoken: Spoken, asking: Asking, at: Instant): void {
  const letters = spoken.zone?.letters;
  if (letters === undefined) return;
  if (areInForce(letters, at, asking.zone)) return;
  const usual = letters.zones[0] ?? asking.zone;
  const wall = zoned(at, letters.offset).toPlainDateTime();
  throw new Refused(
    'zone-not-in-force',
    `${letters.name} was not in force on ${wall.toPlainDate().toString()}: ${usual} was at ${zoned(at, usual).offset} then, and ${letters.name} is ${letters.offset}.`,
    { readings: [`${wallText(wall)} ${usual}`, `${wallText(wall)}${letters.offset}`] },
  );
}
