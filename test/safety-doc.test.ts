import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs/safety.md'), 'utf8');

/** `file` › name of a test, up to the end of the cell, line or sentence. */
const named = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)`(?: › ([^|\n]+?))?(?=\s*(?:\||\n|,? and ›|$|; `))/g)];

test('docs/safety.md names tests that exist', () => {
  expect(named.length).toBeGreaterThan(20);
  const missing = named.flatMap(([, file = '', name]) => {
    const path = join(root, file);
    if (!existsSync(path)) return [file];
    const wanted = name?.trim().replace(/[.,]$/, '');
    return wanted === undefined || readFileSync(path, 'utf8').includes(wanted) ? [] : [`${file} › ${wanted}`];
  });
  expect(missing).toEqual([]);
});
