import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { costOf, pricesAsOf } from '../restore/cost.ts';
import type { RunId } from '../restore/events.ts';
import type { EventLog, Reporter } from '../restore/ports.ts';
import { actorName } from '../restore/request.ts';
import type { Run, RunState, TableRun } from '../restore/run.ts';
import { hasEnded, restoreTablesOf } from '../restore/run.ts';
import { followRun, type OnTrouble } from './follow.ts';
import { formatUtc } from './format.ts';

/** Keeps the requirement's JSON status file up to date. A reader sees the old file or the new one, whole, at any instant. */
export function statusFileReporter(
  log: EventLog,
  runId: RunId,
  path: string,
  onTrouble: OnTrouble,
  after?: number,
): Reporter {
  let isPaused = false;
  return followRun(
    log,
    runId,
    ({ event }, run) => {
      if (event.type === 'paused') isPaused = true;
      if (event.type === 'resumed') isPaused = false;
      replaceFile(path, `${JSON.stringify(statusOf(run, isPaused), undefined, 2)}\n`);
    },
    onTrouble,
    after,
  );
}

/**
 * The requirement's fields as it has them; ours come after them.
 * @param isInterrupted begun and not ended, but carried out by nobody at present
 */
export function statusOf(run: Run, isInterrupted = false) {
  const { failure } = run;
  return {
    restore_id: run.id,
    status: isInterrupted ? 'INTERRUPTED' : statusWord(run.state),
    restore_point_in_time: formatUtc(run.request.restorePoint),
    started_at: run.startedAt === undefined ? null : formatUtc(run.startedAt),
    current_phase: run.phase ?? null,
    progress: Object.fromEntries(
      run.tables.map((table) => [table.label.replaceAll('-', '_'), tableProgress(table, run)]),
    ),
    restore_tables: restoreTablesOf(run),
    ...(run.request.undoOf === undefined ? {} : { undo_of: run.request.undoOf }),
    ...(run.request.drill === true ? { drill: true } : {}),
    ...(run.endedAt === undefined ? {} : { finished_at: formatUtc(run.endedAt) }),
    ...(run.durationMs === undefined ? {} : { duration_seconds: Math.round(run.durationMs / 1000) }),
    ...(run.speedSet === undefined ? {} : speedOf(run, run.speedSet)),
    ...usedOf(run),
    ...(failure === undefined ? {} : { error: { code: failure.code, message: failure.message, hint: failure.hint } }),
  };
}

function speedOf({ speed }: Run, { by, at }: NonNullable<Run['speedSet']>) {
  return { speed, speed_set_by: actorName(by), speed_set_at: formatUtc(at) };
}

/** By AWS's own count; dollars at list prices, where those of the region are known. */
function usedOf(run: Run) {
  const cost = costOf(run);
  if (cost === undefined) return {};
  const { readUnits, writeUnits, restoredBytes, isPartlyCounted, dollars } = cost;
  return {
    consumed: {
      read_units: readUnits,
      write_units: writeUnits,
      restored_bytes: restoredBytes,
      ...(isPartlyCounted === true && { is_partly_counted: true }),
      ...(dollars === undefined ? {} : { about_usd: Number(dollars.toFixed(2)), prices_as_of: pricesAsOf }),
    },
  };
}

function tableProgress(table: TableRun, run: Run) {
  return {
    status: tableStatus(table, run),
    original_count: table.comparison?.liveItems ?? null,
    restored_count: table.comparison?.restoredItems ?? null,
    ...(table.conflicts !== undefined && {
      conflicts_overwritten: table.conflicts.overwritten,
      conflicts_kept: table.conflicts.kept,
    }),
    ...(table.rolledBack !== undefined && {
      put_back: table.rolledBack.putBack,
      changed_since: table.rolledBack.changedSince,
    }),
  };
}

function tableStatus(table: TableRun, run: Run): string {
  if (table.rolledBack !== undefined) return 'ROLLED_BACK';
  if (run.rollback !== undefined && table.swap !== 'pending') {
    return hasEnded(run) ? statusWord(run.state) : 'ROLLING_BACK';
  }
  if (table.swap === 'complete') return 'COMPLETED';
  if (run.request.drill === true && table.comparison !== undefined) return 'COMPLETED';
  const begun = table.swap === 'in_progress' || table.restoreTable !== undefined;
  if (hasEnded(run)) return begun ? statusWord(run.state) : 'PENDING';
  return begun ? 'IN_PROGRESS' : 'PENDING';
}

function statusWord(state: RunState): string {
  return state === 'AWAITING_APPROVAL' || state === 'APPROVED' ? 'PENDING' : state;
}

/** A rename within one folder is atomic; a file that is written in place can be read half done. */
function replaceFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
