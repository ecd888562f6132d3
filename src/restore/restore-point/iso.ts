import { checkWrittenTime, timeOfDay } from './clock.ts';
import { type Asking, meaningOf, type Spoken } from './meaning.ts';
import { quoted, Refused } from './refusal.ts';
import { findZones, readZone, type ZoneWord } from './zone-words.ts';
import { type Instant, typableText, utcText, wholeSecond, zoned } from './zoned-time.ts';

const epoch = /^@?(\d{10}|\d{13})$/;
const extended =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?<gap>t|,? )(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d+))?)?(?<rest>.*)$/i;
const basic =
  /^(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})(?<gap>t)(?<hour>\d{2})(?<minute>\d{2})(?:(?<second>\d{2})(?:[.,](?<fraction>\d+))?)?(?<rest>.*)$/i;

/**
 * Reads what programs write: ISO 8601 date and time, extended or basic, with Z, an offset, a zone, "[Europe/Berlin]" or
 * nothing behind it; and Unix time in seconds (10 digits) or milliseconds (13 digits), with or without "@".
 * Undefined when the text is none of these. Throws `Refused`, also for a part of a second: restore points have none.
 */
export function readIso(asking: Asking): Instant | undefined {
  const unix = epoch.exec(asking.words)?.[1];
  if (unix !== undefined) return unixTime(unix, asking);
  const groups = (extended.exec(asking.words) ?? basic.exec(asking.words))?.groups;
  if (groups === undefined) return undefined;
  const { year = '', month = '', day = '', hour = '', minute = '', second = '00', fraction = '', rest = '' } = groups;
  if (groups['gap'] !== 'T' && groups['gap'] !== 't' && groups['second'] === undefined) checkNotARange(rest, asking);
  const suffix = readSuffix(rest, asking.words);
  if (suffix === undefined) return undefined;
  checkWrittenTime({ hour, minute, second, text: `${hour}:${minute}:${second}` });
  const spoken: Spoken = {
    day: { kind: 'date', year: Number(year), month: Number(month), day: Number(day) },
    time: timeOfDay(Number(hour), Number(minute), Number(second)),
    ...(suffix.zone === undefined ? {} : { zone: suffix.zone }),
  };
  const at = meaningOf(spoken, asking);
  if (suffix.zone !== undefined && suffix.place !== undefined) checkPlace(at, suffix.zone, suffix.place, asking);
  if (Number(fraction) !== 0) throw partOfASecond(at, asking);
  return at;
}

function unixTime(digits: string, asking: Asking): Instant {
  const milliseconds = digits.length === 13 ? Number(digits) : Number(digits) * 1000;
  const at = wholeSecond(milliseconds);
  if (at > asking.now) {
    throw new Refused('future', `${quoted(asking.words)} as Unix time is ${utcText(at)}, which is still to come.`);
  }
  if (at !== milliseconds) throw partOfASecond(at, asking);
  return at;
}

function partOfASecond(at: Instant, asking: Asking): Refused {
  return new Refused('fraction', `A restore point is a whole second, and ${quoted(asking.words)} is between two.`, {
    readings: [at, at + 1000].map((second) => typableText(second, asking.zone)),
  });
}

/** "2025-12-19 09:00-10:00" is an hour to some and an offset to others; with a T or seconds it is an offset. */
function checkNotARange(rest: string, asking: Asking): void {
  if (!/^ ?-/.test(rest)) return;
  const start = asking.words.slice(0, asking.words.length - rest.length);
  throw new Refused('range', `${quoted(asking.words)} looks like a range of time, and a restore point is one second.`, {
    examples: [start],
  });
}

type Suffix = { readonly zone?: ZoneWord; readonly place?: string };

function readSuffix(rest: string, words: string): Suffix | undefined {
  const [, offset, place] = /^ ?(z|[+-]\d{2}(?::?\d{2})?)? ?(?:\[([^\]]*)\])?$/i.exec(rest) ?? [];
  if (offset !== undefined) return { zone: readZone(offset, words), ...(place === undefined ? {} : { place }) };
  if (place !== undefined) return { zone: readZone(place, words) };
  const text = rest.trim();
  if (text === '') return {};
  const [zone] = findZones(text);
  return zone?.text === text ? { zone: readZone(text, words) } : undefined;
}

/** "…+01:00[Europe/Berlin]": both have to say the same. */
function checkPlace(at: Instant, offset: ZoneWord, place: string, asking: Asking): void {
  const { zone } = readZone(place, asking.words);
  if (zoned(at, zone).offset === zoned(at, offset.zone).offset) return;
  throw new Refused('several-zones', `The offset in ${quoted(asking.words)} is not the one of ${place} on that date.`, {
    readings: [asking.words.replace(/ ?\[.*$/, ''), `${asking.words.slice(0, 19)}[${place}]`],
  });
}
