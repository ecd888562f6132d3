/** Dates as Slack shows them: in the reader's zone. */
import { Temporal } from 'temporal-polyfill';
import { formatDate } from '../../slack/mrkdwn.ts';

/** The seconds of a `<!date^…>`; undefined: no day that a calendar has. People can type anything. */
export function secondsIn(text: string): number | undefined {
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

/** `<!date^…>` with its `{tokens}` filled in; the pretty ones say today, yesterday and tomorrow. */
export function shownDate(seconds: number, format: string, zone: string, now: number): string {
  const pretty = format.replace(
    /\{(?:date(?:_short|_long)?|day_divider)_pretty\}/g,
    (token) => nearDay(seconds, zone, now) ?? token,
  );
  return formatDate(seconds, pretty, zone);
}

const nearDays: Readonly<Record<number, string>> = { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' };

function nearDay(seconds: number, zone: string, now: number): string | undefined {
  const today = zoned(now, zone).toPlainDate();
  return nearDays[today.until(zoned(seconds * 1000, zone).toPlainDate()).days];
}

/** "Today", "Yesterday" or "Monday, November 17", as a divider between days. */
export function dayOf(seconds: number, zone: string, now: number): string {
  const near = nearDay(seconds, zone, now);
  if (near !== undefined) return `${near.charAt(0).toUpperCase()}${near.slice(1)}`;
  return new Intl.DateTimeFormat('en-US', { timeZone: zone, weekday: 'long', month: 'long', day: 'numeric' }).format(
    seconds * 1000,
  );
}

/** The hands of a clock in the zone: what date and time inputs take. */
export function wallClock(seconds: number, zone: string): { readonly date: string; readonly time: string } {
  const at = zoned(seconds * 1000, zone);
  return { date: at.toPlainDate().toString(), time: at.toPlainTime().toString({ smallestUnit: 'minute' }) };
}

/** Seconds since the epoch of a clock's hands in the zone; undefined while one of the two is missing. */
export function secondsOf(date: string, time: string, zone: string): number | undefined {
  if (date === '' || time === '') return undefined;
  return Math.floor(Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone).epochMilliseconds / 1000);
}

function zoned(ms: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO(zone);
}

/** `Europe/Berlin` as people say it: Berlin. */
export function placeOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}
