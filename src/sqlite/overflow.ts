import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import type { Overflow, Side } from '../restore/compare.ts';
import { UserError } from '../restore/errors.ts';
import { Database } from './driver.ts';
import { inStorage, reportingStorageTrouble } from './storage-trouble.ts';

const sideNumber = { restored: 0, live: 1 } as const satisfies Record<Side, number>;

/**
 * Opens an overflow in a temporary SQLite file of its own in this directory, which must exist. The file has mode 0600 and
 * nothing in it is readable: everything is sealed with AES-256-GCM under a key that only this process knows and forgets. Where the operating system allows, the file has no name from the first moment on, so
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
  readonly #append: BetterSqlite3.Statement<[number, number, number, Buffer, Buffer]>;
  readonly #read: BetterSqlite3.Statement<[number, number], Row>;
  #rows = 0;

  constructor(path: string) {
    this.#path = path;
    this.#db = new Database(path);
    // The file is worthless after a crash: no waiting for the disk, and no other file beside it. The journal cannot be
    // OFF: better-sqlite3 is built defensive, and SQLite then ignores that silently.
    this.#db.pragma('page_size = 65536'); // texts are long: fewer, larger pages
    this.#db.pragma('journal_mode = MEMORY');
    this.#db.pragma('synchronous = OFF');
    this.#db.pragma('locking_mode = EXCLUSIVE');
    this.#db.pragma('temp_store = MEMORY');
    this.#db.pragma('cache_size = -4096'); // 4 MiB: everything is written once and read once
    this.#db.exec(
      'CREATE TABLE waiting (id INTEGER PRIMARY KEY, side INTEGER NOT NULL, drawer INTEGER NOT NULL, sealed BLOB NOT NULL, tag BLOB NOT NULL);' +
        'CREATE INDEX waiting_in_drawer ON waiting (side, drawer, id);',
    );
    unlinkWhereAllowed(path);
    this.#append = this.#db.prepare('INSERT INTO waiting (id, side, drawer, sealed, tag) VALUES (?, ?, ?, ?, ?)');
    this.#read = this.#db.prepare('SELECT id, sealed, tag FROM waiting WHERE side = ? AND drawer = ? ORDER BY id');
  }

  append(side: Side, drawer: number, text: string): void {
    this.#rows += 1;
    const { sealed, tag } = this.#seal.close(this.#rows, text);
    this.#append.run(this.#rows, sideNumber[side], drawer, sealed, tag);
  }

  *read(side: Side, drawer: number): Iterable<Buffer> {
    const rows = inStorage(() => this.#read.iterate(sideNumber[side], drawer), waitingFile);
    for (;;) {
      const row = inStorage(() => rows.next(), waitingFile);
      if (row.done === true) return;
      yield this.#seal.open(row.value);
    }
  }

  close(): void {
    this.#db.close();
    rmSync(this.#path, { force: true });
  }
}

type Row = { readonly id: number; readonly sealed: Buffer; readonly tag: Buffer };

/**
 * Makes texts unreadable for everybody who does not hold this object. Nothing is put together or taken apart: what is
 * sealed is most of a large table, and every copy of it would be garbage outside of V8's heap.
 */
class Seal {
  readonly #key = randomBytes(32);

  /** `id`: another one for each text. */
  close(id: number, text: string): Omit<Row, 'id'> {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(id));
    const sealed = cipher.update(text, 'utf8');
    // A stream cipher: nothing is left over for the end.
    cipher.final();
    return { sealed, tag: cipher.getAuthTag() };
  }

  open({ id, sealed, tag }: Row): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonceOf(id), { authTagLength: 16 });
    decipher.setAuthTag(tag);
    const bytes = decipher.update(sealed);
    decipher.final();
    return bytes;
  }
}

/** A counter never repeats under a key that lives as long as it does; random nonces would, in the very long run. */
function nonceOf(id: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(id), 4);
  return nonce;
}

// Windows refuses to remove an open file; there it goes when the overflow is closed.
function unlinkWhereAllowed(path: string): void {
  if (process.platform !== 'win32') {
    rmSync(path);
  }
}
