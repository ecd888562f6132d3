import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/sqlite/database.ts';
import { Database } from '../../src/sqlite/driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A program of Linux. */
const mkfifo = 'mkfifo';
const onLinux = test.runIf(process.platform === 'linux');
const modeOf = (path: string) => statSync(path).mode & 0o777;
const storage = (message: string) =>
  expect.objectContaining({
    code: 'STORAGE',
    message: expect.stringContaining(message),
    hint: expect.stringMatching(/PITR_DB \(or RESTORE_LOCK_FILE\)/),
  });

function open(path: string): void {
  openDatabase(path, 50).close();
}

test('a new file is made with its folders, for its owner alone', () => {
  const path = join(temporaryFolder(), 'a', 'b', 'state.sqlite');
  open(path);
  expect(modeOf(path)).toBe(0o600);
  expect(modeOf(join(path, '..'))).toBe(0o700);
});

test('a link to a file that is not there yet is followed', () => {
  const folder = temporaryFolder();
  symlinkSync(join(folder, 'real.sqlite'), join(folder, 'state.sqlite'));
  open(join(folder, 'state.sqlite'));
  expect(modeOf(join(folder, 'real.sqlite'))).toBe(0o600);
});

test('a state file that others could read is closed to them', () => {
  const path = join(temporaryFolder(), 'state.sqlite');
  open(path);
  chmodSync(path, 0o644);
  open(path);
  expect(modeOf(path)).toBe(0o600);
});

test('a text file is refused, and neither its text nor its rights are changed', () => {
  const path = join(temporaryFolder(), 'restore.lock');
  writeFileSync(path, '4711\n', { mode: 0o644 });
  expect(() => open(path)).toThrow(storage(`${path} is not a state file of pitr-restore. It was not changed.`));
  expect(readFileSync(path, 'utf8')).toBe('4711\n');
  expect(modeOf(path)).toBe(0o644);
  expect(readdirSync(join(path, '..'))).toEqual(['restore.lock']);
});

test('the SQLite file of another program is refused as it is', () => {
  const path = join(temporaryFolder(), 'places.sqlite');
  const other = new Database(path);
  other.exec('CREATE TABLE places (url TEXT)');
  other.close();
  const before = readFileSync(path);
  expect(() => open(path)).toThrow(storage('is an SQLite file of another program'));
  expect(readFileSync(path)).toEqual(before);
});

test('a folder is refused, and its rights are not changed', () => {
  const path = join(temporaryFolder(), 'state');
  mkdirSync(path, { mode: 0o755 });
  expect(() => open(path)).toThrow(storage(`${path} is a folder, not a file.`));
  expect(modeOf(path)).toBe(0o755);
});

test('a file in the place of a folder is refused', () => {
  const file = join(temporaryFolder(), 'notes');
  writeFileSync(file, 'x');
  expect(() => open(join(file, 'state.sqlite'))).toThrow(
    storage(`${file} is a file, not a folder for the state file.`),
  );
});

test('a socket is refused', async () => {
  const path = join(temporaryFolder(), 'socket');
  const server = createServer().listen(path);
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  expect(() => open(path)).toThrow(storage(`${path} is a socket, not a file.`));
});

onLinux('a named pipe is refused, not waited for', () => {
  const path = join(temporaryFolder(), 'pipe');
  spawnSync(mkfifo, ['-m', '644', path]);
  expect(() => open(path)).toThrow(storage(`${path} is a named pipe, not a file.`));
  expect(modeOf(path)).toBe(0o644);
});

onLinux('a device is refused, and its rights are not changed', () => {
  const before = modeOf('/dev/null');
  expect(() => open('/dev/null')).toThrow(storage('/dev/null is a device, not a file.'));
  expect(modeOf('/dev/null')).toBe(before);
});

onLinux.for(['/proc/x/y', '/proc/state.sqlite', '/sys/x/state.sqlite'])('%s is refused at once', (path) => {
  expect(() => open(path)).toThrow(storage('that is a view of the kernel'));
  expect(existsSync(path)).toBe(false);
});
