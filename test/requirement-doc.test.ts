import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../src/cli/arguments.ts';
import { run } from './cli/program.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs/requirement.md'), 'utf8');

/** `file` › name of a test, up to the end of the cell or the sentence, or to the next test. */
const named = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)` › (.+?)(?=; `test\/| \||\.? Ours|\.$)/gm)];

test('docs/requirement.md names tests that exist', () => {
  expect(named.length).toBeGreaterThan(90);
  const missing = named.flatMap(([, file = '', name = '']) => {
    const path = join(root, file);
    const found = existsSync(path) && declared(readFileSync(path, 'utf8')).includes(name.trim());
    return found ? [] : [`${file} › ${name}`];
  });
  expect(missing).toEqual([]);
});

test('every mention of a test was read, and every difference that is referred to is explained', () => {
  expect(named.length).toBe(text.split('.test.ts` › ').length - 1);
  const differences = [...text.matchAll(/\bD\d+\b/g)].map(([each]) => each);
  for (const each of differences) expect(text).toContain(`\n| ${each} | `);
});

/** Names as they are written where a test is declared. */
function declared(source: string): readonly string[] {
  return [...source.matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)].map(([, , name = '']) => name.replaceAll(/\\(.)/g, '$1'));
}

/** The requirement as it was given to us. */
const requirement = readFileSync(join(root, 'test/fixtures/requirement.md'), 'utf8');

/** What it says twice, or is no requirement. */
const leftOut = ['Table of Contents', 'Estimated Effort', 'Summary'];

/** Without markup, spaces and capitals. */
function bare(markdown: string): string {
  return markdown.replaceAll(/[*`]/g, '').replaceAll(/\s+/g, ' ').replace(/:$/, '').trim().toLowerCase();
}

/** Every point of a list in it, by the `##` heading that it is under. */
function pointsOf(markdown: string): readonly string[] {
  const sections = markdown.replaceAll(/^```[\s\S]*?^```/gm, '').split(/^## /m);
  return sections
    .filter((section) => !leftOut.some((name) => section.startsWith(name)))
    .flatMap((section) => [...section.matchAll(/^\s*(?:- \[ \] |- |\d+\. )(.+)$/gm)])
    .map(([, point = '']) => point);
}

/** What it has in its blocks of code, where not every line is a requirement: flags, variables, tests, steps and fields. */
function namesIn(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```[\s\S]*?^```/gm)].map(([block]) => block).join('\n');
  const patterns = [
    /--[a-z][a-z-]+/g,
    /^(?:AWS|DYNAMODB|RESTORE)_[A-Z_]+/gm,
    /def test_\w+/g,
    /timeout_seconds=\d+/g,
    /└─→ (\w[^\n]*\? [^\n]+)/g,
    /"([a-z]+_[a-z_]+)": (?!\{)/g,
  ];
  return patterns.flatMap((pattern) => [...blocks.matchAll(pattern)].map(([all, inside = all]) => inside));
}

test('no line of the requirement is missing', () => {
  const page = bare(text);
  const points = pointsOf(requirement);
  const names = namesIn(requirement);
  expect(points.length).toBeGreaterThan(250);
  expect(names.length).toBeGreaterThan(40);
  expect([...points, ...names].filter((each) => !page.includes(bare(each)))).toEqual([]);
});

test('the requirement’s command lines are understood as they stand', () => {
  const basic = ['--restore-point', '2025-12-19T09:00:00Z', '--environment', 'dev'];
  const restore = { name: 'restore', restorePoint: '2025-12-19T09:00:00Z', environment: 'dev' };
  expect(parseCommandLine(basic)).toMatchObject({ ...restore, dryRun: false, verbose: false });
  expect(parseCommandLine([...basic, '--dry-run'])).toMatchObject({ ...restore, dryRun: true });
  expect(parseCommandLine([...basic, '--timeout-minutes', '45'])).toMatchObject({ ...restore, timeoutMinutes: 45 });
  expect(parseCommandLine([...basic, '--verbose'])).toMatchObject({ ...restore, verbose: true });
  expect(parseCommandLine(['--list-restore-points', '--environment', 'dev'])).toMatchObject({
    name: 'list-restore-points',
    environment: 'dev',
  });
});

test('what is printed to a pipe or a file has no control characters', async () => {
  for (const command of [['help'], ['status'], ['history'], ['audit', 'verify'], ['--no-such-flag']]) {
    const { stdout, stderr } = await run(command, temporaryFolder(), { FORCE_COLOR: '1' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  }
});
