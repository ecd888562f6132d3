import type { RestorePointRefusal } from './refusal.ts';
import { describeInstant, type Instant, typableText } from './zoned-time.ts';

/** The restorable window: milliseconds since the epoch, both ends included. `label` names the table that sets it. */
export type RestorableWindow = { readonly earliest: number; readonly latest: number; readonly label?: string };

/** The window's start moves with the clock: an example has to be valid a little longer than it takes to type it. */
const roomToType = 5 * 60_000;

/** Checks an instant against the window, in which both ends are rounded inwards to whole seconds. Undefined: it is inside. */
export function checkWindow(
  at: Instant,
  window: RestorableWindow,
  now: number,
  timeZone: string,
): RestorePointRefusal | undefined {
  const earliest = Math.ceil(window.earliest / 1000) * 1000;
  const latest = Math.floor(window.latest / 1000) * 1000;
  if (at >= earliest && at <= latest) return undefined;
  const whose = window.label === undefined ? 'The tables' : window.label;
  const bounds = `${whose} can be restored to any second from ${both(earliest, now, timeZone)} to ${both(latest, now, timeZone)}.`;
  const asked = both(at, now, timeZone);
  if (at < earliest) {
    const example = typableText(
      Math.min(Math.ceil((earliest + roomToType) / 60_000) * 60_000, Math.max(latest, earliest)),
      timeZone,
    );
    return {
      code: 'too-old',
      message: `${asked} is before the restorable window. ${bounds}`,
      hint: `Type "${example}" for about the oldest point there is.`,
      examples: [example],
    };
  }
  const example = typableText(latest, timeZone);
  return {
    code: 'too-recent',
    message: `${asked} is later than the latest restorable moment, which is usually about five minutes ago. ${bounds}`,
    hint: `Type "latest" for the latest restorable moment, or "${example}".`,
    examples: ['latest', example],
  };
}

function both(at: Instant, now: number, timeZone: string): string {
  const { local, utc } = describeInstant(at, now, timeZone);
  return `${local} (${utc})`;
}
