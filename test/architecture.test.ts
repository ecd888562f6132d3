import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '..', 'src');

/** Who may import whom. A folder that is not listed may not exist; the files directly in src/ are listed by name. */
const mayImport: Record<string, readonly string[]> = {
  restore: ['restore'],
  dynamodb: ['dynamodb', 'restore'],
  cloudwatch: ['cloudwatch', 'restore', 'reporters', 'log.ts'],
  sqlite: ['sqlite', 'restore'],
  slack: ['slack', 'restore', 'nearest.ts'],
  reporters: ['reporters', 'restore'],
  'data-plane': ['data-plane', 'restore', 'dynamodb', 'sqlite'],
  sandbox: ['sandbox'],
  config: ['config', 'restore', 'nearest.ts', 'config.ts'],
  cli: [
    'cli',
    'restore',
    'reporters',
    'config',
    'config.ts',
    'compose.ts',
    'record.ts',
    'clock.ts',
    'nearest.ts',
    'log.ts',
    'serve.ts',
    'demo.ts',
    'doctor',
    'sandbox',
  ],
  doctor: ['doctor', 'restore', 'config', 'config.ts', 'dynamodb', 'cloudwatch', 'slack', 'sqlite'],
  'cli.ts': ['cli', 'restore'],
  'clock.ts': ['restore'],
  'compose.ts': ['config.ts', 'record.ts', 'progress-board.ts', 'restore', 'data-plane', 'dynamodb', 'cloudwatch'],
  'config.ts': ['config', 'restore'],
  'demo.ts': ['demo', 'sandbox'],
  demo: ['demo', 'sandbox'],
  'health.ts': ['restore'],
  'log.ts': ['config', 'restore'],
  'nearest.ts': [],
  'progress-board.ts': ['restore'],
  'record.ts': ['config.ts', 'clock.ts', 'restore', 'sqlite'],
  'serve.ts': ['config', 'config.ts', 'compose.ts', 'log.ts', 'reporters', 'restore', 'slack', 'health.ts', 'turns.ts'],
  'turns.ts': ['log.ts', 'restore'],
};

function roomOf(path: string): string {
  return relative(source, path).split(sep)[0] ?? '';
}

function sourceFiles(): readonly string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(source, name));
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => join(dirname(file), specifier));
}

test('imports point inwards: adapters know the core, the core knows nobody', () => {
  const files = sourceFiles();
  const wrong = files.flatMap((file) => {
    const allowed = mayImport[roomOf(file)];
    if (allowed === undefined) return [`${relative(source, file)} is in no listed folder`];
    return importsOf(file)
      .filter((target) => !allowed.includes(roomOf(target)))
      .map((target) => `${relative(source, file)} imports ${relative(source, target)}`);
  });
  expect(wrong).toEqual([]);
  // A gate must prove that it read something.
  expect(files.length).toBeGreaterThan(50);
  expect(files.flatMap(importsOf).length).toBeGreaterThan(100);
});

test('the core uses no SDK, database, chat or environment', () => {
  const forbidden =
    /'(@aws-sdk\/|@slack\/|better-sqlite3|pino|yaml|zod|node:fs|node:http|node:child_process|node:os)|process\.env|Date\.now\(/;
  const wrong = sourceFiles()
    .filter((file) => roomOf(file) === 'restore')
    .filter((file) => forbidden.test(readFileSync(file, 'utf8')));
  expect(wrong).toEqual([]);
});

test('the sandbox page is bundled: no other source needs it or its libraries when it runs', () => {
  const page = join(source, 'sandbox', 'page');
  const others = sourceFiles().filter((file) => !file.startsWith(page + sep));
  const wrong = others.filter((file) => importsOf(file).some((target) => target.startsWith(page + sep)));
  expect(wrong).toEqual([]);
  const libraries = /'(preact|slack-message-parser|emojibase-data|uplot|vite)(\/|')/;
  expect(others.filter((file) => libraries.test(readFileSync(file, 'utf8')))).toEqual([]);
  expect(others.length).toBeLessThan(sourceFiles().length);
});
