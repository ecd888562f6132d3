import { hostname, userInfo } from 'node:os';
import type { Actor } from '../restore/request.ts';
import { isTimeZone } from '../restore/restore-point/time-zone.ts';

/** Who types here, by the operating system's word: a variable could be set to anybody's name. */
export function personHere(): Actor {
  return { kind: 'shell', user: userNameHere(), host: hostname() };
}

/** The zone that words are read in, unless --timezone says otherwise; or what TZ says where that names none. */
export type ZoneHere = { readonly zone: string } | { readonly unknown: string };

/** The zone of TZ; without one the machine's, and UTC where that has none that can be named. */
export function timeZoneHere(tz = process.env['TZ'] ?? ''): ZoneHere {
  if (tz !== '') {
    // POSIX allows a colon before the name, and the path of the zone's file for it.
    const name = tz.replace(/^:?(?:\/usr\/share\/zoneinfo\/)?/, '');
    return isTimeZone(name) ? { zone: name } : { unknown: tz };
  }
  // Whatever its type says: node has no name for the zone of some machines.
  const zone = String(Intl.DateTimeFormat().resolvedOptions().timeZone);
  return { zone: isTimeZone(zone) ? zone : 'UTC' };
}

function userNameHere(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
