import { UserError } from '../restore/errors.ts';

/** The command line itself is wrong: exit code 2. */
export class WrongUsage extends UserError {
  override readonly name = 'WrongUsage';
}

export function wrongUsage(message: string, hint: string): WrongUsage {
  return new WrongUsage('BAD_REQUEST', message, hint);
}
