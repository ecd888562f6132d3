import { UserError } from '../restore/errors.ts';
import type { RunId } from '../restore/events.ts';
import type { Restores } from '../restore/restores.ts';
import type { Run } from '../restore/run.ts';
import type { CancelCommand } from './arguments.ts';
import { goOn } from './carry-out.ts';
import { withParts } from './open-parts.ts';
import { theInterrupted } from './resume.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { personHere } from './this-shell.ts';

/**
 * `cancel [id]`: asks a restore to stop at its next safe point; without an id, the one that is running. One that nobody
 * carries out is stopped, and put back, here.
 */
export async function cancel(command: CancelCommand, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async (parts, config) => {
    const { restores } = parts;
    const id = command.runId ?? theRunning(restores);
    const interrupted = restores.interrupted().find((run) => run.id === id);
    // It was asked before, and the process that was to do it is gone: doing it is what is asked now.
    const run = interrupted?.cancelRequested ? interrupted : restores.cancel(id, personHere());
    if (interrupted === undefined) {
      terminal.stdout.write(answer(run));
      return 0;
    }
    if (!command.json) terminal.stdout.write(`${id} was interrupted: it is stopped here. ${whatBecomesOf(run)}\n`);
    const ended = await goOn(id, { parts, config, terminal, telling: command });
    return ended.state === 'CANCELLED' || ended.state === 'ROLLED_BACK' ? 0 : 1;
  });
}

/** What the asker is told of a run that is not carried out here. Pure. */
export function answer(run: Run): string {
  const { id, state } = run;
  if (state !== 'IN_PROGRESS') return `${id} is ${state}. Nothing was begun.\n`;
  // Only the copies are still being deleted, and nothing looks at a cancel there.
  const isNearlyOver = run.phases.CLEANUP.status !== 'pending' && run.request.drill !== true;
  const becomes = isNearlyOver
    ? `It is nearly over: should it end before it stops, put back what it wrote with: pitr-restore undo ${id}.`
    : whatBecomesOf(run);
  return `${id} stops at its next safe point. ${becomes} Watch it with: pitr-restore status\n`;
}

function whatBecomesOf({ tables, request }: Run): string {
  const written = tables.some((table) => table.swap !== 'pending');
  if (!written) return 'AWS goes on building restore tables it has begun.';
  return request.options.rollback
    ? 'What it wrote is put back.'
    : 'What it wrote stays: it was asked for without a rollback.';
}

function theRunning(restores: Restores): RunId {
  const running = restores.livingHolder()?.runId;
  if (running !== undefined) return running;
  const interrupted = restores.interrupted();
  if (interrupted.length > 0) return theInterrupted(interrupted, 'cancel').id;
  throw new UserError(
    'UNKNOWN_RUN',
    'No restore is running.',
    'A request that waits is cancelled by its id: pitr-restore status',
  );
}
