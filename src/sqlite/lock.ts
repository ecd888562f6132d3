import type { LockHolder, RunId } from '../restore/events.ts';
import type { Lock } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { SqliteFile } from './database.ts';

type LockRow = {
  run_id: string | null;
  host: string;
  pid: number;
  taken_at: number;
  expires_at: number;
  fencing: number;
};

/** Long enough that a busy machine does not lose it between two heartbeats, short enough that a crash does not block for long. */
export const leaseMs = 60_000;

/** Who takes the lock: this process, and how to tell whether another one on this host still lives. */
export type LockIdentity = {
  readonly host: string;
  readonly pid: number;
  readonly isAlive: (pid: number) => boolean;
};

/** The one lock: at most one restore at a time for everybody who shares the file. */
export function createLock(db: SqliteFile, now: () => Instant, me: LockIdentity): Lock {
  const read = db.prepare<[], LockRow>('SELECT * FROM lock');
  const write = db.prepare<[string, string, number, number, number, number]>(
    'UPDATE lock SET run_id = ?, host = ?, pid = ?, taken_at = ?, expires_at = ?, fencing = ?',
  );
  const extend = db.prepare<[number, number]>(
    'UPDATE lock SET expires_at = ? WHERE fencing = ? AND run_id IS NOT NULL',
  );
  const free = db.prepare<[number]>('UPDATE lock SET run_id = NULL WHERE fencing = ?');

  function holder(): LockHolder | undefined {
    const row = read.get();
    if (row === undefined || row.run_id === null) return undefined;
    return {
      runId: row.run_id,
      host: row.host,
      pid: row.pid,
      takenAt: row.taken_at,
      expiresAt: row.expires_at,
      fencing: row.fencing,
    };
  }

  /** On our own host the process table tells; elsewhere only a lease that ran out does. */
  function isGone(other: LockHolder): boolean {
    if (other.host === me.host && !me.isAlive(other.pid)) return true;
    return other.expiresAt <= now();
  }

  const take = db.transaction((runId: RunId): ReturnType<Lock['take']> => {
    const before = holder();
    if (before !== undefined && !isGone(before)) return { taken: false, holder: before };
    const fencing = (read.get()?.fencing ?? 0) + 1;
    const at = now();
    write.run(runId, me.host, me.pid, at, at + leaseMs, fencing);
    const mine = { runId, host: me.host, pid: me.pid, takenAt: at, expiresAt: at + leaseMs, fencing };
    return before === undefined ? { taken: true, holder: mine } : { taken: true, holder: mine, takenOverFrom: before };
  });

  return {
    take: (runId) => take.immediate(runId),
    renew: (fencing) => extend.run(now() + leaseMs, fencing).changes === 1,
    release: (fencing) => {
      free.run(fencing);
    },
    holder,
    isHeldFor(runId) {
      const current = holder();
      return current !== undefined && current.runId === runId && !isGone(current);
    },
  };
}

/** Whether a process with this id exists on this host, ours or not. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
