import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../../src/sandbox/world/world.ts';
import { portOf, run, start } from '../cli/program.ts';
import { blocksOf } from './blocks.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/operating.md'), 'utf8');
const table = 'quote-lambda-tf-quotes-dev';
/** On the page; here the last restore there is. */
const exampleId = 'restore-2025-12-19T10-30-00Z';
let world: World;
let folder: string;
let shell: NodeJS.ProcessEnv;

beforeAll(async () => {
  world = await startWorld({ environments: ['dev'], restoreMs: 500 });
  folder = folderWithProgram();
  shell = { ...world.variables, PITR_DB: join(folder, 'pitr-restore.sqlite'), RESTORE_LOG_GROUP: 'off' };
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

test('every block of commands on every page is run, or says why not', () => {
  for (const name of ['operating', 'troubleshooting', 'configuration', 'security']) {
    const blocks = blocksOf(readFileSync(join(root, 'docs', `${name}.md`), 'utf8'));
    if (name !== 'operating') expect(blocks.filter(({ note }) => note.kind !== 'not-run')).toEqual([]);
  }
  expect(() => blocksOf('<!-- later -->\n```sh\nls\n```\n')).toThrow('later');
});

describe('the commands of docs/operating.md, one after the other', () => {
  test.each(blocksOf(page))('line $line', async ({ commands, note }) => {
    if (note.kind === 'not-run') return;
    if (commands.includes('--accept-count-mismatch')) await accident();
    const id = commands.includes(exampleId) ? await lastRestore() : '';
    const port = note.kind === 'run-with-bot' ? await botOn() : '';
    const { code, output } = await sh(
      commands.replaceAll(exampleId, id).replaceAll('localhost:3000', `127.0.0.1:${port}`),
    );
    expect({ code, output: code === 0 ? '' : output }).toMatchObject({ code: note.kind === 'refused' ? 1 : 0 });
    if (note.kind === 'refused') expect(output).toMatch(/^No restore is (running|interrupted)\.$/m);
  });

  test('did what the page says: restored, drilled and taken back, and the copy of the state file is whole', async () => {
    const { stdout } = await run(['history'], folder, shell);
    expect(stdout.match(/ COMPLETED /g)).toHaveLength(4);
    expect(stdout).toMatch(/ undo of /);
    expect(stdout.match(/ drill: /g)).toHaveLength(2);
    expect(readFileSync(join(folder, 'audit.jsonl'), 'utf8').split('\n').length).toBeGreaterThan(20);
    expect(JSON.parse(readFileSync(join(folder, 'doctor.json'), 'utf8'))).toMatchObject({ healthy: true });
    expect(readdirSync(join(folder, 'backup'))).toEqual(['pitr-restore.sqlite', 'pitr-restore.sqlite.key']);
  });

  test('the record names whoever the operating system says, whatever USER says', () => {
    const record = readFileSync(join(folder, 'audit.jsonl'), 'utf8');
    expect(record).toContain(`"user":"${userInfo().username}"`);
    expect(record).not.toContain('somebody-else');
  });
});

const anotherName = { USER: 'somebody-else', LOGNAME: 'somebody-else', SUDO_USER: 'somebody-else' };

/** A command as somebody would paste it. */
async function sh(commands: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const env = {
    ...shell,
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    HOME: folder,
    TZ: 'UTC',
    ...anotherName,
  };
  const child = spawn('sh', ['-e', '-c', commands], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = await once(child, 'close');
  return { code, output };
}

/** With `bin/pitr-restore` in it. */
function folderWithProgram(): string {
  const made = mkdtempSync(join(tmpdir(), 'pitr-restore-test-'));
  mkdirSync(join(made, 'bin'));
  const program = join(made, 'bin/pitr-restore');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'dist/cli.js')}" "$@"\n`);
  chmodSync(program, 0o755);
  return made;
}

async function accident(): Promise<void> {
  const { Items = [] } = await world.client.send(
    new ScanCommand({ TableName: table, Limit: 1, ProjectionExpression: 'id' }),
  );
  await world.client.send(new DeleteItemCommand({ TableName: table, Key: Items[0] ?? {} }));
}

async function lastRestore(): Promise<string> {
  const { stdout } = await run(['history'], folder, shell);
  return /restore-\S+Z/.exec(stdout)?.[0] ?? '';
}

async function botOn(): Promise<number> {
  return portOf(start(['serve'], folder, { ...shell, PORT: '0' }));
}
