import type { LockHolder, RunId } from '../restore/events.ts';
import type { Lock } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { SqliteFile } from './database.ts';
import { inStorage, reportingStorageTrouble } from './storage-trouble.ts';

type LockRow = {
  run_id: string | null;
  host: string;
  pid: number;
  machine: string | null;
  start_time: string | null;
  taken_at: number;
  expires_at: number;
  expires_uptime: number | null;
  fencing: number;
};

/** `ended`: whether its run has; null where nobody holds it. */
type FoundRow = LockRow & { readonly ended: number | null };

/** Long enough that a busy machine does not lose it between two heartbeats, short enough that a crash does not block for long. */
export const leaseMs = 60_000;

/** By how much the clocks of two machines may differ before a lease is cut short; AWS itself refuses more than minutes. */
export const clockMarginMs = 30_000;

/** Where a pid means one process, and a clock that nobody sets: counts on whatever happens to the wall clock. */
export type Machine = { readonly id: string; readonly uptimeMs: () => number };

/** Who takes the lock: this process, and how to tell whether another one on this machine still lives. */
export type LockIdentity = {
  /** For people to read. Two containers may have the same one, so nothing is concluded from it. */
  readonly host: string;
  readonly pid: number;
  /** Absent where the system does not tell: then only a lease that ran out proves anything. */
  readonly machine?: Machine;
  readonly startTime?: string;
  /** Whether the process with this pid that began at this time lives on this machine. In doubt: true. */
  readonly isAlive: (pid: number, startTime: string | undefined) => boolean;
};

/**
 * The one lock: at most one restore at a time for everybody who shares the file.
 *
 * It is free once its run has ended, which is the last thing that a holder writes down; one that was killed before giving it
 * back keeps nobody waiting.
 *
 * It is taken over in two cases. Its holder ran on our own machine and the process is gone: at once. Or its lease ran
 * out: a holder renews it six times over before that, so it was stopped (SIGSTOP, a suspended machine, no processor
 * time for a minute), hangs, or is on a machine that we cannot look into. The second case also holds for a process that
 * still exists here: a stopped one cannot be told from one that hangs for ever, and would block everybody until somebody
 * kills it. A wrong guess does no harm in either case, because the fencing number grows with every taking: what the old
 * holder wants to record or to renew afterwards is refused (`EventLog.decide`), and a request that it had under way to a
 * live table is conditional on an image the journal holds.
 *
 * On one machine a lease is measured on its steady clock, so that setting the clock or closing the lid robs nobody;
 * between machines on the wall clock, with a margin.
 */
export function createLock(db: SqliteFile, now: () => Instant, me: LockIdentity, lease = leaseMs): Lock {
  const sql = inStorage(() => statements(db));

  /** On our own machine the process table tells; elsewhere only a lease that ran out does. */
  function isGone(row: LockRow): boolean {
    if (me.machine === undefined || row.machine !== me.machine.id) return row.expires_at + clockMarginMs <= now();
    if (!me.isAlive(row.pid, row.start_time ?? undefined)) return true;
    return row.expires_uptime !== null && row.expires_uptime <= me.machine.uptimeMs();
  }

  const take = db.transaction((runId: RunId): ReturnType<Lock['take']> => {
    const row = sql.read.get();
    if (row === undefined) throw new Error('The row of the lock is missing');
    const before = holderIn(row);
    if (before !== undefined && !isGone(row)) return { taken: false, holder: before };
    const at = now();
    const mine: LockRow = {
      run_id: runId,
      host: me.host,
      pid: me.pid,
      machine: me.machine?.id ?? null,
      start_time: me.startTime ?? null,
      taken_at: at,
      expires_at: at + lease,
      expires_uptime: expiryUptime(),
      fencing: row.fencing + 1,
    };
    sql.take.run(mine);
    const holder = { ...heldBy(mine), runId };
    return before === undefined ? { taken: true, holder } : { taken: true, holder, takenOverFrom: before };
  });

  function expiryUptime(): number | null {
    return me.machine === undefined ? null : Math.ceil(me.machine.uptimeMs()) + lease;
  }

  function livingHolder(): LockHolder | undefined {
    const row = sql.read.get();
    const holder = row && holderIn(row);
    return row === undefined || holder === undefined || isGone(row) ? undefined : holder;
  }

  return reportingStorageTrouble<Lock>({
    take: (runId) => take.immediate(runId),
    renew: (fencing) => sql.extend.run(now() + lease, expiryUptime(), fencing).changes === 1,
    release: (fencing) => {
      sql.free.run(fencing);
    },
    livingHolder,
    isHeldFor: (runId) => livingHolder()?.runId === runId,
  });
}

function statements(db: SqliteFile) {
  return {
    read: db.prepare<[], FoundRow>('SELECT lock.*, runs.ended FROM lock LEFT JOIN runs ON runs.id = lock.run_id'),
    take: db.prepare<LockRow>(
      `UPDATE lock SET run_id = :run_id, host = :host, pid = :pid, machine = :machine, start_time = :start_time,
         taken_at = :taken_at, expires_at = :expires_at, expires_uptime = :expires_uptime, fencing = :fencing`,
    ),
    extend: db.prepare<[number, number | null, number]>(
      'UPDATE lock SET expires_at = ?, expires_uptime = ? WHERE fencing = ? AND run_id IS NOT NULL',
    ),
    free: db.prepare<[number]>('UPDATE lock SET run_id = NULL WHERE fencing = ?'),
  };
}

function holderIn(row: FoundRow): LockHolder | undefined {
  return row.run_id === null || row.ended === 1 ? undefined : { ...heldBy(row), runId: row.run_id };
}

function heldBy(row: LockRow): Omit<LockHolder, 'runId'> {
  return {
    host: row.host,
    pid: row.pid,
    ...(row.machine === null ? {} : { machine: row.machine }),
    ...(row.start_time === null ? {} : { startTime: row.start_time }),
    takenAt: row.taken_at,
    expiresAt: row.expires_at,
    fencing: row.fencing,
  };
}
