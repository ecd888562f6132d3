import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Overflow } from '../../src/restore/compare.ts';
import { compareTables } from '../../src/restore/compare.ts';
import type { Item } from '../../src/restore/item.ts';
import { openSqliteOverflow } from '../../src/sqlite/overflow.ts';
import { MemoryOverflow } from '../support/memory-overflow.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'overflow-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe.for([
  ['in memory (for tests)', () => new MemoryOverflow()],
  ['in SQLite', () => openSqliteOverflow(directory)],
] as const)('an overflow %s', ([, open]) => {
  test('gives back what it was given, side by side, drawer by drawer, in the order in which it came', () => {
    const overflow: Overflow = open();
    overflow.append('restored', 1, 'a');
    overflow.append('live', 1, 'of live');
    overflow.append('restored', 2, 'elsewhere');
    overflow.append('restored', 1, 'b');
    expect(textsIn(overflow.read('restored', 1))).toEqual(['a', 'b']);
    expect(textsIn(overflow.read('restored', 1))).toEqual(['a', 'b']);
    expect(textsIn(overflow.read('live', 1))).toEqual(['of live']);
    expect(textsIn(overflow.read('restored', 2))).toEqual(['elsewhere']);
    expect(textsIn(overflow.read('live', 2))).toEqual([]);
    overflow.close();
  });

  test('holds any text', () => {
    const overflow: Overflow = open();
    const texts = [
      ...fc.sample(fc.string({ unit: 'grapheme', maxLength: 50 }), { numRuns: 500, seed: 1 }),
      '\u0000',
      'x'.repeat(2_000_000),
    ];
    for (const text of texts) overflow.append('live', 3, text);
    expect(textsIn(overflow.read('live', 3))).toEqual(texts);
    overflow.close();
  });
});

describe('the SQLite file', () => {
  test.runIf(process.platform === 'linux')(
    'has no name, only its owner may read it, and it holds nothing readable',
    async () => {
      const overflow = openSqliteOverflow(directory);
      overflow.append('live', 0, '{"secret":{"S":"attribute of alice"}}'.repeat(2000));
      expect(readdirSync(directory)).toEqual([]);
      const file = unnamedFileIn(directory);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const bytes = readFileSync(file, 'latin1');
      expect(bytes.length).toBeGreaterThan(70_000);
      for (const clear of ['secret', 'alice', 'attribute']) {
        expect(bytes).not.toContain(clear);
        expect(bytes).not.toContain(Buffer.from(clear, 'utf16le').toString('latin1'));
      }
      overflow.close();
      expect(() => unnamedFileIn(directory)).toThrow('no such file');
    },
  );

  test('is gone after close, and a closed overflow refuses to work', async () => {
    const overflow = openSqliteOverflow(directory);
    overflow.append('live', 0, 'a');
    overflow.close();
    expect(readdirSync(directory)).toEqual([]);
    expect(() => overflow.append('live', 0, 'a')).toThrow('The database connection is not open');
  });

  test('that cannot be made is an error that says so', () => {
    expect(() => openSqliteOverflow(join(directory, 'missing'))).toThrow(
      expect.objectContaining({ code: 'STORAGE', message: expect.stringContaining('(ENOENT)') }),
    );
  });

  test('carries a comparison whose sides come in opposite orders and whose budget is nothing', async () => {
    const items = Array.from(
      { length: 2000 },
      (_, index): Item => ({
        id: { N: String(index) },
        text: { S: `${index}` },
      }),
    );
    const changed = items.map((item, index): Item => (index % 100 === 0 ? { ...item, text: { S: 'changed' } } : item));
    const pages = async function* (all: readonly Item[]) {
      for (let start = 0; start < all.length; start += 100) {
        yield { items: all.slice(start, start + 100) };
      }
    };
    let most = 0;
    const comparison = await compareTables({
      keySchema: { partition: 'id' },
      restored: [pages(items.slice(0, 1990))],
      live: [pages(changed.slice(10).reverse())],
      onDifferences: () => {},
      onProgress: ({ overflowed }) => {
        most = Math.max(most, overflowed);
      },
      memoryBudgetBytes: 0,
      openOverflow: () => openSqliteOverflow(directory),
    });
    expect(comparison).toMatchObject({
      put: 10 + 19,
      delete: 10,
      unchanged: 1961,
    });
    expect(most).toBeGreaterThan(1900);
    expect(readdirSync(directory)).toEqual([]);
  });
});

function textsIn(read: Iterable<Buffer>): readonly string[] {
  return Array.from(read, (bytes) => bytes.toString('utf8'));
}

/** The open file of this process that once had a name in this directory. */
function unnamedFileIn(path: string): string {
  const descriptors = readdirSync('/proc/self/fd').map((name) => `/proc/self/fd/${name}`);
  const found = descriptors.find((descriptor) => linkOf(descriptor).startsWith(path));
  if (found === undefined) {
    throw new Error('no such file');
  }
  return found;
}

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch {
    return 'closed meanwhile';
  }
}
