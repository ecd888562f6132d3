import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run } from './program.ts';

test('the file of variables sets what is not set; what the shell sets wins', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.env'), 'PITR_DB=from-file.sqlite\nPITR_UNDO_HOURS=never\n');
  const fromFile = await run(['status'], folder);
  expect(fromFile).toMatchObject({ code: 1, stderr: expect.stringContaining('PITR_UNDO_HOURS: "never" is not') });
  expect(await run(['status'], folder, { PITR_UNDO_HOURS: '3' })).toMatchObject({ code: 0, stderr: '' });
});

test('a folder in its place is refused with what it is, not as a bug of ours', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.env'));
  expect(await run(['status'], folder)).toEqual({
    code: 1,
    stdout: '',
    stderr: `${join(folder, '.env')} is a folder, where a file of variables is looked for.\nMake it a file that this user can read, or start the program in another folder.\n`,
  });
});

test('one that cannot be read is refused with the reason', async () => {
  const folder = temporaryFolder();
  // A file without the right to read it is no obstacle to root, who may run the tests; a circle of links is one to all.
  symlinkSync('.env', join(folder, '.env'));
  expect(await run(['status'], folder)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The file of variables .*\.env cannot be read \(ELOOP\)\.\nMake it a file/),
  });
});
