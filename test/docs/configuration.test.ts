import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { environmentSettings } from '../../src/config/environments.ts';
import { variableGroups } from '../../src/config/variables.ts';
import { loadConfig } from '../../src/config.ts';
import { configurationPage, exampleFile } from './configuration-page.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
const example = readFileSync(join(root, '.env.example'), 'utf8');
const variables = Object.assign({}, ...Object.values(variableGroups));

/** In .env.example: name → is it on, and with which value. */
const examples = new Map(
  [...example.matchAll(/^(# )?([A-Z][A-Z_]+)=(.*)$/gm)].map(([, off, name = '', value = '']) => [
    name,
    { off: off !== undefined, value },
  ]),
);

test('docs/configuration.md is what the schemas say: run `npm run docs`', async () => {
  expect(page).toBe(await configurationPage());
});

test('every variable and every setting is in it', () => {
  for (const name of [...Object.keys(variables), ...Object.keys(environmentSettings)])
    expect(page).toContain(`| \`${name}\` |`);
});

test('.env.example and the page have the same variables', () => {
  const onPage = new Set(
    [...page.matchAll(/^\| (`[A-Z`_, ]+`) \|/gm)].flatMap(([, names = '']) => names.match(/[A-Z_]+/g) ?? []),
  );
  const ofTheMachine = ['XDG_STATE_HOME', 'HOME', 'TZ'];
  expect(new Set(examples.keys())).toEqual(new Set([...onPage].filter((name) => !ofTheMachine.includes(name))));
});

test('what is on in .env.example is the default, and what has a default is on', () => {
  const on = [...examples].filter(([, { off }]) => !off);
  for (const [name, { value }] of on) expect([name, String(variables[name].parse(undefined))]).toEqual([name, value]);
  const withDefault = Object.keys(variables).filter((name) => {
    const value: unknown = variables[name].parse(undefined);
    return value !== undefined && !Array.isArray(value);
  });
  expect(new Set(on.map(([name]) => name))).toEqual(new Set(withDefault));
});

test('.env.example is a configuration without a mistake, and so is every line of it that is off', async () => {
  const file = () => exampleFile;
  expect(await loadConfig(parseEnv(example), file)).toEqual(await loadConfig({}));
  const given = [...examples].filter(([, { value }]) => value !== '').map(([name, { value }]) => [name, value]);
  await expect(loadConfig(Object.fromEntries(given), file)).resolves.toBeDefined();
});

test('its example of a file is one', async () => {
  const [environment] = (await loadConfig({ PITR_CONFIG: 'pitr.yml' }, () => exampleFile)).environments;
  expect(environment).toMatchObject({ name: 'staging', drillEveryDays: 30 });
});
