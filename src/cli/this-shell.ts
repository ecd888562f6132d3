import { hostname, userInfo } from 'node:os';
import type { Actor } from '../restore/request.ts';
import { isTimeZone } from '../restore/restore-point/zoned-time.ts';

/** Who types here, by the operating system's word: a variable could be set to anybody's name. */
export function personHere(): Actor {
  return { kind: 'shell', user: userNameHere(), host: hostname() };
}

/** The machine's zone; it follows TZ. UTC where it has none that can be named. */
export function timeZoneHere(): string {
  // Whatever its type says: node has no name for the zone of some odd values of TZ.
  const zone = String(Intl.DateTimeFormat().resolvedOptions().timeZone);
  return isTimeZone(zone) ? zone : 'UTC';
}

function userNameHere(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
