import type { Asking } from './meaning.ts';
import { quoted, type RefusalCode, Refused } from './refusal.ts';

type Rule = { readonly code: RefusalCode; readonly words: RegExp; readonly why: string };

/** Words that are understood well enough to know that they name no second of the past. The first rule that fits speaks. */
const rules: readonly Rule[] = [
  {
    code: 'future',
    words: /\b(?:tomorrow|overmorrow|tmrw?|next|later|hence|from now|in (?:\d+|an?|one|two|three|half)\b)/,
    why: 'looks forward, and only what has been can be restored',
  },
  {
    code: 'range',
    words:
      /\b(?:between|from|until|till|to|through|thru|since|during)\b|(?:\d|[ap]m|noon|midnight) ?[-–—−~] ?(?:\d|noon|midnight)| [-–—−] /,
    why: 'is a range of time, and a restore point is one second',
  },
  {
    code: 'vague',
    words:
      /\b(?:about|around|approx(?:imately)?|roughly|circa|ca|nearly|almost|before|after|by|just|few|couple|several|some|recently|earlier|sometime|somewhere|morning|afternoon|evening|night|tonight|tonite|weekend|lunch(?:time)?|dawn|dusk|sunrise|sunset)\b|~/,
    why: 'is not exact, and a restore point is an exact second',
  },
];

export function checkRefusedWords(text: string, asking: Asking): void {
  const said = text.replace(/\b(?:the )?day before yesterday\b/g, '');
  for (const { code, words, why } of rules) {
    const match = words.exec(said);
    if (match === null) continue;
    const subject = code === 'range' ? quoted(asking.words) : `${quoted(match[0].trim())} in ${quoted(asking.words)}`;
    throw new Refused(code, `${subject} ${why}.`, { examples: withoutThem(asking.words, words, code) });
  }
}

/** What remains of the sentence without such words; of a range, both of its ends. Only what is accepted will be shown. */
function withoutThem(text: string, words: RegExp, code: RefusalCode): readonly string[] {
  if (code === 'range')
    return text.split(/\b(?:between|from|until|till|to|and|through|thru|since)\b|[-–—−~]/i).map((end) => end.trim());
  // "A few hours ago" without "few" says something else.
  if (/\bago\b/i.test(text)) return [];
  return [text.replace(new RegExp(words, 'gi'), ' ').replace(/\s+/g, ' ').trim()];
}

const fillers = new Set(['at', 'on', '@', '']);

/** Refuses whatever nobody understood: half a sentence is how a wrong second gets restored. */
export function checkLeftOver(
  rest: string,
  asking: Asking,
  found: { readonly time: boolean; readonly anything: boolean },
): void {
  const hour = /^(?:at )?(\d{1,2})(?: ?o['’]?clock)?$/.exec(rest.replace(/,/g, ' ').replace(/\s+/g, ' ').trim())?.[1];
  if (hour !== undefined && Number(hour) <= 23 && !found.time) throw bareHour(hour, asking);
  const left = rest.split(/[\s,]+/).filter((word) => !fillers.has(word));
  if (left.length === 0 && found.anything) return;
  if (!found.anything)
    throw new Refused('not-understood', `${quoted(asking.words)} is no time that can be read.`, withColon(asking));
  throw new Refused(
    'words-left-over',
    `${left.slice(0, 5).map(quoted).join(', ')} in ${quoted(asking.words)} ${left.length === 1 ? 'is' : 'are'} not understood, and nothing is ignored.`,
    { examples: [...withColon(asking).examples, withoutWords(asking.words, left)] },
  );
}

function withoutWords(text: string, left: readonly string[]): string {
  return left
    .reduce((rest, word) => {
      const index = rest.toLowerCase().indexOf(word);
      return index === -1 ? rest : `${rest.slice(0, index)} ${rest.slice(index + word.length)}`;
    }, text)
    .replace(/\s+/g, ' ')
    .trim();
}

/** 'yesterday 9.30' and 'yesterday 0930': most likely a time. */
function withColon({ words }: Asking): { readonly examples: readonly string[] } {
  return {
    examples: [words.replace(/\b([01]?\d|2[0-3])\.?([0-5]\d)$/, '$1:$2')].filter((example) => example !== words),
  };
}

/** '9' is morning or evening; '17' after a day could be a day of the month. */
function bareHour(hour: string, asking: Asking): Refused {
  const exact =
    Number(hour) > 12 || Number(hour) === 0
      ? [`${hour.padStart(2, '0')}:00`]
      : [`${Number(hour)}am`, `${Number(hour)}pm`];
  const place = new RegExp(`(.*)\\b${hour}\\b(?: ?o['’]?clock)?`, 'is');
  return new Refused(
    'ambiguous-hour',
    `${quoted(hour)} in ${quoted(asking.words)} does not say which hour of the day it is.`,
    {
      readings: exact.map((time) => asking.words.replace(place, (_, before: string) => `${before}${time}`)),
    },
  );
}
