import { Temporal } from 'temporal-polyfill';
import type { TimeOfDay } from './meaning.ts';
import { quoted, Refused } from './refusal.ts';

/** Digits of a time as they were written. */
export type WrittenTime = {
  readonly hour: string;
  readonly minute?: string | undefined;
  readonly second?: string | undefined;
  readonly meridiem?: string | undefined;
  readonly text: string;
};

/** Throws `Refused` for what no clock shows: 24:00, 9:75, 9:5, 13pm, 0am, 23:59:60. Nothing is rolled over. */
export function checkWrittenTime(written: WrittenTime): void {
  const { hour, minute = '00', second = '00', meridiem } = written;
  const [lowest, highest] = meridiem === undefined ? [0, 23] : [1, 12];
  const isOnTheClock =
    Number(hour) >= lowest && Number(hour) <= highest && Number(minute) <= 59 && Number(second) <= 59;
  if (isOnTheClock && hour.length <= 2 && minute.length === 2 && second.length === 2) return;
  throw new Refused(
    'no-such-time',
    `No clock shows ${quoted(written.text)}: hours go from 00 to 23, or from 1 to 12 with am or pm.`,
  );
}

export function timeOfDay(hour: number, minute: number, second: number): TimeOfDay {
  return { time: new Temporal.PlainTime(hour, minute, second), midnight: false };
}
