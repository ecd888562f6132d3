import type { EventLog, JournalStore } from './ports.ts';
import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';
import { hasEnded } from './run.ts';

const day = 24 * 3_600_000;

/**
 * How long the images of a run that ended halfway are kept: until a person has undone it, and for as long as
 * point-in-time recovery itself goes back. After that there would be nothing to compare them with either.
 */
export const unfinishedKeptDays = 35;

/**
 * Until when what a run overwrote is kept, and can be put back. A run that ended halfway, or one whose undo did, is kept
 * longer than the undo window: somebody has to deal with it first. Infinity: it goes on, or is being undone.
 */
export function journalKeptUntil(run: Run, log: Pick<EventLog, 'run' | 'undosOf'>, undoWindowMs: number): Instant {
  if (!hasEnded(run) || run.endedAt === undefined) return Number.POSITIVE_INFINITY;
  const undos = log.undosOf(run.id);
  if (undos.some((undo) => !hasEnded(undo))) return Number.POSITIVE_INFINITY;
  const unfinished = isDealtWith(run, log) ? [] : [run, ...undos].filter(endedHalfway);
  const ends = unfinished.flatMap(({ endedAt }) => (endedAt === undefined ? [] : [endedAt + unfinishedKeptDays * day]));
  return Math.max(run.endedAt + undoWindowMs, ...ends);
}

/** Something was written, and neither finished nor put back. */
function endedHalfway({ state, tables }: Run): boolean {
  if (state === 'COMPLETED' || state === 'ROLLED_BACK') return false;
  return tables.some(({ swap, rolledBack }) => swap !== 'pending' && rolledBack === undefined);
}

/** It was undone; or it is an undo itself, and another one of the same run was done after it. */
function isDealtWith({ id, request }: Run, log: Pick<EventLog, 'undosOf'>): boolean {
  return [id, ...(request.undoOf === undefined ? [] : [request.undoOf])].some((runId) =>
    log.undosOf(runId).some(({ state }) => state === 'COMPLETED'),
  );
}

/** Forgets what nobody can want any more. Returns how many images that were. */
export function forgetJournals(
  parts: {
    readonly log: Pick<EventLog, 'run' | 'undosOf'>;
    readonly journal: JournalStore;
    readonly undoWindowMs: number;
  },
  now: Instant,
): number {
  const { log, journal, undoWindowMs } = parts;
  return journal.purge(
    journal.runs().filter((id) => {
      const run = log.run(id);
      return run !== undefined && journalKeptUntil(run, log, undoWindowMs) <= now;
    }),
  );
}
