import type { Environment } from '../restore/environment.ts';
import { selectTables } from '../restore/environment.ts';
import { UserError } from '../restore/errors.ts';
import type { Actor } from '../restore/request.ts';
import type { Instant } from '../restore/restore-point.ts';
import { readRestorePoint } from '../restore/restore-point.ts';
import type { Wish } from '../restore/restores.ts';
import type { RestoreCommand } from './arguments.ts';

/**
 * What the command line asks for, in the core's terms.
 * @throws UserError RESTORE_POINT, UNKNOWN_TABLE
 */
export function wishFrom(
  command: RestoreCommand,
  environment: Environment,
  here: { readonly now: Instant; readonly timeZone: string; readonly person: Actor },
): Wish {
  const timeZone = command.timeZone ?? here.timeZone;
  const reading = readRestorePoint(command.restorePoint, here.now, timeZone);
  if (reading.kind === 'refused') {
    throw new UserError('RESTORE_POINT', reading.refusal.message, reading.refusal.hint);
  }
  return {
    environment: environment.name,
    tables: selectTables(environment, command.tables),
    restorePoint: reading.kind === 'latest' ? 'latest' : reading.at,
    words: command.restorePoint,
    timeZone,
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
