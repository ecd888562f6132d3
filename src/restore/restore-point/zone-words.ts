import { quoted, Refused } from './refusal.ts';
import { isTimeZone } from './time-zone.ts';
import { zoneAbbreviations } from './zoned-time.ts';

/** A zone that was said. */
export type ZoneWord = {
  /** An IANA name, or an offset such as '+01:00'. */
  readonly zone: string;
  /** Set for letters such as CET, which hold on some dates only. */
  readonly letters?: { readonly name: string; readonly offset: string; readonly zones: readonly string[] };
};

/** Letters with several meanings, or none on a given date, and the zones that people use them for. */
const ambiguousLetters: Readonly<Record<string, readonly string[]>> = {
  ADT: ['America/Halifax'],
  AKDT: ['America/Anchorage'],
  AKST: ['America/Anchorage'],
  AMT: ['America/Manaus', 'Asia/Yerevan'],
  AST: ['America/Halifax', 'Asia/Riyadh'],
  AWST: ['Australia/Perth'],
  ACST: ['Australia/Adelaide'],
  ACDT: ['Australia/Adelaide'],
  BRT: ['America/Sao_Paulo'],
  BST: ['Europe/London', 'Asia/Dhaka'],
  CDT: ['America/Chicago', 'America/Havana'],
  CST: ['America/Chicago', 'Asia/Shanghai', 'America/Havana'],
  CT: ['America/Chicago'],
  ET: ['America/New_York'],
  GST: ['Asia/Dubai'],
  HKT: ['Asia/Hong_Kong'],
  HST: ['Pacific/Honolulu'],
  IST: ['Asia/Kolkata', 'Europe/Dublin', 'Asia/Jerusalem'],
  IDT: ['Asia/Jerusalem'],
  KST: ['Asia/Seoul'],
  MSK: ['Europe/Moscow'],
  MT: ['America/Denver'],
  NPT: ['Asia/Kathmandu'],
  NDT: ['America/St_Johns'],
  NST: ['America/St_Johns'],
  PHT: ['Asia/Manila'],
  PKT: ['Asia/Karachi'],
  PT: ['America/Los_Angeles'],
  SAST: ['Africa/Johannesburg'],
  SGT: ['Asia/Singapore'],
  SST: ['Pacific/Pago_Pago', 'Asia/Singapore'],
  TRT: ['Europe/Istanbul'],
  WAT: ['Africa/Lagos'],
  WIB: ['Asia/Jakarta'],
};

const known = [...Object.keys(zoneAbbreviations), ...Object.keys(ambiguousLetters)];

/**
 * Where zones stand in a sentence. A bare minus is no offset here ("9am -10:00" is a range to most people);
 * after UTC or GMT it is. The Z may touch the time.
 */
const zonePatterns: readonly RegExp[] = [
  /(?<![\w/])[a-z][a-z_]*(?:\/[a-z][a-z0-9_+-]*)+(?![\w/])/gi,
  /(?<=^|[\s\d,]|[ap]m)(?:utc|gmt) ?[+-] ?\d{1,2}(?::?\d{2})?(?![\w:])/gi,
  /(?<=^|[\s\d,]|[ap]m)(?:utc|gmt|zulu|z)(?![\w/+-])/gi,
  /(?<=[\s\d]|[ap]m)\+\d{2}:?\d{2}(?![\w:])/gi,
  new RegExp(`(?<![\\w/])(?:${known.join('|')})(?![\\w/])`, 'gi'),
];

/** The zones said in the words, each with its place. */
export function findZones(words: string): readonly { readonly index: number; readonly text: string }[] {
  const found: { index: number; text: string }[] = [];
  for (const pattern of zonePatterns) {
    for (const match of words.matchAll(pattern)) {
      const isPartOfAnother = found.some(
        ({ index, text }) => match.index < index + text.length && index < match.index + match[0].length,
      );
      if (!isPartOfAnother) found.push({ index: match.index, text: match[0] });
    }
  }
  return found;
}

/** Reads one zone: an IANA name, UTC, an offset or letters with one meaning. `words` is the whole sentence, for the hint. */
export function readZone(text: string, words: string): ZoneWord {
  const upper = text.toUpperCase();
  if (['UTC', 'GMT', 'Z', 'ZULU'].includes(upper)) return { zone: 'UTC' };
  const offset = /^(?:UTC|GMT)? ?([+-]) ?(\d{1,2}):?(\d{2})?$/.exec(upper);
  if (offset !== null) return { zone: offsetZone(offset[1], offset[2], offset[3], text) };
  const letters = zoneAbbreviations[upper];
  if (letters !== undefined) {
    return { zone: letters.offset, letters: { name: upper, ...letters } };
  }
  const meant = ambiguousLetters[upper];
  if (meant !== undefined) {
    throw new Refused(
      'ambiguous-zone',
      `The letters ${upper} are not an exact time zone: ${list(meant)} use them or are called so.`,
      {
        readings: meant.map((zone) => words.replace(text, zone)),
      },
    );
  }
  if (isTimeZone(text)) return { zone: text };
  throw new Refused('unknown-zone', `There is no time zone ${quoted(text)} in the IANA database.`, {
    examples: [words.replace(text, 'UTC'), words.replace(text, 'Europe/Berlin')],
  });
}

/** Real offsets go from -12:00 to +14:00. */
function offsetZone(sign = '+', hours = '', minutes = '00', text = ''): string {
  const total = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  if (Number(minutes) > 59 || total < -12 * 60 || total > 14 * 60) {
    throw new Refused(
      'unknown-zone',
      `No place on earth has the offset ${quoted(text)}: they go from -12:00 to +14:00.`,
    );
  }
  return total === 0 ? 'UTC' : `${sign}${hours.padStart(2, '0')}:${minutes}`;
}

function list(zones: readonly string[]): string {
  return zones.join(', ');
}
