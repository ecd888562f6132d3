/**
 * The history of the file's shape. Append only: a released entry is never changed, because files out there were made
 * with it. `PRAGMA user_version` is the number of entries applied.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE events (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    body   TEXT    NOT NULL,
    hash   TEXT    NOT NULL
  ) STRICT;
  CREATE INDEX events_by_run ON events (run_id, seq);
  CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
  CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;

  -- A projection of the events, so that open and recent runs are found without reading all of them.
  CREATE TABLE runs (
    id           TEXT    PRIMARY KEY,
    ended        INTEGER NOT NULL,
    requested_at INTEGER NOT NULL,
    ended_at     INTEGER,
    last_seq     INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_open ON runs (last_seq) WHERE ended = 0;

  -- One row for ever: where the chain of hashes ends, so that rows cut off its end are missed.
  CREATE TABLE events_end (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    seq      INTEGER NOT NULL,
    hash     TEXT    NOT NULL
  ) STRICT;
  INSERT INTO events_end VALUES (1, 0, '');

  -- One row for ever. run_id is NULL while nobody holds the lock; fencing only grows.
  CREATE TABLE lock (
    only_row       INTEGER PRIMARY KEY CHECK (only_row = 1),
    run_id         TEXT,
    host           TEXT    NOT NULL,
    pid            INTEGER NOT NULL,
    -- Where, and from when on, the pid means that process; NULL where the system does not tell.
    machine        TEXT,
    start_time     TEXT,
    taken_at       INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    -- The same instant on the machine's own steady clock, in ms.
    expires_uptime INTEGER,
    fencing        INTEGER NOT NULL
  ) STRICT;
  INSERT INTO lock VALUES (1, NULL, '', 0, NULL, NULL, 0, 0, NULL, 0);

  -- What is overwritten: both images of each difference, sealed. id is the order of writing.
  CREATE TABLE journal (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT    NOT NULL,
    label  TEXT    NOT NULL,
    state  TEXT    NOT NULL,
    sealed BLOB    NOT NULL
  ) STRICT;
  -- With the state in it, pages and counts are found without touching the sealed images.
  CREATE INDEX journal_in_order ON journal (run_id, label, id, state);

  CREATE TABLE cursors (
    reporter TEXT    NOT NULL,
    run_id   TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (reporter, run_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE posted (
    reporter   TEXT NOT NULL,
    run_id     TEXT NOT NULL,
    key        TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (reporter, run_id, key)
  ) STRICT, WITHOUT ROWID;

  -- Who is about to post a message, until it is in posted.
  CREATE TABLE claims (
    reporter   TEXT    NOT NULL,
    run_id     TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    process    TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (reporter, run_id, key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Which run this one puts back: asked whenever somebody wants to know what can still be undone.
  ALTER TABLE runs ADD COLUMN undo_of TEXT;
  UPDATE runs SET undo_of = (
    SELECT json_extract(body, '$.request.undoOf') FROM events WHERE run_id = runs.id ORDER BY seq LIMIT 1
  );
  CREATE INDEX runs_undoing ON runs (undo_of) WHERE undo_of IS NOT NULL;
  `,
  `
  -- The environment that this run is a drill of: asked again and again, while most runs are restores.
  ALTER TABLE runs ADD COLUMN drill_of TEXT;
  UPDATE runs SET drill_of = (
    SELECT json_extract(body, '$.request.environment') FROM events
    WHERE run_id = runs.id AND json_extract(body, '$.request.drill') ORDER BY seq LIMIT 1
  );
  CREATE INDEX runs_drilling ON runs (drill_of, requested_at) WHERE drill_of IS NOT NULL;
  `,
  `
  -- What has become of an entry since it was added. A table of its own: two marks an entry, each in the row of its images,
  -- wrote all of them again. The other name makes an idle process of before fail in whatever restore it begins next, before
  -- it writes to a live table: it would take all entries for pending, and drop them.
  ALTER TABLE journal RENAME COLUMN state TO first_state;
  CREATE TABLE journal_states (
    id    INTEGER PRIMARY KEY,
    state TEXT    NOT NULL
  ) STRICT;
  CREATE TRIGGER states_go_with_their_entries AFTER DELETE ON journal
    BEGIN DELETE FROM journal_states WHERE id = OLD.id; END;
  `,
];
