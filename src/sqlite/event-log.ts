import type { AuditTrail } from '../restore/audit.ts';
import type { AuditEnd, AuditRow } from '../restore/audit-chain.ts';
import { chainHash } from '../restore/audit-chain.ts';
import { UserError } from '../restore/errors.ts';
import type { RunEvent, RunId, StoredEvent } from '../restore/events.ts';
import type { EventLog } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Run } from '../restore/run.ts';
import { canMove, foldRun, hasEnded } from '../restore/run.ts';
import { formsLookedAt, ofSameForm } from '../restore/same-form.ts';
import type { SqliteFile } from './database.ts';
import { inStorage, troubleIn } from './storage-trouble.ts';

type EventRow = { seq: number; run_id: string; at: number; body: string; hash: string };

/** How often the file is asked whether another process wrote to it (one PRAGMA, no I/O when nothing changed). */
const pollOthersMs = 500;

const rowsPerPage = 1000;

/** Runs whose state is kept in memory. */
const mostFolded = 100;

/**
 * The append-only event log. Every row carries the hash of the row before it, so a changed, removed or reordered row
 * shows. The state change and its event are one transaction.
 */
export class SqliteEventLog implements EventLog, AuditTrail {
  readonly #db: SqliteFile;
  readonly #now: () => Instant;
  readonly #sql: ReturnType<typeof statements>;
  readonly #watchers = new Set<Watcher>();
  /** Runs as they were folded last, and the event up to which. */
  readonly #folded = new Map<RunId, { readonly lastSeq: number | undefined; readonly run: Run | undefined }>();

  constructor(db: SqliteFile, now: () => Instant) {
    this.#db = db;
    this.#now = now;
    this.#sql = inStorage(() => statements(db));
  }

  decide(runId: RunId, decide: (run: Run) => readonly RunEvent[], fencing?: number): readonly StoredEvent[] {
    const transaction = this.#db.transaction(() => {
      if (fencing !== undefined) this.mustCarry(fencing);
      const current = this.run(runId);
      if (current === undefined) throw unknownRun(runId);
      const events = decide(current);
      return events.length === 0 ? [] : this.#append(runId, events, current);
    });
    const stored = this.#carriedOut(() => transaction.immediate());
    if (stored.length > 0) this.#announce();
    return stored;
  }

  mustCarry(fencing: number): void {
    if (inStorage(() => this.#sql.currentFencing.get()) !== fencing) throw lockLost();
  }

  begin(now: Instant, event: RunEvent & { readonly type: 'requested' }): RunId {
    const transaction = this.#db.transaction(() => {
      const before = ofSameForm(() => this.recent(formsLookedAt), event.origin);
      if (before !== undefined) return before.id;
      const runId = freeRunId(now, (id) => this.#sql.runExists.get(id) !== undefined);
      this.#append(runId, [event]);
      return runId;
    });
    const runId = this.#carriedOut(() => transaction.immediate());
    this.#announce();
    return runId;
  }

  /** A transaction that fails goes back; what was folded of its events meanwhile must go, too: their numbers are given again. */
  #carriedOut<T>(transaction: () => T): T {
    try {
      return inStorage(transaction);
    } catch (error) {
      this.#folded.clear();
      throw error;
    }
  }

  run(runId: RunId): Run | undefined {
    // Asked before every write to a live table, so it is folded again only when there is something new.
    const lastSeq = inStorage(() => this.#sql.lastSeqOfRun.get(runId)) ?? undefined;
    const known = this.#folded.get(runId);
    if (known !== undefined && known.lastSeq === lastSeq) return known.run;
    const events = this.ofRun(runId);
    const run = foldRun(events);
    if (this.#folded.size >= mostFolded) this.#folded.clear();
    this.#folded.set(runId, { lastSeq: events.at(-1)?.seq, run });
    return run;
  }

  ofRun(runId: RunId): readonly StoredEvent[] {
    return inStorage(() => this.#sql.eventsOfRun.all(runId)).map(storedEvent);
  }

  after(seq: number, limit: number): readonly StoredEvent[] {
    return inStorage(() => this.#sql.eventsAfter.all(seq, limit)).map(storedEvent);
  }

  recent(limit: number): readonly Run[] {
    return inStorage(() => this.#sql.recentRuns.all(limit)).flatMap((id) => this.run(id) ?? []);
  }

  open(): readonly Run[] {
    return inStorage(() => this.#sql.openRuns.all()).flatMap((id) => this.run(id) ?? []);
  }

  undosOf(runId: RunId): readonly Run[] {
    return inStorage(() => this.#sql.undosOf.all(runId)).flatMap((id) => this.run(id) ?? []);
  }

  *drillsOf(environment: string): Iterable<Run> {
    for (const id of inStorage(() => this.#sql.drillsOf.all(environment))) {
      const run = this.run(id);
      if (run !== undefined) yield run;
    }
  }

  watch(onNew: () => void): () => void {
    const watcher: Watcher = { onNew, isBehind: false };
    this.#watchers.add(watcher);
    let version = inStorage(() => dataVersion(this.#db));
    const timer = setInterval(() => {
      const current = dataVersionIfReadable(this.#db);
      if (current === undefined) return;
      if (current !== version) watcher.isBehind = true;
      version = current;
      if (watcher.isBehind) tell(watcher);
    }, pollOthersMs);
    timer.unref();
    return () => {
      clearInterval(timer);
      this.#watchers.delete(watcher);
    };
  }

  snapshot<T>(look: (rows: Iterable<AuditRow>, end: AuditEnd | undefined) => T): T {
    const transaction = this.#db.transaction(() => look(this.#rows(), this.#sql.end.get()));
    return inStorage(() => transaction.deferred());
  }

  rowsAfter(seq: number, limit: number): readonly AuditRow[] {
    return inStorage(() => this.#sql.eventsAfter.all(seq, limit)).map(auditRow);
  }

  /** Everything there is, a page at a time; rows that somebody forged may have any number. */
  *#rows(): Iterable<AuditRow> {
    let page = this.#sql.eventsAfter.all(Number.MIN_SAFE_INTEGER, rowsPerPage);
    for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
      yield* page.map(auditRow);
      page = this.#sql.eventsAfter.all(last.seq, rowsPerPage);
    }
  }

  /**
   * Where the next row goes on: the recorded end, not the last row. Should rows be missing there, no new one fills the gap.
   * @throws UserError STORAGE when the rows go on beyond it
   */
  #end(): AuditEnd {
    const end = this.#sql.end.get();
    if (end === undefined || (this.#sql.lastSeq.get() ?? 0) > end.seq) throw tamperedWith();
    return end;
  }

  #append(runId: RunId, events: readonly RunEvent[], before?: Run): readonly StoredEvent[] {
    let last = this.#end();
    const stored = events.map((event) => {
      const row = { seq: last.seq + 1, runId, at: this.#now(), body: JSON.stringify(event) };
      const hash = chainHash(last.hash, row);
      this.#sql.insertEvent.run(row.seq, runId, row.at, row.body, hash);
      last = { seq: row.seq, hash };
      return { seq: row.seq, runId, at: row.at, event, hash };
    });
    this.#sql.moveEnd.run(last.seq, last.hash);
    const run = this.run(runId);
    if (run === undefined) throw new Error(`Events of ${runId} do not begin with a request`);
    if (before !== undefined && before.state !== run.state && !canMove(before.state, run.state)) {
      throw new Error(`${runId} cannot go from ${before.state} to ${run.state}`);
    }
    const { requestedAt, endedAt = null, lastSeq, request } = run;
    const drillOf = request.drill === true ? request.environment : null;
    this.#sql.saveRun.run(runId, hasEnded(run) ? 1 : 0, requestedAt, endedAt, lastSeq, request.undoOf ?? null, drillOf);
    return stored;
  }

  /** After the transaction and off this stack: a reporter's trouble must not reach the one who recorded. */
  #announce(): void {
    for (const watcher of this.#watchers) {
      setImmediate(() => {
        if (this.#watchers.has(watcher)) tell(watcher);
      });
    }
  }
}

/** Whoever wants to hear of new events; behind: the file could not be read when there were some. */
type Watcher = { readonly onNew: () => void; isBehind: boolean };

/**
 * Nobody stands behind a timer to catch what it throws, and it would end the whole program: a watcher that cannot read the
 * file is told again in a moment. Whoever has to write to it meets the same trouble, and says so.
 */
function tell(watcher: Watcher): void {
  watcher.isBehind = true;
  try {
    watcher.onNew();
    watcher.isBehind = false;
  } catch (error) {
    if (!(error instanceof UserError && error.code === 'STORAGE')) throw error;
  }
}

function statements(db: SqliteFile) {
  return {
    insertEvent: db.prepare<[number, string, number, string, string]>(
      'INSERT INTO events (seq, run_id, at, body, hash) VALUES (?, ?, ?, ?, ?)',
    ),
    end: db.prepare<[], Pick<EventRow, 'seq' | 'hash'>>('SELECT seq, hash FROM events_end'),
    lastSeq: db.prepare<[], number | null>('SELECT max(seq) FROM events').pluck(),
    moveEnd: db.prepare<[number, string]>('UPDATE events_end SET seq = ?, hash = ?'),
    lastSeqOfRun: db.prepare<[string], number | null>('SELECT max(seq) FROM events WHERE run_id = ?').pluck(),
    eventsOfRun: db.prepare<[string], EventRow>('SELECT * FROM events WHERE run_id = ? ORDER BY seq'),
    eventsAfter: db.prepare<[number, number], EventRow>('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?'),
    saveRun: db.prepare<[string, number, number, number | null, number, string | null, string | null]>(
      `INSERT INTO runs (id, ended, requested_at, ended_at, last_seq, undo_of, drill_of) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, ended_at = excluded.ended_at, last_seq = excluded.last_seq`,
    ),
    runExists: db.prepare<[string], number>('SELECT 1 FROM runs WHERE id = ?').pluck(),
    recentRuns: db
      .prepare<[number], string>('SELECT id FROM runs ORDER BY requested_at DESC, last_seq DESC LIMIT ?')
      .pluck(),
    openRuns: db.prepare<[], string>('SELECT id FROM runs WHERE ended = 0 ORDER BY requested_at, last_seq').pluck(),
    undosOf: db
      .prepare<[string], string>('SELECT id FROM runs WHERE undo_of = ? ORDER BY requested_at, last_seq')
      .pluck(),
    drillsOf: db
      .prepare<[string], string>('SELECT id FROM runs WHERE drill_of = ? ORDER BY requested_at DESC, last_seq DESC')
      .pluck(),
    currentFencing: db.prepare<[], number>('SELECT fencing FROM lock WHERE run_id IS NOT NULL').pluck(),
  };
}

/** Changes when another connection wrote to the file (https://sqlite.org/pragma.html#pragma_data_version). */
function dataVersion(db: SqliteFile): number {
  return Number(db.pragma('data_version', { simple: true }));
}

/** Of no use without an answer, and asked again in a moment; a trouble of the file shows at the next reading or writing. */
function dataVersionIfReadable(db: SqliteFile): number | undefined {
  if (!db.open) return undefined;
  try {
    return dataVersion(db);
  } catch (error) {
    if (troubleIn(error) === undefined) throw error;
    return undefined;
  }
}

function auditRow(row: EventRow): AuditRow {
  return { seq: row.seq, runId: row.run_id, at: row.at, body: row.body, hash: row.hash };
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

function tamperedWith(): UserError {
  return new UserError(
    'STORAGE',
    'The event log in the state file does not end where this program ended it: something else wrote to it.',
    'Nothing is written to it any more. Look with `audit verify` at what was changed, and restore the file from a backup.',
  );
}

function unknownRun(runId: RunId): UserError {
  return new UserError('UNKNOWN_RUN', `There is no restore ${runId}.`, 'See `history` for the ids of the last ones.');
}
