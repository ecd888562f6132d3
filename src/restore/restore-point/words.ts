import { agoPhrase, readAgo } from './ago.ts';
import { readClock, readDayWords } from './chrono.ts';
import { checkWrittenTime } from './clock.ts';
import type { Asking, Day, Spoken, TimeOfDay } from './meaning.ts';
import { findNumericDates } from './numeric-date.ts';
import { quoted, Refused } from './refusal.ts';
import { checkLeftOver, checkRefusedWords } from './refused-words.ts';
import { findZones, readZone, type ZoneWord } from './zone-words.ts';

type Found<T> = { readonly text: string; readonly value: T };

/** Stands where words were that are understood, so that their neighbours do not grow together. */
const understood = ' \0 ';

const clockTime =
  /(?<![\w:.])(?:at )?(?:(?<timed>\d+(?::\d+)*(?:[.,]\d+)?) ?(?<meridiem>am|pm)(?![a-z\d])|(?<plain>\d+(?::\d+)+(?:[.,]\d+)?)(?![\w:])|(?<word>noon|midnight)\b|(?<=at )(?<hour>1[3-9]|2[0-3])(?![\w:.,/-]))/g;

/**
 * Takes a sentence apart: zone, "… ago", dates, times, and the day words that chrono knows. Everything has to be
 * understood; one word left over, and the whole is refused. Throws `Refused`.
 */
export function readWords(asking: Asking): Spoken {
  let rest = asking.words;
  const take = <T>(finds: readonly Found<T>[]): readonly T[] => {
    for (const { text } of finds) rest = rest.replace(text, () => understood);
    return finds.map(({ value }) => value);
  };
  const zones = take(findZones(rest).map(({ text }) => ({ text, value: readZone(text, asking.words) })));
  rest = plain(rest);
  const agos = take([...rest.matchAll(agoPhrase)].map(([text]) => ({ text, value: readAgo(text) })));
  const numericDates = take(findNumericDates(rest, asking.words));
  checkRefusedWords(rest, asking);
  const times = take(findTimes(rest, asking));
  const [time] = atMostOne(times, 'several-times', 'time of day', asking);
  const dayWords = take(readDayWords(rest, asking));
  checkLeftOver(rest.replaceAll('\0', ' '), asking, { time: times.length > 0, anything: rest.includes('\0') });

  const weekdays = dayWords.filter((day) => day.kind === 'weekday');
  const days = [...numericDates, ...dayWords.filter((day) => day.kind !== 'weekday')];
  const [zone] = atMostOne(zones, 'several-zones', 'time zone', asking);
  const [ago] = atMostOne(agos, 'several-dates', 'day', asking);
  const [weekday] = atMostOne(weekdays, 'several-dates', 'weekday', asking);
  const [day] = atMostOne(
    ago === undefined ? days : [...days, { kind: 'back', by: ago.by } as const],
    'several-dates',
    'day',
    asking,
  );
  if (ago?.countsSeconds && time !== undefined) throw several('several-times', 'time of day', asking);
  return {
    ...daysOf(day, weekday),
    ...zoneOf(zone),
    ...(time === undefined ? {} : { time }),
    ...(ago === undefined || time !== undefined ? {} : { ago: { seconds: ago.seconds } }),
  };
}

/** One spelling for what is written in several: a.m., 12 noon, and the T that stands before a time with am or pm. */
function plain(words: string): string {
  return words
    .toLowerCase()
    .replace(/\b([ap])\.m\.(?!\w)/g, '$1m')
    .replace(/\b12 ?(noon|midnight)\b/g, '$1')
    .replace(/(?<=\d)t(?=\d)/g, ' ');
}

function daysOf(
  day: Day | undefined,
  weekday: (Day & { kind: 'weekday' }) | undefined,
): Pick<Spoken, 'day' | 'alsoWeekday'> {
  if (day === undefined) return weekday === undefined ? {} : { day: weekday };
  return weekday === undefined ? { day } : { day, alsoWeekday: weekday.weekday };
}

function zoneOf(zone: ZoneWord | undefined): Pick<Spoken, 'zone'> {
  return zone === undefined ? {} : { zone };
}

function atMostOne<T>(
  all: readonly T[],
  code: 'several-times' | 'several-dates' | 'several-zones',
  what: string,
  asking: Asking,
): readonly T[] {
  if (all.length > 1) throw several(code, what, asking);
  return all;
}

function several(code: 'several-times' | 'several-dates' | 'several-zones', what: string, asking: Asking): Refused {
  const examples = asking.words.split(/ and | or |, ?/i).filter((part) => part !== asking.words);
  return new Refused(code, `${quoted(asking.words)} names more than one ${what}, and a restore point is one second.`, {
    examples,
  });
}

function findTimes(text: string, asking: Asking): readonly Found<TimeOfDay>[] {
  return [...text.matchAll(clockTime)].map((match) => {
    const { timed, meridiem, plain, word, hour } = match.groups ?? {};
    const digits = timed ?? plain ?? (hour === undefined ? undefined : `${hour}:00`);
    const written = digits === undefined ? (word ?? '') : writtenClock(digits, meridiem, match[0], asking);
    return { text: match[0], value: readClock(written, asking.words) };
  });
}

/** The time in the one form that chrono cannot misread: '9:15:30 am'. A dot is a colon when am or pm follows ("9.30am"). */
function writtenClock(digits: string, meridiem: string | undefined, text: string, asking: Asking): string {
  const dotted = meridiem !== undefined && /^\d+[.]\d+$/.test(digits);
  const [clock = '', fraction] = dotted ? [digits.replace('.', ':')] : digits.split(/[.,]/);
  const [hour = '', minute, second, ...more] = clock.split(':');
  checkWrittenTime({ hour, minute, second: more.length > 0 ? more.join() : second, meridiem, text });
  if (fraction !== undefined && (Number(fraction) !== 0 || second === undefined)) {
    throw new Refused('fraction', `A restore point is a whole second, and ${quoted(asking.words)} is between two.`, {
      readings: [asking.words.replace(`.${fraction}`, '').replace(`,${fraction}`, '')],
    });
  }
  return `${hour}:${minute ?? '00'}:${second ?? '00'}${meridiem === undefined ? '' : ` ${meridiem}`}`;
}
