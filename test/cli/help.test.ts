import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandWords } from '../../src/cli/arguments.ts';
import { helpText } from '../../src/cli/help.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run, start } from './program.ts';

describe('exit codes', () => {
  test('help is asked for: 0, on stdout', async () => {
    expect(await run(['--help'], temporaryFolder())).toEqual({ code: 0, stdout: helpText, stderr: '' });
  });

  test('wrong usage: 2, one line and what to type', async () => {
    expect(await run(['--enviroment', 'dev'], temporaryFolder())).toEqual({
      code: 2,
      stdout: '',
      stderr: 'There is no flag --enviroment.\nDid you mean --environment?\n',
    });
  });

  test('refused: 1, with the reason and what to do', async () => {
    const { code, stderr } = await run(['status'], temporaryFolder(), { PORT: 'x' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/PORT: "x" is not a port\..*\nCorrect it/s),
    });
  });
});

test('the version is the package’s', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(await run(['--version'], temporaryFolder())).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test('a reader that goes away is no failure', async () => {
  const started = start(['help'], temporaryFolder());
  started.child.stdout?.destroy();
  expect(await started.exit).toBe(0);
  expect(started.stderr()).toBe('');
});

test('a file .env in the current folder is read, and the real variables go before it', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.env'), 'PORT=from-the-file\nLOG_LEVEL=from-the-file\n');
  const { stderr } = await run(['status'], folder, { LOG_LEVEL: 'info' });
  expect(stderr).toContain('PORT: "from-the-file" is not a port.');
  expect(stderr).not.toContain('LOG_LEVEL');
});

test('help names every command and fits a terminal of 100 columns', () => {
  for (const word of commandWords) expect(helpText).toContain(`pitr-restore ${word}`);
  expect(Math.max(...helpText.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});
