import type { DaysBack } from './meaning.ts';
import { quoted, Refused } from './refusal.ts';

/** '2 days 3 hours ago': calendar days, and exact seconds when hours, minutes or seconds were said. */
export type Ago = {
  readonly by: DaysBack;
  readonly countsDays: boolean;
  readonly seconds: number;
  readonly countsSeconds: boolean;
};

type Unit =
  | { readonly every: string; readonly seconds: number }
  | { readonly every: string; readonly part: keyof DaysBack };

const units: readonly Unit[] = [
  { every: 'seconds?|secs?|s', seconds: 1 },
  { every: 'minutes?|mins?|m', seconds: 60 },
  { every: 'hours?|hrs?|h', seconds: 3600 },
  { every: 'days?|d', part: 'days' },
  { every: 'weeks?|wks?|w', part: 'weeks' },
  { every: 'months?', part: 'months' },
  { every: 'years?|yrs?|y', part: 'years' },
];

const numberWords = [
  'a',
  'an',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
const amount = `(?:\\d{1,6}(?:\\.\\d{1,3})?|half an?\\b|(?:${numberWords.join('|')})\\b)`;
const unit = `(?:${units.map(({ every }) => every).join('|')})(?![a-z])`;
const piece = `${amount} ?${unit}`;

// Each joint can be read in one way only: with two optional spaces, fifty amounts would take 2^50 steps.
const joint = '(?: ?, ?(?:and )?| and | )?';

/** The whole phrase; every amount and unit in it is known. */
export const agoPhrase = new RegExp(`(?<![\\w.+-])${piece}(?:${joint}${piece})* ago(?!\\w)`, 'g');

/** Reads a text that `agoPhrase` matched. Half a day is no number of calendar days, so it is refused. */
export function readAgo(phrase: string): Ago {
  const by = { years: 0, months: 0, weeks: 0, days: 0 };
  const said = new Set<Unit>();
  let seconds = 0;
  for (const [, number = '', name = ''] of phrase.matchAll(new RegExp(`(${amount}) ?(${unit})`, 'g'))) {
    const said1 = units.find(({ every }) => new RegExp(`^(?:${every})$`).test(name));
    if (said1 === undefined || said.has(said1))
      throw new Refused('several-times', `${quoted(phrase)} counts the same unit twice.`);
    said.add(said1);
    const value = numberOf(number) * ('seconds' in said1 ? said1.seconds : 1);
    if (!Number.isInteger(value)) throw notWhole(phrase, 'seconds' in said1 ? 'seconds' : 'days');
    if ('seconds' in said1) seconds += value;
    else by[said1.part] = value;
  }
  const all = [...said];
  return {
    by,
    countsDays: all.some((one) => 'part' in one),
    seconds,
    countsSeconds: all.some((one) => 'seconds' in one),
  };
}

function notWhole(phrase: string, wanted: string): Refused {
  return new Refused('fraction', `${quoted(phrase)} is not a whole number of ${wanted}.`, {
    examples: ['36 hours ago'],
  });
}

function numberOf(text: string): number {
  if (text.startsWith('half')) return 0.5;
  const word = numberWords.indexOf(text);
  // 'a' and 'an' are one, and stand before it in the list.
  return word === -1 ? Number(text) : Math.max(1, word - 1);
}
