import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { driverName, loadDriver } from '../../src/sqlite/driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('a driver that does not work here is told as that, with what to do', () => {
  const hint = expect.stringContaining('npm ci --include=optional');

  /** A folder with a driver whose database does this when it is opened. */
  function installed(program: string): NodeJS.Require {
    const folder = temporaryFolder();
    const place = join(folder, 'node_modules', driverName);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'index.js'), `module.exports = class { constructor() { ${program} } };`);
    return createRequire(join(folder, 'program.js'));
  }

  test('where it is not installed', () => {
    const message = `SQLite's driver for Node.js ${process.version} is not installed: ${driverName}.`;
    const require = createRequire(join(temporaryFolder(), 'program.js'));
    expect(() => loadDriver(require)).toThrow(expect.objectContaining({ code: 'STORAGE', message, hint }));
  });

  test.for([
    ['has none for this platform', "throw new Error('Could not locate the bindings file')", 'it has no binary'],
    ['is of another Node.js', 'process.dlopen({ exports: {} }, __filename)', 'ERR_DLOPEN_FAILED'],
    ['cannot be opened now', "throw Object.assign(new Error('too many'), { code: 'EMFILE' })", 'EMFILE'],
  ] as const)('where its binary %s', ([, program, why]) => {
    const message = `SQLite's driver for Node.js ${process.version} (${driverName}) cannot be loaded: ${why}.`;
    const told = expect.objectContaining({ code: 'STORAGE', message, hint });
    expect(() => loadDriver(installed(program))).toThrow(told);
  });
});
