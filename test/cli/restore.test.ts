import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../../src/sandbox/world/world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run, said, start } from './program.ts';

const table = 'quote-lambda-tf-quotes-dev';
const restoreQuotes = ['--environment', 'dev', '--restore-point', '1 hour ago', '--tables', 'quotes'];
let world: World;

beforeAll(async () => {
  world = await startWorld({ environments: ['dev'], restoreMs: 1_000 });
});
afterAll(async () => {
  await world.close();
});

test('an accident: seen by the dry run, stopped by the counts, undone once they are accepted', async () => {
  const folder = temporaryFolder();
  const lost = await loseAQuote();
  const statusFile = join(folder, 'status.json');
  const variables = { ...shell(folder), RESTORE_STATUS_FILE: statusFile };

  const dry = await run([...restoreQuotes, '--dry-run'], folder, variables);
  expect(dry).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Nothing was changed.') });
  expect(readdirSync(folder).filter((name) => name.endsWith('.log'))).toEqual([]);

  const stopped = await run(restoreQuotes, folder, variables);
  expect(stopped.code).toBe(1);
  expect(stopped.stdout).toContain(`original=${lost.left}, restore=${lost.left + 1} ✗`);
  expect(stopped.stderr).toContain(
    `[ERROR] Item count mismatch detected. Original: ${lost.left}, Restore: ${lost.left + 1}\n`,
  );
  expect(stopped.stderr).toContain('--accept-count-mismatch');
  expect(stopped.stderr).toMatch(
    /\nTo ask for the same again: pitr-restore --restore-point \d{4}-\S+Z --environment dev --tables quotes\n$/,
  );
  expect(JSON.parse(readFileSync(statusFile, 'utf8'))).toMatchObject({
    status: 'FAILED',
    error: { code: 'ITEM_COUNT_MISMATCH' },
    progress: { quotes: { original_count: lost.left, restored_count: lost.left + 1 } },
  });
  expect(await countQuotes()).toBe(lost.left);

  const done = await run([...restoreQuotes, '--accept-count-mismatch'], folder, variables);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toMatch(/\[INFO\] Restore completed successfully in \d+s\n$/);
  expect(await countQuotes()).toBe(lost.left + 1);
  expect(JSON.parse(readFileSync(statusFile, 'utf8'))).toMatchObject({ status: 'COMPLETED', restore_tables: [] });

  const history = await run(['history', '--json'], folder, variables);
  expect(JSON.parse(history.stdout).map((row: { status: string }) => row.status)).toEqual(['COMPLETED', 'FAILED']);
});

test('--json prints one event a line and nothing else', async () => {
  const folder = temporaryFolder();
  const { code, stdout } = await run([...restoreQuotes, '--json'], folder, shell(folder));
  expect(code).toBe(0);
  const types = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).event.type);
  expect(types[0]).toBe('requested');
  expect(types.at(-1)).toBe('completed');
});

test('of two at once the second is refused, told who holds the lock; status and cancel reach the first', async () => {
  const slow = await startWorld({ environments: ['dev'], restoreMs: 600_000 });
  try {
    const folder = temporaryFolder();
    const variables = { ...slow.variables, PITR_DB: join(folder, 'state.sqlite') };
    const first = start(restoreQuotes, folder, variables);
    await said(first, 'Initiating PITR restore');

    const second = await run(restoreQuotes, folder, variables);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('[ERROR] Another restore operation is running. Please wait or check lock file.');
    expect(second.stderr).toContain(`process ${first.child.pid} on `);

    const status = await run(['status'], folder, variables);
    expect(status.stdout).toContain(' is running: dev back to ');

    expect(await run(['cancel'], folder, variables)).toMatchObject({ code: 0, stderr: '' });
    expect(await first.exit).toBe(1);
    expect(first.stderr()).toContain('[ERROR] Cancelled by ');
    expect((await run(['status'], folder, variables)).stdout).toBe('No restore is running.\n');
  } finally {
    await slow.close();
  }
});

test('what cannot be understood is refused before anything is written', async () => {
  const folder = temporaryFolder();
  const future = await run(['--environment', 'dev', '--restore-point', 'tomorrow 9am'], folder, shell(folder));
  expect(future).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Type') });
  const unknown = await run(['--environment', 'nope', '--restore-point', '9am'], folder, shell(folder));
  expect(unknown).toMatchObject({ code: 1, stderr: 'There is no environment "nope".\nEnvironments: dev, prod.\n' });
});

function shell(folder: string): NodeJS.ProcessEnv {
  return { ...world.variables, PITR_DB: join(folder, 'state.sqlite') };
}

async function loseAQuote(): Promise<{ readonly left: number }> {
  const { Items = [] } = await world.client.send(
    new ScanCommand({ TableName: table, Limit: 1, ProjectionExpression: 'id' }),
  );
  await world.client.send(new DeleteItemCommand({ TableName: table, Key: Items[0] ?? {} }));
  return { left: await countQuotes() };
}

async function countQuotes(): Promise<number> {
  const { Count = 0 } = await world.client.send(
    new ScanCommand({ TableName: table, Select: 'COUNT', ConsistentRead: true }),
  );
  return Count;
}
