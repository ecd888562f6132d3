/** Slack's mrkdwn as a person reads it: docs.slack.dev/messaging/formatting-message-text. */

export interface Reader {
  /** IANA zone in which dates are shown; without one their fallback is. */
  readonly zone?: string;
  readonly users?: readonly { readonly id: string; readonly name: string }[];
  readonly channels?: readonly { readonly id: string; readonly name: string }[];
}

export function readMrkdwn(text: string, reader: Reader = {}): string {
  return unescapeMrkdwn(text.replace(/<([^<>]+)>/g, (_, inside: string) => readReference(inside, reader)));
}

/** The three characters Slack escapes; the ampersand last, or `&amp;lt;` would become `<`. */
function unescapeMrkdwn(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function readReference(inside: string, reader: Reader): string {
  const bar = inside.indexOf('|');
  const target = bar === -1 ? inside : inside.slice(0, bar);
  const words = bar === -1 ? undefined : inside.slice(bar + 1);
  if (target.startsWith('@')) return `@${nameOf(reader.users, target.slice(1), words)}`;
  if (target.startsWith('#')) return `#${nameOf(reader.channels, target.slice(1), words)}`;
  if (target.startsWith('!date^')) return readDate(target, words ?? '', reader);
  if (target.startsWith('!subteam^')) return words ?? `@${target.slice('!subteam^'.length)}`;
  if (target.startsWith('!')) return `@${words ?? target.slice(1)}`;
  return words === undefined ? target : words === target ? words : `${words} (${target})`;
}

function nameOf(known: Reader['users'], id: string, words: string | undefined): string {
  return words ?? known?.find((entry) => entry.id === id)?.name ?? id;
}

/** `!date^1766134800^{date} at {time}^https://link` */
function readDate(target: string, fallback: string, reader: Reader): string {
  const [, seconds = '', format = ''] = target.split('^');
  if (reader.zone === undefined || !/^\d+$/.test(seconds)) return fallback;
  return formatDate(Number(seconds), format, reader.zone);
}

export function formatDate(seconds: number, format: string, zone: string): string {
  return format.replace(/\{(\w+)\}/g, (token, name: string) => {
    const style = Object.hasOwn(styles, name) ? styles[name] : undefined;
    return style === undefined ? token : part(seconds, zone, style);
  });
}

function part(seconds: number, zone: string, style: Intl.DateTimeFormatOptions | 'number'): string {
  const at = new Date(seconds * 1000);
  if (style === 'number') return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(at);
  return new Intl.DateTimeFormat('en-US', { timeZone: zone, ...style }).format(at).replaceAll('\u202f', ' ');
}

const date = { month: 'long', day: 'numeric', year: 'numeric' } as const;
const dateShort = { month: 'short', day: 'numeric', year: 'numeric' } as const;
const dateLong = { weekday: 'long', ...date } as const;
const time = { hour: 'numeric', minute: '2-digit' } as const;
const timeSeconds = { ...time, second: '2-digit' } as const;

const styles: Readonly<Record<string, Intl.DateTimeFormatOptions | 'number'>> = {
  date_num: 'number',
  date_slash: { month: '2-digit', day: '2-digit', year: 'numeric' },
  date,
  date_short: dateShort,
  date_long: dateLong,
  // Slack says "today" and "yesterday" here; what is read must not depend on when.
  date_pretty: date,
  date_short_pretty: dateShort,
  date_long_pretty: dateLong,
  date_long_full: dateLong,
  day_divider_pretty: dateLong,
  time,
  time_secs: timeSeconds,
};
