import { Temporal } from 'temporal-polyfill';

/** Milliseconds since the epoch, always a whole second. */
export type Instant = number;

/** What a wall clock of a zone makes of a date and time: clock changes show some times twice and some never. */
export type WallClockReading =
  | { readonly kind: 'once'; readonly at: Instant }
  | { readonly kind: 'twice'; readonly first: Instant; readonly second: Instant }
  /** `before` is the last second before the clocks jump, `after` the first one behind the jump. */
  | { readonly kind: 'never'; readonly before: Instant; readonly after: Instant };

/** The instant without its milliseconds: restore points are whole seconds. */
export function wholeSecond(milliseconds: number): Instant {
  return Math.floor(milliseconds / 1000) * 1000;
}

/** `zone` is an IANA name or an offset such as '+05:30'. */
export function zoned(at: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

/** Reads a wall-clock time by the zone's rules on that date. */
export function readWallClock(wall: Temporal.PlainDateTime, zone: string): WallClockReading {
  const earlier = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = wall.toZonedDateTime(zone, { disambiguation: 'later' });
  const [first, second] = [earlier.epochMilliseconds, later.epochMilliseconds];
  if (first === second) return { kind: 'once', at: first };
  if (earlier.toPlainDateTime().equals(wall)) return { kind: 'twice', first, second };
  const after = earlier.getTimeZoneTransition('next')?.epochMilliseconds ?? second;
  return { kind: 'never', before: after - 1000, after };
}

/** '2025-12-19T08:00:00Z' */
export function utcText(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Text that reads back to exactly this instant in this zone: with an offset only where the wall clock alone could not tell. */
export function typableText(at: Instant, zone: string): string {
  const time = zoned(at, zone);
  const local = wallText(time.toPlainDateTime());
  return readWallClock(time.toPlainDateTime(), zone).kind === 'once' ? local : `${local}${time.offset}`;
}

/**
 * The three ways an instant is written everywhere: '2026-11-21 09:00:00 CET' (or '… +05:30' where the zone's letters
 * have more than one meaning; both read back to the same instant), '2026-11-21T08:00:00Z', '26 h 14 min ago'.
 */
export function describeInstant(
  at: Instant,
  now: Instant,
  timeZone: string,
): { readonly local: string; readonly utc: string; readonly ago: string } {
  const time = zoned(at, timeZone);
  const letters = zoneLetters(at, timeZone);
  return {
    local: `${wallText(time.toPlainDateTime())} ${letters ?? time.offset}`,
    utc: utcText(at),
    ago: agoText(wholeSecond(now) - wholeSecond(at)),
  };
}

export function wallText(wall: Temporal.PlainDateTime): string {
  return wall.toString({ smallestUnit: 'second' }).replace('T', ' ');
}

/**
 * Zone letters that have one meaning in practice: their offset, and zones that use them. Anything else (CST is Chicago and
 * Shanghai, IST is Kolkata, Dublin and Jerusalem) is written as an offset, and refused when read.
 */
export const zoneAbbreviations: Readonly<
  Record<string, { readonly offset: string; readonly zones: readonly string[] }>
> = {
  WET: { offset: '+00:00', zones: ['Europe/Lisbon'] },
  WEST: { offset: '+01:00', zones: ['Europe/Lisbon'] },
  CET: { offset: '+01:00', zones: ['Europe/Berlin', 'Africa/Algiers'] },
  CEST: { offset: '+02:00', zones: ['Europe/Berlin'] },
  EET: { offset: '+02:00', zones: ['Europe/Athens', 'Africa/Tripoli', 'Africa/Cairo'] },
  EEST: { offset: '+03:00', zones: ['Europe/Athens', 'Africa/Cairo'] },
  EST: { offset: '-05:00', zones: ['America/New_York', 'America/Panama'] },
  EDT: { offset: '-04:00', zones: ['America/New_York'] },
  MST: { offset: '-07:00', zones: ['America/Denver', 'America/Phoenix'] },
  MDT: { offset: '-06:00', zones: ['America/Denver'] },
  PST: { offset: '-08:00', zones: ['America/Los_Angeles'] },
  PDT: { offset: '-07:00', zones: ['America/Los_Angeles'] },
  JST: { offset: '+09:00', zones: ['Asia/Tokyo'] },
  AEST: { offset: '+10:00', zones: ['Australia/Brisbane'] },
  AEDT: { offset: '+11:00', zones: ['Australia/Sydney'] },
  NZST: { offset: '+12:00', zones: ['Pacific/Auckland'] },
  NZDT: { offset: '+13:00', zones: ['Pacific/Auckland'] },
};

/**
 * True when clocks that people think of show the letters at that instant: those of the first zone, or of the zone of the
 * asker where it is one of the others. CET in summer is in force to somebody in Algiers, and a mistake to anybody else.
 */
export function areInForce(
  letters: { readonly offset: string; readonly zones: readonly string[] },
  at: Instant,
  askersZone: string,
): boolean {
  const [usual] = letters.zones;
  return letters.zones.some(
    (zone) => (zone === usual || zone === askersZone) && zoned(at, zone).offset === letters.offset,
  );
}

/** The zone's letters on that date if they read back to the same offset. British English knows CET, American knows EST. */
function zoneLetters(at: Instant, zone: string): string | undefined {
  const { offset } = zoned(at, zone);
  if (/^[+-]/.test(zone)) return undefined;
  for (const locale of ['en-GB', 'en-US', 'en-AU']) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' }).formatToParts(at);
    const letters = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
    if ((letters === 'UTC' || letters === 'GMT') && offset === '+00:00') return letters;
    const known = zoneAbbreviations[letters];
    if (known?.offset === offset && areInForce(known, at, zone)) return letters;
  }
  return undefined;
}

function agoText(milliseconds: number): string {
  const length = lengthText(Math.abs(milliseconds) / 1000);
  return milliseconds < 0 ? `in ${length}` : `${length} ago`;
}

/** Two units at most: '45 s', '14 min', '26 h 14 min'; from two days on '3 d 4 h'. Cut off, never rounded up. */
function lengthText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes < 1) return `${seconds} s`;
  if (hours < 1) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}
