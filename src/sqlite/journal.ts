import type { Difference } from '../restore/compare.ts';
import type { RunId } from '../restore/events.ts';
import type { Journal } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { SqliteFile } from './database.ts';
import type { Sealer } from './seal.ts';
import { createSealer } from './seal.ts';

type JournalRow = { id: number; sealed: Buffer };

/** The journal, sealed under a key of its own for every run. */
export function createJournal(db: SqliteFile, masterKey: Buffer): Journal & { purge(endedBefore: Instant): number } {
  const insert = db.prepare<[string, string, Buffer]>('INSERT INTO journal (run_id, label, sealed) VALUES (?, ?, ?)');
  const pending = db.prepare<[string, string, number, number], JournalRow>(
    'SELECT id, sealed FROM journal WHERE run_id = ? AND label = ? AND written = 0 AND id > ? ORDER BY id LIMIT ?',
  );
  const mark = db.prepare<[number, string, string]>(
    'UPDATE journal SET written = 1 WHERE id = ? AND run_id = ? AND label = ?',
  );
  const purge = db.prepare<[number]>(
    'DELETE FROM journal WHERE run_id IN (SELECT id FROM runs WHERE ended = 1 AND ended_at < ?)',
  );
  const sealers = new Map<RunId, Sealer>();

  function sealerOf(runId: RunId): Sealer {
    const known = sealers.get(runId);
    if (known !== undefined) return known;
    const made = createSealer(masterKey, `journal ${runId}`);
    sealers.set(runId, made);
    return made;
  }

  const addAll = db.transaction((runId: RunId, label: string, differences: readonly Difference[]) => {
    const sealer = sealerOf(runId);
    for (const difference of differences) insert.run(runId, label, sealer.seal(JSON.stringify(difference), label));
  });

  const markAll = db.transaction((runId: RunId, label: string, ids: readonly number[]) => {
    for (const id of ids) mark.run(id, runId, label);
  });

  return {
    add: (runId, label, differences) => addAll.immediate(runId, label, differences),
    pending: (runId, label, after, limit) =>
      pending.all(runId, label, after, limit).map((row) => ({
        id: row.id,
        difference: JSON.parse(sealerOf(runId).open(row.sealed, label)) as Difference,
      })),
    markWritten: (runId, label, ids) => markAll.immediate(runId, label, ids),
    /** Forgets the images of runs that ended before the instant; secure_delete zeroes the pages. Returns how many. */
    purge(endedBefore) {
      const { changes } = purge.run(endedBefore);
      // The zeroed pages must reach the file itself, not only the write-ahead log.
      if (changes > 0) db.pragma('wal_checkpoint(TRUNCATE)');
      return changes;
    },
  };
}
