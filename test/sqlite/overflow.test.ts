import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Overflow, Side, WaitingItem } from '../../src/restore/compare.ts';
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
  test('gives back what it was given, once, to the side that gave it', async () => {
    const overflow: Overflow = open();
    await overflow.put('restored', [waiting('a'), waiting('b'), waiting('c')]);
    await overflow.put('live', [waiting('a', 'of live')]);
    expect(await overflow.take('restored', ['b', 'x', 'b', 'a'])).toEqual([waiting('b'), waiting('a')]);
    expect(await overflow.take('restored', ['a', 'b'])).toEqual([]);
    expect(await overflow.take('live', [])).toEqual([]);
    expect(await all(overflow, 'restored')).toEqual([waiting('c')]);
    expect(await all(overflow, 'live')).toEqual([waiting('a', 'of live')]);
    await overflow.close();
  });

  test('keeps the newer item under a key that it holds already', async () => {
    const overflow: Overflow = open();
    await overflow.put('live', [waiting('a', 'old')]);
    await overflow.put('live', [waiting('b'), waiting('a', 'new')]);
    expect(new Set(await all(overflow, 'live'))).toEqual(new Set([waiting('a', 'new'), waiting('b')]));
    await overflow.close();
  });

  test('holds any text and more than one batch of them', async () => {
    const overflow: Overflow = open();
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 50 }), {
      numRuns: 500,
      seed: 1,
    });
    const items = [...new Set([...texts, '', '\u0100', '\u0200', '\ud800', '\ud801', 'x'.repeat(400_000)])].map(
      (text) => waiting(text, text),
    );
    await overflow.put('live', items);
    expect(new Set(await all(overflow, 'live'))).toEqual(new Set(items));
    const keys = items.map(({ key }) => key);
    expect(await overflow.take('live', keys)).toEqual(items);
    expect(await all(overflow, 'live')).toEqual([]);
    await overflow.close();
  });
});

describe('the SQLite file', () => {
  test.runIf(process.platform === 'linux')(
    'has no name, only its owner may read it, and it holds nothing readable',
    async () => {
      const overflow = openSqliteOverflow(directory);
      await overflow.put('live', [
        waiting('S6:secret-key-of-alice', '{"secret":{"S":"attribute of alice"}}'.repeat(2000)),
      ]);
      expect(readdirSync(directory)).toEqual([]);
      const file = unnamedFileIn(directory);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const bytes = readFileSync(file, 'latin1');
      expect(bytes.length).toBeGreaterThan(70_000);
      for (const clear of ['secret', 'alice', 'attribute']) {
        expect(bytes).not.toContain(clear);
        expect(bytes).not.toContain(Buffer.from(clear, 'utf16le').toString('latin1'));
      }
      await overflow.close();
      expect(() => unnamedFileIn(directory)).toThrow('no such file');
    },
  );

  test('is gone after close, and a closed overflow refuses to work', async () => {
    const overflow = openSqliteOverflow(directory);
    await overflow.put('live', [waiting('a')]);
    await overflow.close();
    expect(readdirSync(directory)).toEqual([]);
    expect(() => overflow.put('live', [waiting('a')])).toThrow('The database connection is not open');
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

function waiting(key: string, item = `item of ${key}`): WaitingItem {
  return { key, item };
}

async function all(overflow: Overflow, side: Side): Promise<readonly WaitingItem[]> {
  const items: WaitingItem[] = [];
  for await (const batch of overflow.remaining(side)) {
    items.push(...batch);
  }
  return items;
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
