import type { Day } from './meaning.ts';
import { quoted, Refused } from './refusal.ts';

const yearFirst = /(?<![\w./-])(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?![\w/-]|\.\d)/g;
/** Dots are day first wherever they are used. */
const dotted = /(?<![\w./-])(\d{1,2})\.(\d{1,2})\.(\d{2}|\d{4})?(?![\w./-])/g;
const eitherWay =
  /(?<![\w./-])(\d{1,2})([-/])(\d{1,2})\2(\d{2}|\d{4})(?![\w/-]|\.\d)|(?<![\w./-])(\d{1,2})\/(\d{1,2})(?![\w/-]|\.\d)/g;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

type NumericDate = { readonly text: string; readonly value: Day & { readonly kind: 'date' } };

/** The dates in figures. Throws `Refused` for two-digit years and for 03/04/2026, which is March or April. */
export function findNumericDates(text: string, words: string): readonly NumericDate[] {
  return [
    ...[...text.matchAll(yearFirst)].map(([found, year, , month, day]) => date(found, year, month, day, words)),
    ...[...text.matchAll(dotted)].map(([found, day, month, year]) => date(found, year, month, day, words)),
    ...[...text.matchAll(eitherWay)].map(([found, a, , b, year, c, d]) =>
      oneReading(found, a ?? c, b ?? d, year, words),
    ),
  ];
}

function oneReading(
  found: string,
  first: string | undefined,
  second: string | undefined,
  year: string | undefined,
  words: string,
): NumericDate {
  const [a, b] = [Number(first), Number(second)];
  if (a <= 12 && b <= 12 && a !== b) {
    if (year?.length === 2) throw twoDigitYear(found, words);
    throw new Refused(
      'ambiguous-date',
      `${quoted(found)} is ${spelled(a, b)} to some and ${spelled(b, a)} to others.`,
      {
        readings: [written(year, a, b), written(year, b, a)].map((one) => words.replace(found, one)),
      },
    );
  }
  return b > 12 ? date(found, year, first, second, words) : date(found, year, second, first, words);
}

function date(
  found: string,
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  words: string,
): NumericDate {
  if (year?.length === 2) throw twoDigitYear(found, words);
  const value = { kind: 'date', month: Number(month), day: Number(day) } as const;
  return { text: found, value: year === undefined ? value : { ...value, year: Number(year) } };
}

function twoDigitYear(found: string, words: string): Refused {
  return new Refused('two-digit-year', `The year in ${quoted(found)} needs its four digits.`, {
    examples: [words.replace(found, found.replace(/(\d{2})$/, '20$1'))],
  });
}

function spelled(month: number, day: number): string {
  return `${day} ${months[month - 1]}`;
}

function written(year: string | undefined, month: number, day: number): string {
  if (year === undefined) return spelled(month, day);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
