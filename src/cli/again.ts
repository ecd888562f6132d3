import { formatUtc } from '../reporters/format.ts';
import type { Environment } from '../restore/environment.ts';
import type { RestoreRequest } from '../restore/request.ts';
import type { Run, RunState } from '../restore/run.ts';

const worthAskingAgain: readonly RunState[] = ['FAILED', 'CANCELLED', 'ROLLED_BACK', 'NEEDS_ATTENTION'];

/**
 * What to type for the same restore once more: its moment, whatever words meant it ("2 hours ago" is another one by now),
 * and every flag that is not what the environment does anyway. undefined: nothing is to be asked again. Pure.
 */
export function commandAgain({ state, request }: Run, environment: Environment): string | undefined {
  if (!worthAskingAgain.includes(state)) return undefined;
  if (request.undoOf !== undefined) return `pitr-restore undo ${request.undoOf}`;
  if (request.drill === true) return `pitr-restore drill ${drillWords(request, environment)}`;
  const { tables, reason } = request;
  return [
    `pitr-restore --restore-point ${formatUtc(request.restorePoint)} --environment ${inShell(request.environment)}`,
    ...tablesFlag(tables, environment),
    ...optionFlags(request, environment),
    ...(reason === '' ? [] : [`--reason ${inShell(reason)}`]),
  ].join(' ');
}

/** Not its moment: a drill is of now, whenever that is. */
function drillWords(request: RestoreRequest, environment: Environment): string {
  return [inShell(request.environment), ...tablesFlag(request.tables, environment)].join(' ');
}

function tablesFlag(tables: RestoreRequest['tables'], environment: Environment): readonly string[] {
  const isAll = environment.tables.every((ref) => tables.some(({ label }) => label === ref.label));
  return isAll ? [] : [`--tables ${inShell(tables.map(({ label }) => label).join(','))}`];
}

function optionFlags({ options }: RestoreRequest, environment: Environment): readonly string[] {
  const { planConfirmation, rollback, onConflict, fence, timeoutMinutes } = options;
  return [
    ...(planConfirmation === 'never' && environment.planConfirmation !== 'never' ? ['--accept-count-mismatch'] : []),
    ...(onConflict === environment.onConflict ? [] : [`--on-conflict ${onConflict}`]),
    ...(fence === environment.fence ? [] : [`--fence ${fence}`]),
    ...(timeoutMinutes === environment.timeoutMinutes ? [] : [`--timeout-minutes ${timeoutMinutes}`]),
    ...(rollback ? [] : ['--no-rollback']),
  ];
}

/** As one word of a POSIX shell. */
function inShell(text: string): string {
  return /^[\w.,/:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
