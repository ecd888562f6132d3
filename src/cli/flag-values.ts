/** What the flags' values mean, each refused with what to write instead. */
import { longestTimeoutMinutes } from '../config/longest-timeout.ts';
import { nearest } from '../nearest.ts';
import type { FenceMode, OnConflict } from '../restore/request.ts';
import { isTimeZone } from '../restore/restore-point/time-zone.ts';
import { type Speed, speeds } from '../restore/speed.ts';
import { exampleOf, firstValue, type Given } from './flags.ts';
import { wrongUsage } from './wrong-usage.ts';

/** Of a restore table: with fewer it may be one that somebody is still looking at. */
const defaultOlderThanHours = 24;

export function needed(given: Given, flag: 'restore-point' | 'environment'): string {
  const value = firstValue(given, flag);
  if (value !== undefined) return value;
  throw wrongUsage(
    flag === 'environment'
      ? 'Which environment? --environment is missing.'
      : 'Back to when? --restore-point is missing.',
    `Add for example: ${exampleOf(flag)}`,
  );
}

export function tablesIn(given: Given): readonly string[] {
  const words = (given.flags.get('tables') ?? []).flatMap((value) => value.split(',').map((part) => part.trim()));
  if (words.includes('')) {
    throw wrongUsage('--tables has an empty name in its list.', `For example: ${exampleOf('tables')}`);
  }
  return words;
}

export function timeZoneIn(given: Given): { readonly timeZone?: string } {
  const timeZone = firstValue(given, 'timezone');
  if (timeZone === undefined) return {};
  if (isTimeZone(timeZone)) return { timeZone };
  const meant = nearestTimeZone(timeZone);
  throw wrongUsage(
    `"${timeZone}" is not a time zone.`,
    meant === undefined ? 'Write an IANA name, such as Europe/Berlin or UTC.' : `Did you mean ${meant}?`,
  );
}

/** The IANA zone that was probably meant. */
export function nearestTimeZone(text: string): string | undefined {
  return nearest(text, Intl.supportedValuesOf('timeZone'));
}

export function timeoutIn(given: Given): { readonly timeoutMinutes?: number } {
  const text = firstValue(given, 'timeout-minutes');
  if (text === undefined) return {};
  const timeoutMinutes = Number(text);
  if (timeoutMinutes > 0 && timeoutMinutes <= longestTimeoutMinutes) return { timeoutMinutes };
  throw wrongUsage(
    `"${text}" is not a number of minutes for --timeout-minutes.`,
    `Write a number above 0 and up to ${longestTimeoutMinutes} (a week), such as --timeout-minutes 45`,
  );
}

export function onConflictIn(given: Given): { readonly onConflict?: OnConflict } {
  const word = firstValue(given, 'on-conflict');
  if (word === undefined) return {};
  if (word === 'overwrite' || word === 'keep') return { onConflict: word };
  throw wrongUsage(
    `"${word}" is not a way to settle conflicts.`,
    'An item that the application changed meanwhile: --on-conflict overwrite puts it back all the same, --on-conflict keep leaves it.',
  );
}

export function fenceIn(given: Given): { readonly fence?: FenceMode } {
  const word = firstValue(given, 'fence');
  if (word === undefined) return {};
  if (word === 'writes' || word === 'off') return { fence: word };
  throw wrongUsage(
    `"${word}" is not a fence.`,
    'Write --fence writes to keep other writers out while live tables are written, or --fence off.',
  );
}

export function portIn(given: Given): { readonly port?: number } {
  const text = firstValue(given, 'port');
  if (text === undefined) return {};
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return { port };
  throw wrongUsage(`"${text}" is not a port.`, 'Write a number from 1 to 65535, or 0 for any free one: --port 4300');
}

/** The word after `speed`. */
export function speedIn(word: string | undefined): Speed {
  const speed = speeds.find((candidate) => candidate === word);
  if (speed !== undefined) return speed;
  const meant = word === undefined ? undefined : nearest(word, speeds);
  throw wrongUsage(
    word === undefined ? 'Which speed?' : `"${word}" is not a speed.`,
    meant === undefined
      ? `Write pitr-restore speed ${speeds.join('|')} [id]`
      : `Did you mean pitr-restore speed ${meant}?`,
  );
}

export function olderThanHoursIn(given: Given): number {
  const text = firstValue(given, 'older-than-hours');
  const hours = text === undefined ? defaultOlderThanHours : Number(text);
  if (hours >= 0 && Number.isFinite(hours)) return hours;
  throw wrongUsage(
    `"${text}" is not a number of hours for --older-than-hours.`,
    'Write a number from 0 on, such as --older-than-hours 24',
  );
}
