import { UserError } from '../restore/errors.ts';
import type { RunId } from '../restore/events.ts';
import type { JournalState } from '../restore/journal-states.ts';
import { journalStates } from '../restore/journal-states.ts';
import type { Journal, JournalImages, JournalStore } from '../restore/ports.ts';
import type { SqliteFile } from './database.ts';
import type { Sealer } from './seal.ts';
import { createSealer } from './seal.ts';
import { inStorage, reportingStorageTrouble } from './storage-trouble.ts';

/** A page of entries ends after so many bytes for each that was asked for: of the largest items few are in memory at once. */
const bytesPerEntry = 32 * 1024;

type JournalRow = { id: number; state: JournalState; sealed: Buffer };

/** The journal, sealed under a key of its own for every run. */
export function createJournal(db: SqliteFile, masterKey: Buffer): Journal & JournalStore {
  const sql = inStorage(() => statements(db));
  const sealers = new Map<RunId, Sealer>();

  function sealerOf(runId: RunId): Sealer {
    const known = sealers.get(runId);
    if (known !== undefined) return known;
    const made = createSealer(masterKey, `journal ${runId}`);
    sealers.set(runId, made);
    return made;
  }

  const addAll = db.transaction(
    (runId: RunId, label: string, entries: readonly JournalImages[], state: JournalState) => {
      const sealer = sealerOf(runId);
      return entries.map(({ before, after, again, unsure }) => {
        const sealed = sealer.seal(JSON.stringify({ before, after, again, unsure }), label);
        return Number(sql.insert.run(runId, label, state, sealed).lastInsertRowid);
      });
    },
  );

  const markAll = db.transaction((runId: RunId, label: string, ids: readonly number[], state: JournalState) => {
    for (const id of ids) sql.mark.run(state, runId, label, id);
  });

  const purgeAll = db.transaction((runIds: readonly RunId[]) =>
    runIds.reduce((sum, runId) => sum + sql.purge.run({ runId }).changes, 0),
  );

  return reportingStorageTrouble<Journal & JournalStore>({
    add: (runId, label, entries, state = 'pending') => addAll.immediate(runId, label, entries, state),
    read(runId, label, states, after, limit, backwards = false) {
      const wanted = JSON.stringify(states);
      const rows = backwards
        ? sql.backwards.iterate(runId, label, after ?? Number.MAX_SAFE_INTEGER, wanted, limit)
        : sql.forwards.iterate(runId, label, after ?? 0, wanted, limit);
      return pageOf(rows, limit * bytesPerEntry).map((row) => ({
        id: row.id,
        state: row.state,
        ...imagesIn(sealerOf(runId), row, runId, label),
      }));
    },
    mark: (runId, label, ids, state) => markAll.immediate(runId, label, ids, state),
    count(runId, label) {
      const counted = new Map(sql.count.all(runId, label).map((row) => [row.state, row.entries]));
      return Object.fromEntries(journalStates.map((state) => [state, counted.get(state) ?? 0])) as Record<
        JournalState,
        number
      >;
    },
    dropPending(runId, label) {
      sql.dropPending.run(runId, label);
    },
    runs: () => sql.runs.all(),
    /** secure_delete zeroes the pages. */
    purge(runIds) {
      const changes = purgeAll.immediate(runIds);
      // The zeroed pages must reach the file itself, and what the write-ahead log still holds must go: also when another
      // process kept an earlier purge from doing so.
      db.pragma('wal_checkpoint(TRUNCATE)');
      return changes;
    },
  });
}

function pageOf(rows: Iterable<JournalRow>, mostBytes: number): readonly JournalRow[] {
  const page: JournalRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    page.push(row);
    bytes += row.sealed.length;
    if (bytes >= mostBytes) break;
  }
  return page;
}

/** @throws UserError STORAGE when the key is not the one they were sealed with, or the bytes are not what was sealed. */
function imagesIn(sealer: Sealer, { id, sealed }: JournalRow, runId: RunId, label: string): JournalImages {
  let text: string;
  try {
    text = sealer.open(sealed, label);
  } catch (error) {
    throw new UserError(
      'STORAGE',
      `Entry ${id} of the journal of ${runId} (${label}) cannot be opened: it was sealed with another key, or changed since.`,
      'Use the key of that time: PITR_JOURNAL_KEY, or the .key file beside the state file.',
      { cause: error },
    );
  }
  const { before, after, again, unsure } = JSON.parse(text) as Partial<JournalImages>;
  return { before, after, ...(again && { again }), ...(unsure && { unsure }) };
}

/** With this index, pages and counts are found without touching the sealed images. */
const entries = 'journal INDEXED BY journal_in_order LEFT JOIN journal_states USING (id)';
const stateNow = 'coalesce(journal_states.state, journal.first_state)';

function statements(db: SqliteFile) {
  const page = (beyond: '>' | '<', order: 'ASC' | 'DESC') =>
    db.prepare<[string, string, number, string, number], JournalRow>(
      `SELECT id, ${stateNow} AS state, sealed FROM ${entries}
       WHERE run_id = ? AND label = ? AND id ${beyond} ? AND ${stateNow} IN (SELECT value FROM json_each(?))
       ORDER BY id ${order} LIMIT ?`,
    );
  return {
    insert: db.prepare<[string, string, JournalState, Buffer]>(
      'INSERT INTO journal (run_id, label, first_state, sealed) VALUES (?, ?, ?, ?)',
    ),
    forwards: page('>', 'ASC'),
    backwards: page('<', 'DESC'),
    mark: db.prepare<[JournalState, string, string, number]>(
      `INSERT INTO journal_states SELECT id, ? FROM journal INDEXED BY journal_in_order
       WHERE run_id = ? AND label = ? AND id = ? ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
    ),
    count: db.prepare<[string, string], { state: JournalState; entries: number }>(
      `SELECT ${stateNow} AS state, count(*) AS entries FROM ${entries} WHERE run_id = ? AND label = ? GROUP BY 1`,
    ),
    dropPending: db.prepare<[string, string]>(
      `DELETE FROM journal
       WHERE id IN (SELECT id FROM ${entries} WHERE run_id = ? AND label = ? AND ${stateNow} = 'pending')`,
    ),
    runs: db
      .prepare<[], string>(
        'SELECT id FROM runs WHERE ended = 1 AND EXISTS (SELECT 1 FROM journal WHERE run_id = runs.id)',
      )
      .pluck(),
    // Not while somebody is undoing the run: that reads its journal, and may have begun just now.
    purge: db.prepare<{ runId: RunId }>(
      `DELETE FROM journal WHERE run_id = :runId
       AND EXISTS (SELECT 1 FROM runs WHERE id = :runId AND ended = 1)
       AND NOT EXISTS (SELECT 1 FROM runs WHERE undo_of = :runId AND ended = 0)`,
    ),
  };
}
