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
  readonly #append: BetterSqlite3.Statement<[number, number, Buffer]>;
  readonly #read: BetterSqlite3.Statement<[number, number], { readonly sealed: Buffer }>;

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
      'CREATE TABLE waiting (id INTEGER PRIMARY KEY, side INTEGER NOT NULL, drawer INTEGER NOT NULL, sealed BLOB NOT NULL);' +
        'CREATE INDEX waiting_in_drawer ON waiting (side, drawer, id);',
    );
    unlinkWhereAllowed(path);
    this.#append = this.#db.prepare('INSERT INTO waiting (side, drawer, sealed) VALUES (?, ?, ?)');
    this.#read = this.#db.prepare('SELECT sealed FROM waiting WHERE side = ? AND drawer = ? ORDER BY id');
  }

  append(side: Side, drawer: number, text: string): void {
    this.#append.run(sideNumber[side], drawer, this.#seal.close(text));
  }

  *read(side: Side, drawer: number): Iterable<string> {
    const rows = inStorage(() => this.#read.iterate(sideNumber[side], drawer), waitingFile);
    for (;;) {
      const row = inStorage(() => rows.next(), waitingFile);
      if (row.done === true) return;
      yield this.#seal.open(row.value.sealed);
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
  #sealed = 0n;

  close(text: string): Buffer {
    // A counter never repeats under a key that lives as long as it does; random nonces would, in the very long run.
    const nonce = Buffer.alloc(12);
    this.#sealed += 1n;
    nonce.writeBigUInt64BE(this.#sealed, 4);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('utf8');
  }
}

// Windows refuses to remove an open file; there it goes when the overflow is closed.
function unlinkWhereAllowed(path: string): void {
  if (process.platform !== 'win32') {
    rmSync(path);
  }
}
