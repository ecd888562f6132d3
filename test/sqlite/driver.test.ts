import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { driverName, loadDriver } from '../../src/sqlite/driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('a driver that does not work here is told as that, with what to do', () => {
  const whatIsTold = {
    code: 'STORAGE',
    message: `SQLite's driver for Node.js ${process.version} is not installed: ${driverName}.`,
    hint: expect.stringContaining('npm ci'),
  };

  test('where it is not installed', () => {
    const require = createRequire(join(temporaryFolder(), 'program.js'));
    expect(() => loadDriver(require)).toThrow(expect.objectContaining(whatIsTold));
  });

  test('where it is, and its binary is not', () => {
    const folder = temporaryFolder();
    const installed = join(folder, 'node_modules', driverName);
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, 'index.js'), "module.exports = class { constructor() { require('./no.node'); } };");
    expect(() => loadDriver(createRequire(join(folder, 'program.js')))).toThrow(expect.objectContaining(whatIsTold));
  });
});
