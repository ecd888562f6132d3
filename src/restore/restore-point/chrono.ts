import { Chrono, configuration, type ParsedResult } from 'chrono-node/en';
import { timeOfDay } from './clock.ts';
import type { Asking, Day, TimeOfDay } from './meaning.ts';
import { quoted, Refused } from './refusal.ts';

const anyMoment = { instant: new Date(Date.UTC(2024, 0, 1, 12)), timezone: 0 };

/** One of each kind of words that chrono shall read. */
const ourKindsOfWords = ['yesterday', 'monday', 'dec 19', '19 dec', 'noon', '9:00:00 am'];

/**
 * chrono reads the words and nothing more. Only its parsers for our kinds of words are on (some of the others are slow on
 * hostile text). Its refiners, which merge, complete and guess, are off; only what it knows for certain is taken; and its
 * calendar, which has one fixed offset and depends on the zone of this process, is not used.
 */
function makeReader(): Chrono {
  return new Chrono({
    parsers: configuration.createCasualConfiguration().parsers.filter((parser) => {
      const alone = new Chrono({ parsers: [parser], refiners: [] });
      return ourKindsOfWords.some((words) => alone.parse(words, anyMoment).some(({ text }) => text === words));
    }),
    refiners: [],
  });
}

let made: Chrono | undefined;

/** Made when day words have to be read for the first time: it takes a fifth of a second, and most commands have none. */
function reader(): Chrono {
  made ??= makeReader();
  return made;
}

/** Reads '9:15:30 am', 'noon', 'midnight': a time of day and nothing else. */
export function readClock(text: string, words: string): TimeOfDay {
  const read = reader()
    .parse(text, anyMoment)
    .find((result) => result.text === text && result.start.isCertain('hour'));
  if (read === undefined || read.end) {
    throw new Refused('not-understood', `${quoted(text)} in ${quoted(words)} is no time of day that can be read.`);
  }
  const { start } = read;
  const time = timeOfDay(start.get('hour') ?? 0, start.get('minute') ?? 0, start.get('second') ?? 0);
  return { ...time, midnight: text === 'midnight' };
}

type DayWords = { readonly text: string; readonly value: Day };

/** The day words in the text ('yesterday', 'last friday', 'dec 19', '19 December 2025'), longest reading first. */
export function readDayWords(text: string, asking: Asking): readonly DayWords[] {
  // As of "2 hours ago", which is read already: chrono would only be made for nothing.
  if (!/\p{L}/u.test(text)) return [];
  const all = reader()
    .parse(text, anyMoment)
    .flatMap((result) => {
      const value = dayOf(result, asking);
      return value === undefined ? [] : [{ index: result.index, text: result.text, value }];
    });
  const chosen: typeof all = dayBeforeYesterday(text);
  for (const words of all.toSorted((a, b) => b.text.length - a.text.length)) {
    const overlaps = chosen.some(
      (one) => words.index < one.index + one.text.length && one.index < words.index + words.text.length,
    );
    if (!overlaps) chosen.push(words);
  }
  return chosen;
}

/** The one common day word that chrono does not have. */
function dayBeforeYesterday(text: string): (DayWords & { index: number })[] {
  const match = /\b(?:the )?day before yesterday\b/.exec(text);
  return match === null ? [] : [{ index: match.index, text: match[0], value: daysBack(2) }];
}

function daysBack(days: number): Day {
  return { kind: 'back', by: { years: 0, months: 0, weeks: 0, days } };
}

function dayOf({ start, end, text }: ParsedResult, asking: Asking): Day | undefined {
  // chrono's types promise undefined where there is no end; it is null.
  if (end || start.isCertain('hour')) return undefined;
  if (start.tags().has('casualReference/yesterday')) return daysBack(1);
  if (start.tags().has('casualReference/today')) return daysBack(0);
  if (start.tags().has('result/relativeDate')) return undefined;
  if (start.isCertain('month') && start.isCertain('day')) return dateOf(start, text, asking);
  if (start.isCertain('weekday')) return weekdayOf(start.get('weekday'), text);
  return undefined;
}

function dateOf(start: ParsedResult['start'], text: string, asking: Asking): Day | undefined {
  const [month, day] = [start.get('month'), start.get('day')];
  if (month === null || day === null) return undefined;
  if (!start.isCertain('year')) return { kind: 'date', month, day };
  const year = Number(/(?<!\d)\d{4}(?!\d)/.exec(text)?.[0]);
  if (year === start.get('year')) return { kind: 'date', year, month, day };
  throw new Refused('two-digit-year', `${quoted(asking.words)} has a year without its four digits.`);
}

/** 'this friday' and 'friday next week' are left over: they look forward, or both ways. */
function weekdayOf(weekday: number | null, text: string): Day | undefined {
  if (weekday === null || /\b(?:this|next|week|weekend|weekday)\b/.test(text)) return undefined;
  return { kind: 'weekday', weekday: weekday === 0 ? 7 : weekday, beforeToday: /\b(?:last|past)\b/.test(text) };
}
