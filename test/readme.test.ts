import { readdirSync, readFileSync } from 'node:fs';
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

test('its configuration file is a valid one', () => {
  const [yaml = ''] = fences('yaml');
  const config = loadConfig({ PITR_CONFIG: 'pitr.yml' }, () => yaml);
  expect(config.environments.map((environment) => environment.name)).toEqual(['staging']);
  expect(parse(yaml)).toHaveProperty('environments.staging.tables.orders', 'shop-orders');
});

test('its policy allows every DynamoDB action the program names, on the tables it needs them for', () => {
  const [json = ''] = fences('json');
  const { Statement } = JSON.parse(json) as { Statement: { Sid: string; Action: string[] }[] };
  const source = readdirSync(join(root, 'src/dynamodb'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(root, 'src/dynamodb', name), 'utf8'))
    .join('\n');
  const called = new Set([...source.matchAll(/'(dynamodb:[A-Za-z]+)'/g)].map((match) => match[1]));
  expect(called.size).toBeGreaterThan(5);
  const allowed = new Set(Statement.flatMap((statement) => statement.Action));
  expect([...called].filter((action) => action !== undefined && !allowed.has(action))).toEqual([]);
  for (const { Action } of Statement) expect(Action).toEqual([...Action].sort((a, b) => a.localeCompare(b)));
  const actions = (sid: string) => Statement.find((statement) => statement.Sid === sid)?.Action;
  // BatchWriteItem: behind a fence, where nobody else writes.
  const onItems = ['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'PutItem', 'Scan', 'UpdateItem'];
  const onPolicies = ['DeleteResourcePolicy', 'GetResourcePolicy', 'PutResourcePolicy'];
  const needed = [...onItems, ...onPolicies].map((action) => `dynamodb:${action}`);
  expect(actions('LiveTables')).toEqual(expect.arrayContaining(needed));
  expect(actions('RestoreTables')).toEqual(expect.arrayContaining(['dynamodb:BatchGetItem', 'dynamodb:Scan']));
  // Nothing on a live table that could destroy it.
  expect(actions('LiveTables')).not.toContain('dynamodb:DeleteTable');
});
