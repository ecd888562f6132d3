import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** `file` › name of a test, up to the next one, or the end of the cell or the sentence. */
const named = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)` › (.+?)(?=; `test\/| \||\.?$)/gm)];

test('docs/security.md names tests that exist, and every one that it names was read', () => {
  expect(named.length).toBe(text.split('.test.ts` › ').length - 1);
  expect(named.length).toBeGreaterThan(50);
  const missing = named.flatMap(([, file = '', name = '']) => {
    const path = join(root, file);
    return existsSync(path) && declared(readFileSync(path, 'utf8')).includes(name) ? [] : [`${file} › ${name}`];
  });
  expect(missing).toEqual([]);
});

test('whoever could do something is told what stops them with a proof, or what is left', () => {
  const threats = text
    .slice(text.indexOf('## Who could do what'), text.indexOf('## Least privilege'))
    .split('\n### ')
    .slice(1);
  expect(threats.length).toBeGreaterThan(10);
  expect(threats.filter((threat) => !threat.includes('.test.ts` › ')).map((threat) => threat.split('\n')[0])).toEqual(
    [],
  );
  const cells = text
    .split('\n')
    .filter((line) => /^\| (?!could|has|---|what|data)/.test(line) && line.split(' | ').length === 3);
  expect(cells.length).toBeGreaterThan(35);
});

/** Names as they are written where a test is declared. */
function declared(source: string): readonly string[] {
  return [...source.matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)].map(([, , name = '']) => name.replaceAll(/\\(.)/g, '$1'));
}
