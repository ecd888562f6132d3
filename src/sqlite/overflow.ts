import { createCipheriv, createDecipheriv, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import type { Overflow, Side, WaitingItem } from '../restore/compare.ts';
import { UserError } from '../restore/errors.ts';
import { Database } from './driver.ts';
import { inStorage, reportingStorageTrouble } from './storage-trouble.ts';

const sideNumber = { restored: 0, live: 1 } as const satisfies Record<Side, number>;

const rowsPerBatch = 100;

type Row = { readonly id: number; readonly item: Buffer };

/**
 * Opens an overflow in a temporary SQLite file of its own in this directory, which must exist. The file has mode 0600 and
 * nothing in it is readable: keys are stored as an HMAC, items and keys sealed with AES-256-GCM under a key that only
 * this process knows and forgets. Where the operating system allows, the file has no name from the first moment on, so
 * that nothing is left behind even by a killed process.
 *
 * @throws UserError STORAGE, here and by each method, when the disk does not have room for it.
 */
export function openSqliteOverflow(directory: string): Overflow {
  const path = join(directory, `compare-overflow-${randomUUID()}.sqlite`);
  // Made by us before SQLite opens it: SQLite would give it the mode that the umask leaves.
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    throw cannotMake(path, error);
  }
  try {
    return reportingStorageTrouble<Overflow>(
      inStorage(() => new SqliteOverflow(path), waitingFile),
      waitingFile,
    );
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

const waitingFile = 'The temporary file of the comparison (beside the state file)';

function cannotMake(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'code' in cause)) return cause;
  return new UserError(
    'STORAGE',
    `The temporary file of the comparison cannot be made: ${path} (${String(cause.code)}).`,
    'It lies beside the state file: make room there, and give this user the right to write there. Then try again.',
    { cause },
  );
}

class SqliteOverflow implements Overflow {
  readonly #path: string;
  readonly #db: BetterSqlite3.Database;
  readonly #seal = new Seal();
  readonly #insert: BetterSqlite3.Statement<[number, Buffer, Buffer]>;
  readonly #remove: BetterSqlite3.Statement<[number, Buffer], Row>;
  readonly #page: BetterSqlite3.Statement<[number, number, number], Row>;

  constructor(path: string) {
    this.#path = path;
    this.#db = new Database(path);
    // The file is worthless after a crash: no waiting for the disk, and no other file beside it. The journal cannot be
    // OFF: better-sqlite3 is built defensive, and SQLite then ignores that silently.
    this.#db.pragma('journal_mode = MEMORY');
    this.#db.pragma('synchronous = OFF');
    this.#db.pragma('locking_mode = EXCLUSIVE');
    this.#db.pragma('temp_store = MEMORY');
    this.#db.exec(
      'CREATE TABLE waiting (id INTEGER PRIMARY KEY, side INTEGER NOT NULL, key BLOB NOT NULL, item BLOB NOT NULL);' +
        'CREATE UNIQUE INDEX waiting_key ON waiting (side, key);',
    );
    unlinkWhereAllowed(path);
    this.#insert = this.#db.prepare('INSERT OR REPLACE INTO waiting (side, key, item) VALUES (?, ?, ?)');
    this.#remove = this.#db.prepare('DELETE FROM waiting WHERE side = ? AND key = ? RETURNING id, item');
    this.#page = this.#db.prepare('SELECT id, item FROM waiting WHERE side = ? AND id > ? ORDER BY id LIMIT ?');
  }

  put(side: Side, items: readonly WaitingItem[]): void {
    this.#db.transaction(() => {
      for (const waiting of items) {
        this.#insert.run(sideNumber[side], this.#seal.nameOf(waiting.key), this.#seal.close(waiting));
      }
    })();
  }

  take(side: Side, keys: readonly string[]): readonly WaitingItem[] {
    return this.#db.transaction(() =>
      keys.flatMap((key) => {
        const row = this.#remove.get(sideNumber[side], this.#seal.nameOf(key));
        return row === undefined ? [] : [this.#seal.open(row.item)];
      }),
    )();
  }

  *remaining(side: Side): Iterable<readonly WaitingItem[]> {
    let last = 0;
    for (;;) {
      const rows = inStorage(() => this.#page.all(sideNumber[side], last, rowsPerBatch), waitingFile);
      const end = rows.at(-1);
      if (end === undefined) {
        return;
      }
      yield rows.map((row) => this.#seal.open(row.item));
      last = end.id;
    }
  }

  close(): void {
    this.#db.close();
    rmSync(this.#path, { force: true });
  }
}

/** Makes texts unreadable for everybody who does not hold this object. */
class Seal {
  readonly #key = randomBytes(32);
  readonly #nameKey = randomBytes(32);
  #sealed = 0n;

  /** Says whether two keys are equal and nothing else about them. */
  nameOf(key: string): Buffer {
    return createHmac('sha256', this.#nameKey).update(key, 'utf16le').digest();
  }

  close(waiting: WaitingItem): Buffer {
    // A counter never repeats under a key that lives as long as it does; random nonces would, in the very long run.
    const nonce = Buffer.alloc(12);
    this.#sealed += 1n;
    nonce.writeBigUInt64BE(this.#sealed, 4);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const text = JSON.stringify([waiting.key, waiting.item]);
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed: Buffer): WaitingItem {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(sealed.subarray(-16));
    const text = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('utf8');
    const [key, item]: [string, string] = JSON.parse(text);
    return { key, item };
  }
}

// Windows refuses to remove an open file; there it goes when the overflow is closed.
function unlinkWhereAllowed(path: string): void {
  if (process.platform !== 'win32') {
    rmSync(path);
  }
}
