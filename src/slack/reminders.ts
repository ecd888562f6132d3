/** When the approvers of a request are reminded. Pure. */
import { approvedAt } from '../restore/in-the-way.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Run } from '../restore/run.ts';
import { times } from './limits.ts';

export type Reminder = {
  /** Under which it is remembered that it was posted, so that no restart repeats it. */
  readonly key: string;
  readonly at: Instant;
};

/** The one to be posted now, if it was not yet: of several that a stopped bot has missed, the last one alone. */
export function dueReminder(run: Run, now: Instant): Reminder | undefined {
  return remindersOf(run).findLast(({ at }) => at <= now);
}

/** When the next one is due; undefined: none is to come. */
export function nextReminderAt(run: Run, now: Instant): Instant | undefined {
  return remindersOf(run).find(({ at }) => at > now)?.at;
}

/** Whether `obstacle`, which was in the way of `run` until now, was that for long enough to tell approvers that it is over. */
export function wasNoticed(obstacle: Run, { requestedAt }: Run, now: Instant): boolean {
  return now - Math.max(requestedAt, approvedAt(obstacle)) >= times.hardlyNoticed;
}

/** After a quarter of an hour, and then after twice as long each time, while the request waits. */
function remindersOf({ state, requestedAt, expiresAt }: Run): readonly Reminder[] {
  if (state !== 'AWAITING_APPROVAL' || expiresAt === undefined) return [];
  const reminders: Reminder[] = [];
  for (let after: number = times.firstReminder; requestedAt + after < expiresAt; after *= 2) {
    reminders.push({ key: `reminder-${after / 60_000}`, at: requestedAt + after });
  }
  return reminders;
}
