import { createHash } from 'node:crypto';
import { UserError } from '../restore/errors.ts';
import type { RunEvent, RunId, StoredEvent } from '../restore/events.ts';
import type { EventLog } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Run } from '../restore/run.ts';
import { canMove, foldRun, hasEnded } from '../restore/run.ts';
import type { SqliteFile } from './database.ts';

type EventRow = { seq: number; run_id: string; at: number; body: string; hash: string };

/** How often the file is asked whether another process wrote to it (one PRAGMA, no I/O when nothing changed). */
const pollOthersMs = 500;

/**
 * The append-only event log. Every row carries the hash of the row before it, so a changed, removed or reordered row
 * shows. The state change and its event are one transaction.
 */
export class SqliteEventLog implements EventLog {
  readonly #db: SqliteFile;
  readonly #now: () => Instant;
  readonly #sql: ReturnType<typeof statements>;
  readonly #watchers = new Set<() => void>();

  constructor(db: SqliteFile, now: () => Instant) {
    this.#db = db;
    this.#now = now;
    this.#sql = statements(db);
  }

  decide(runId: RunId, decide: (run: Run) => readonly RunEvent[], fencing?: number): readonly StoredEvent[] {
    const transaction = this.#db.transaction(() => {
      if (fencing !== undefined && this.#sql.currentFencing.get() !== fencing) throw lockLost();
      const current = this.run(runId);
      if (current === undefined) throw unknownRun(runId);
      const events = decide(current);
      return events.length === 0 ? [] : this.#append(runId, events, current);
    });
    const stored = transaction.immediate();
    if (stored.length > 0) this.#announce();
    return stored;
  }

  begin(now: Instant, event: RunEvent & { readonly type: 'requested' }): RunId {
    const transaction = this.#db.transaction(() => {
      const runId = freeRunId(now, (id) => this.#sql.runExists.get(id) !== undefined);
      this.#append(runId, [event]);
      return runId;
    });
    const runId = transaction.immediate();
    this.#announce();
    return runId;
  }

  run(runId: RunId): Run | undefined {
    return foldRun(this.ofRun(runId));
  }

  ofRun(runId: RunId): readonly StoredEvent[] {
    return this.#sql.eventsOfRun.all(runId).map(storedEvent);
  }

  after(seq: number, limit: number): readonly StoredEvent[] {
    return this.#sql.eventsAfter.all(seq, limit).map(storedEvent);
  }

  recent(limit: number): readonly Run[] {
    return this.#sql.recentRuns.all(limit).flatMap((id) => this.run(id) ?? []);
  }

  open(): readonly Run[] {
    return this.#sql.openRuns.all().flatMap((id) => this.run(id) ?? []);
  }

  watch(onNew: () => void): () => void {
    this.#watchers.add(onNew);
    let version = dataVersion(this.#db);
    const timer = setInterval(() => {
      const current = dataVersion(this.#db);
      if (current !== version) onNew();
      version = current;
    }, pollOthersMs);
    timer.unref();
    return () => {
      clearInterval(timer);
      this.#watchers.delete(onNew);
    };
  }

  #append(runId: RunId, events: readonly RunEvent[], before?: Run): readonly StoredEvent[] {
    let last = this.#sql.lastEvent.get() ?? { seq: 0, hash: '' };
    const stored = events.map((event) => {
      const row = { seq: last.seq + 1, run_id: runId, at: this.#now(), body: JSON.stringify(event) };
      const hash = chainHash(last.hash, row);
      this.#sql.insertEvent.run(row.seq, row.run_id, row.at, row.body, hash);
      last = { seq: row.seq, hash };
      return storedEvent({ ...row, hash });
    });
    const run = this.run(runId);
    if (run === undefined) throw new Error(`Events of ${runId} do not begin with a request`);
    if (before !== undefined && before.state !== run.state && !canMove(before.state, run.state)) {
      throw new Error(`${runId} cannot go from ${before.state} to ${run.state}`);
    }
    this.#sql.saveRun.run(runId, hasEnded(run) ? 1 : 0, run.requestedAt, run.endedAt ?? null, run.lastSeq);
    return stored;
  }

  /** After the transaction and off this stack: a reporter's trouble must not reach the one who recorded. */
  #announce(): void {
    for (const watcher of this.#watchers) {
      setImmediate(() => {
        if (this.#watchers.has(watcher)) watcher();
      });
    }
  }
}

function statements(db: SqliteFile) {
  return {
    insertEvent: db.prepare<[number, string, number, string, string]>(
      'INSERT INTO events (seq, run_id, at, body, hash) VALUES (?, ?, ?, ?, ?)',
    ),
    lastEvent: db.prepare<[], Pick<EventRow, 'seq' | 'hash'>>('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1'),
    eventsOfRun: db.prepare<[string], EventRow>('SELECT * FROM events WHERE run_id = ? ORDER BY seq'),
    eventsAfter: db.prepare<[number, number], EventRow>('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?'),
    saveRun: db.prepare<[string, number, number, number | null, number]>(
      `INSERT INTO runs (id, ended, requested_at, ended_at, last_seq) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, ended_at = excluded.ended_at, last_seq = excluded.last_seq`,
    ),
    runExists: db.prepare<[string], number>('SELECT 1 FROM runs WHERE id = ?').pluck(),
    recentRuns: db
      .prepare<[number], string>('SELECT id FROM runs ORDER BY requested_at DESC, last_seq DESC LIMIT ?')
      .pluck(),
    openRuns: db.prepare<[], string>('SELECT id FROM runs WHERE ended = 0 ORDER BY requested_at, last_seq').pluck(),
    currentFencing: db.prepare<[], number>('SELECT fencing FROM lock WHERE run_id IS NOT NULL').pluck(),
  };
}

/** Changes when another connection wrote to the file (https://sqlite.org/pragma.html#pragma_data_version). */
function dataVersion(db: SqliteFile): number {
  return Number(db.pragma('data_version', { simple: true }));
}

/** SHA-256 over the previous row's hash and everything in this row. */
export function chainHash(previous: string, row: Omit<EventRow, 'hash'>): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, row.seq, row.run_id, row.at, row.body]))
    .digest('hex');
}

function storedEvent(row: EventRow): StoredEvent {
  return { seq: row.seq, runId: row.run_id, at: row.at, event: JSON.parse(row.body) as RunEvent, hash: row.hash };
}

function freeRunId(at: Instant, taken: (id: RunId) => boolean): RunId {
  const base = `restore-${new Date(at).toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
  let id = base;
  for (let n = 2; taken(id); n += 1) id = `${base}-${n}`;
  return id;
}

function lockLost(): UserError {
  return new UserError(
    'LOCK_LOST',
    'This restore no longer holds the lock: it was paused too long and another one took over.',
    'Nothing more is written by it. See `status` for the restore that runs now.',
  );
}

function unknownRun(runId: RunId): UserError {
  return new UserError('UNKNOWN_RUN', `There is no restore ${runId}.`, 'See `history` for the ids of the last ones.');
}
