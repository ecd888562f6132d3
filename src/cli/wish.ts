import type { Environment } from '../restore/environment.ts';
import { selectTables } from '../restore/environment.ts';
import { UserError } from '../restore/errors.ts';
import type { Actor } from '../restore/request.ts';
import type { Instant, RestorePointReading } from '../restore/restore-point.ts';
import { readRestorePoint } from '../restore/restore-point.ts';
import type { Wish } from '../restore/restores.ts';
import type { RestoreCommand, Telling } from './arguments.ts';
import { nearestTimeZone } from './flag-values.ts';
import type { ZoneHere } from './this-shell.ts';

/**
 * What the command line asks for, in the core's terms.
 * @throws UserError RESTORE_POINT, UNKNOWN_TABLE
 */
export function wishFrom(
  command: Omit<RestoreCommand, 'name' | keyof Telling>,
  environment: Environment,
  here: { readonly now: Instant; readonly timeZone: ZoneHere; readonly person: Actor },
): Wish {
  const zone = command.timeZone === undefined ? here.timeZone : { zone: command.timeZone };
  const reading =
    'zone' in zone
      ? readRestorePoint(command.restorePoint, here.now, zone.zone)
      : readAnywhere(command.restorePoint, here.now, zone.unknown);
  if (reading.kind === 'refused') {
    throw new UserError('RESTORE_POINT', reading.refusal.message, reading.refusal.hint);
  }
  return {
    environment: environment.name,
    tables: selectTables(environment, command.tables),
    restorePoint: reading.kind === 'latest' ? 'latest' : reading.at,
    words: command.restorePoint,
    timeZone: 'zone' in zone ? zone.zone : 'UTC',
    requestedBy: here.person,
    reason: command.reason,
    options: {
      planConfirmation: command.acceptCountMismatch ? 'never' : environment.planConfirmation,
      rollback: command.rollback,
      onConflict: command.onConflict ?? environment.onConflict,
      fence: command.fence ?? environment.fence,
      timeoutMinutes: command.timeoutMinutes ?? environment.timeoutMinutes,
      dryRun: command.dryRun,
    },
  };
}

/**
 * Without a zone only what is the same moment at both ends of the world has a meaning: "2 hours ago", or a time with its
 * offset. Anything else would be hours off, and the restore begins at once.
 */
function readAnywhere(words: string, now: Instant, tz: string): RestorePointReading {
  const [east, west] = [
    readRestorePoint(words, now, 'Pacific/Kiritimati'),
    readRestorePoint(words, now, 'Pacific/Niue'),
  ];
  if (east.kind === 'refused' && west.kind === 'refused') return readRestorePoint(words, now, 'UTC');
  if (east.kind === 'latest') return east;
  if (east.kind === 'instant' && west.kind === 'instant' && east.at === west.at) return east;
  const meant = nearestTimeZone(tz);
  throw new UserError(
    'RESTORE_POINT',
    `TZ is "${tz}", which is no time zone, so "${words}" could be any of many moments.`,
    `Name the zone with --timezone ${meant ?? 'Europe/Berlin'}, or correct TZ.`,
  );
}
