import { UserError } from '../restore/errors.ts';
import type { RunId } from '../restore/events.ts';
import { withParts } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { personHere } from './this-shell.ts';

/** `cancel [id]`: asks a restore to stop at its next safe point; without an id, the one that is running. */
export async function cancel(runId: RunId | undefined, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async ({ restores }) => {
    const id = runId ?? restores.inProgress()?.holder.runId;
    if (id === undefined) {
      throw new UserError(
        'UNKNOWN_RUN',
        'No restore is running.',
        'A request that waits is cancelled by its id: pitr-restore status',
      );
    }
    const run = restores.cancel(id, personHere());
    terminal.stdout.write(
      run.state === 'IN_PROGRESS'
        ? `${id} stops at its next safe point. AWS goes on building restore tables it has begun. Watch it with: pitr-restore status\n`
        : `${id} is ${run.state}. Nothing was begun.\n`,
    );
    return 0;
  });
}
