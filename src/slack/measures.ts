/** Numbers as people read them. */
import type { Instant } from '../restore/restore-point.ts';

/** `2025-12-19 09:00:00 UTC`. */
export function utc(instant: Instant): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `26 h 14 min`, `3 min 5 s`, `12 s`, `5 d 3 h`: the two largest units. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 72) return joined(hours, 'h', minutes % 60, 'min');
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `1,234`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 table`, `3 tables`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `4.2 MB`: decimal units, as AWS bills. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `42 %`, never 100 % before it is. */
export function percent(done: number, total: number): string {
  if (total <= 0) return '';
  return `${done >= total ? 100 : Math.min(99, Math.floor((100 * done) / total))} %`;
}

/** `▓▓▓▓░░░░░░ 42 %` */
export function bar(done: number, total: number): string {
  if (total <= 0) return '';
  const filled = Math.min(10, Math.floor((10 * done) / total));
  return `${'▓'.repeat(filled)}${'░'.repeat(10 - filled)} ${percent(done, total)}`;
}

/** `about 4 min left`: as exact as anybody can know. */
export function timeLeft(ms: number): string {
  if (ms < 60_000) return 'less than a minute left';
  return `about ${duration(Math.ceil(ms / 60_000) * 60_000)} left`;
}
