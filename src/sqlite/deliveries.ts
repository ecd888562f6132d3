import type { Deliveries } from '../restore/ports.ts';
import type { SqliteFile } from './database.ts';
import { reportingStorageTrouble } from './storage-trouble.ts';

type ClaimRow = { process: string; expires_at: number };
type PostedRow = { channel_id: string; message_id: string };

/** How far each reporter has told each run's story, and where it put it. */
export function createDeliveries(db: SqliteFile): Deliveries {
  const readCursor = db
    .prepare<[string, string], number>('SELECT seq FROM cursors WHERE reporter = ? AND run_id = ?')
    .pluck();
  const moveCursor = db.prepare<[string, string, number]>(
    `INSERT INTO cursors (reporter, run_id, seq) VALUES (?, ?, ?)
     ON CONFLICT (reporter, run_id) DO UPDATE SET seq = max(seq, excluded.seq)`,
  );
  const runsBehind = db
    .prepare<[string], string>(
      `SELECT runs.id FROM runs
       LEFT JOIN cursors ON cursors.run_id = runs.id AND cursors.reporter = ?
       WHERE runs.last_seq > coalesce(cursors.seq, 0) ORDER BY runs.requested_at, runs.last_seq`,
    )
    .pluck();
  const readPosted = db.prepare<[string, string, string], PostedRow>(
    'SELECT channel_id, message_id FROM posted WHERE reporter = ? AND run_id = ? AND key = ?',
  );
  const readAllPosted = db.prepare<[string, string], PostedRow & { key: string }>(
    'SELECT key, channel_id, message_id FROM posted WHERE reporter = ? AND run_id = ?',
  );
  const savePosted = db.prepare<[string, string, string, string, string]>(
    'INSERT OR REPLACE INTO posted (reporter, run_id, key, channel_id, message_id) VALUES (?, ?, ?, ?, ?)',
  );
  const readClaim = db.prepare<[string, string, string], ClaimRow>(
    'SELECT process, expires_at FROM claims WHERE reporter = ? AND run_id = ? AND key = ?',
  );
  const saveClaim = db.prepare<[string, string, string, string, number]>(
    'INSERT OR REPLACE INTO claims (reporter, run_id, key, process, expires_at) VALUES (?, ?, ?, ?, ?)',
  );
  const dropClaim = db.prepare<[string, string, string]>(
    'DELETE FROM claims WHERE reporter = ? AND run_id = ? AND key = ?',
  );

  const claim = db.transaction<Deliveries['claim']>((reporter, runId, key, { process, now, until }) => {
    if (readPosted.get(reporter, runId, key) !== undefined) return 'posted';
    const before = readClaim.get(reporter, runId, key);
    const isTheirs = before !== undefined && before.process !== process;
    if (isTheirs && before.expires_at > now) return 'theirs';
    saveClaim.run(reporter, runId, key, process, until);
    return isTheirs ? 'taken-over' : 'ours';
  });

  const remember = db.transaction<Deliveries['remember']>((reporter, runId, key, message) => {
    savePosted.run(reporter, runId, key, message.channelId, message.messageId);
    dropClaim.run(reporter, runId, key);
  });

  return reportingStorageTrouble<Deliveries>({
    cursor: (reporter, runId) => readCursor.get(reporter, runId) ?? 0,
    advance: (reporter, runId, seq) => {
      moveCursor.run(reporter, runId, seq);
    },
    behind: (reporter) => runsBehind.all(reporter),
    posted(reporter, runId, key) {
      const row = readPosted.get(reporter, runId, key);
      return row === undefined ? undefined : { channelId: row.channel_id, messageId: row.message_id };
    },
    allPosted: (reporter, runId) =>
      new Map(
        readAllPosted
          .all(reporter, runId)
          .map((row) => [row.key, { channelId: row.channel_id, messageId: row.message_id }]),
      ),
    claim: (reporter, runId, key, by) => claim.immediate(reporter, runId, key, by),
    remember: (reporter, runId, key, message) => {
      remember.immediate(reporter, runId, key, message);
    },
  });
}
