import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseCommandLine } from '../src/cli/arguments.ts';
import { loadConfig } from '../src/config.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

function fences(language: string): readonly string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');
}

test('its npm commands exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = [...readme.matchAll(/npm run ([\w-]+)/g)].map((match) => match[1] ?? '');
  expect(named).toContain('demo');
  for (const name of [...named, 'test']) expect(scripts).toHaveProperty(name);
});

test('its command lines are understood', () => {
  const lines = fences('sh')
    .join('\n')
    .split('\n')
    .filter((line) => /^(pitr-restore|node dist\/cli\.js) /.test(line));
  expect(lines.length).toBeGreaterThan(4);
  for (const line of lines) {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
    expect(() => parseCommandLine(words.slice(words[0] === 'node' ? 2 : 1))).not.toThrow();
  }
});

test('its configuration file is a valid one', async () => {
  const [yaml = ''] = fences('yaml');
  const config = await loadConfig({ PITR_CONFIG: 'pitr.yml' }, () => yaml);
  expect(config.environments.map((environment) => environment.name)).toEqual(['staging']);
  expect(parse(yaml)).toHaveProperty('environments.staging.tables.orders', 'shop-orders');
});

test('its links lead somewhere', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
});
