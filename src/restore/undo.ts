import { UserError } from './errors.ts';
import { journalKeptUntil } from './journal-kept.ts';
import { perhapsWritten } from './journal-states.ts';
import type { EventLog, Journal } from './ports.ts';
import type { Actor, RestoreRequest } from './request.ts';
import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';
import { hasEnded } from './run.ts';

type Parts = {
  readonly log: EventLog;
  readonly journal: Journal;
  readonly clock: { now(): Instant };
  readonly undoWindowMs: number;
};

/** Until when what a run overwrote can be put back; undefined: there is nothing to put back, or no longer. */
export function undoableUntil(run: Run, { log, journal, clock, undoWindowMs }: Parts): Instant | undefined {
  if (!hasEnded(run) || run.endedAt === undefined) return undefined;
  const until = journalKeptUntil(run, log, undoWindowMs);
  if (until <= clock.now()) return undefined;
  if (undoOf(run, log) !== undefined) return undefined;
  const hasWritten = run.tables.some(({ label }) => {
    return journal.read(run.id, label, perhapsWritten, undefined, 1).length > 0;
  });
  return hasWritten ? until : undefined;
}

/** The run that undoes this one, unless it came to nothing. */
function undoOf(run: Run, log: EventLog): Run | undefined {
  const futile: readonly Run['state'][] = [
    'DENIED',
    'WITHDRAWN',
    'EXPIRED',
    'FAILED',
    'CANCELLED',
    'ROLLED_BACK',
    'NEEDS_ATTENTION',
  ];
  return log.undosOf(run.id).find((undo) => !futile.includes(undo.state));
}

/** The request to put back what a run overwrote. Items that were changed since are left alone, whatever the run did. */
export function undoRequest({ id, request }: Run, by: Actor, reason: string): RestoreRequest {
  return {
    ...request,
    words: `undo ${id}`,
    requestedBy: by,
    reason,
    undoOf: id,
    options: { ...request.options, planConfirmation: 'never', onConflict: 'keep', fence: 'off', dryRun: false },
  };
}

export function cannotUndo(run: Run, log: EventLog): UserError {
  if (!hasEnded(run)) {
    return new UserError(
      'OUT_OF_DATE',
      `${run.id} has not ended.`,
      `To stop it and put back what it wrote: \`cancel ${run.id}\``,
    );
  }
  const other = undoOf(run, log);
  if (other !== undefined) {
    return new UserError(
      'OUT_OF_DATE',
      `${run.id} is undone by ${other.id} (${other.state}).`,
      `To undo that: \`undo ${other.id}\``,
    );
  }
  if (run.state === 'ROLLED_BACK') {
    return new UserError(
      'OUT_OF_DATE',
      `There is nothing to undo of ${run.id}: what it wrote was put back when it stopped, but for what was changed since.`,
      'To go back to how the tables were before it, restore to a second before it started.',
    );
  }
  return new UserError(
    'OUT_OF_DATE',
    `There is nothing to undo of ${run.id}: it wrote nothing, or its journal is gone with the undo window.`,
    'To go back to how the tables were before it, restore to a second before it started.',
  );
}
