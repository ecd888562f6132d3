import { UserError } from '../restore/errors.ts';
import type { Run } from '../restore/run.ts';
import type { ResumeCommand } from './arguments.ts';
import { goOn } from './carry-out.ts';
import { withParts } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** `resume [id]`: goes on with an interrupted restore. 0 only when the tables are as asked. */
export async function resume(command: ResumeCommand, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async (parts, config) => {
    const id = command.runId ?? theInterrupted(parts.restores.interrupted(), 'resume').id;
    const ended = await goOn(id, { parts, config, terminal, telling: command });
    return ended.state === 'COMPLETED' ? 0 : 1;
  });
}

/**
 * The run that `resume`, or `cancel`, without an id means. Pure.
 * @throws UserError UNKNOWN_RUN when there is none, BAD_REQUEST when there are several
 */
export function theInterrupted(interrupted: readonly Run[], command: 'resume' | 'cancel'): Run {
  const [run, ...others] = interrupted;
  if (run === undefined) {
    throw new UserError(
      'UNKNOWN_RUN',
      'No restore is interrupted.',
      'To see what runs and what waits: pitr-restore status',
    );
  }
  if (others.length === 0) return run;
  const names = interrupted.map(
    ({ id, phase, request }) => `${id} (${request.environment}, ${phase ?? 'ACQUIRE_LOCK'})`,
  );
  throw new UserError(
    'BAD_REQUEST',
    `${interrupted.length} restores are interrupted: ${names.join(', ')}.`,
    `Name the one that is meant: pitr-restore ${command} <id>`,
  );
}
