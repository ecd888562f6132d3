/** What to type for the same once more. Pure. */
import type { Environment } from '../../restore/environment.ts';
import type { RestoreRequest } from '../../restore/request.ts';
import type { Run } from '../../restore/run.ts';
import { commandName } from '../command.ts';
import { code } from '../mrkdwn.ts';

/** A command that is longer would be cut, and a cut one means something else. */
const mostTyped = 1000;

/**
 * The command for the same restore once more: its tables, its moment, whatever words meant it, and every choice that is
 * not what the environment does anyway. `environment`: as it is configured now. mrkdwn.
 */
export function sameAgain({ request }: Pick<Run, 'request'>, environment: Environment | undefined): string {
  const { environment: name, restorePoint } = request;
  const instant = new Date(restorePoint).toISOString().replace('.000Z', 'Z');
  // A drill is of now, whenever that is, and has nothing else to choose.
  const [words, choices] =
    request.drill === true ? [`drill ${name}`, ''] : [`${name} ${instant}`, choicesOf(request, environment)];
  const tables = tablesOf(request, environment);
  const whole = `${commandName} ${words}${tables}${choices}`;
  if (whole.length <= mostTyped) return code(whole);
  return `${code(`${commandName} ${words}${choices}`)}, and under Options the tables named here`;
}

function tablesOf({ tables }: RestoreRequest, environment: Environment | undefined): string {
  const isAll = environment?.tables.every(({ label }) => tables.some((ref) => ref.label === label)) === true;
  return isAll ? '' : ` --tables ${tables.map(({ label }) => label).join(',')}`;
}

function choicesOf({ options }: RestoreRequest, environment: Environment | undefined): string {
  const fence = options.fence === environment?.fence ? '' : ` --fence ${options.fence}`;
  const onConflict = options.onConflict === environment?.onConflict ? '' : ` --on-conflict ${options.onConflict}`;
  return `${fence}${onConflict}`;
}
