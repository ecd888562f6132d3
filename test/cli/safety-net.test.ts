import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteItemCommand, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startWorld } from '../../src/sandbox/world/world.ts';
import { Database } from '../../src/sqlite/driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run, type Started, said, start } from './program.ts';

const table = 'quote-lambda-tf-quotes-dev';
const withMismatch = ['--environment', 'dev', '--restore-point', '1 hour ago', '--tables', 'quotes'];
const restoreQuotes = [...withMismatch, '--accept-count-mismatch'];

test('a restore that is told to stop says where and how to go on, as do status and history; resume finishes it', async () => {
  const shell = await openShell();
  const before = await shell.loseAQuote();
  const started = await shell.stopWhileAwaitingActive();
  expect(await started.exit).toBe(1);
  const id = idIn(started);
  expect(started.stderr()).toContain('SIGTERM: stopping at the next safe point.');
  expect(started.stderr()).toContain(
    `Stopped at a safe point (AWAIT_ACTIVE). Go on: pitr-restore resume ${id}. Give up: pitr-restore cancel ${id}\n`,
  );
  expect(started.stdout()).toContain('Lock released');
  expect(shell.statusFile()).toMatchObject({ restore_id: id, status: 'INTERRUPTED' });
  const onward = `interrupted in AWAIT_ACTIVE; go on with: pitr-restore resume ${id}`;
  expect((await shell.run('status')).stdout).toContain(`${id} is ${onward}`);
  expect((await shell.run('history')).stdout).toContain(onward);

  const other = await shell.run(...restoreQuotes);
  expect(other.code).toBe(1);
  expect(other.stderr).toContain(`${id} was interrupted in phase AWAIT_ACTIVE`);

  const resumed = await shell.run('resume');
  expect(resumed).toMatchObject({ code: 0, stderr: '' });
  expect(resumed.stdout).toMatch(/^\[.*\] \[INFO\] Going on with .* in phase AWAIT_ACTIVE\n/);
  expect(resumed.stdout).not.toContain('Starting DynamoDB PITR restore');
  expect(await shell.countQuotes()).toBe(before + 1);
  expect(shell.world.aws.requests.count('RestoreTableToPointInTime')).toBe(1);
  expect(await shell.run('resume', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('COMPLETED') });
  expect(await shell.run('resume')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('No restore is interrupted.'),
  });
});

test('a second Ctrl+C leaves at once and says what is left', async () => {
  const shell = await openShell();
  const asking = shell.world.aws.hold('RestoreTableToPointInTime');
  const started = shell.start(...restoreQuotes);
  await asking.reached;
  started.child.kill('SIGINT');
  await said(started, 'SIGINT: stopping at the next safe point.');
  started.child.kill('SIGINT');
  expect(await started.exit).toBe(1);
  asking.release();
  expect(started.stderr()).toContain('in the middle, in phase INITIATE_RESTORE.');
  expect(started.stderr()).toContain('The live tables were not touched.');
  expect(started.stderr()).toContain('Go on: pitr-restore resume ');
});

describe('a restore that was killed while it wrote', () => {
  test('is put back by cancel, which says so; a second cancel has nothing to do', async () => {
    const shell = await openShell();
    const before = await shell.loseAQuote();
    const id = await shell.killWhileWriting();
    expect(await shell.run('status')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${id} is interrupted in SWAP_DATA; go on with: `),
      stderr: '',
    });
    const cancelled = await shell.run('cancel');
    expect(cancelled.stdout).toContain(`${id} was interrupted: it is stopped here. What it wrote is put back.\n`);
    expect(cancelled.stdout).toMatch(/quotes-dev: 1 item put back/);
    expect(cancelled.code).toBe(0);
    expect(await shell.countQuotes()).toBe(before);
    expect(await shell.run('cancel', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('ROLLED_BACK') });
    expect(await shell.run('undo', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('was put back') });
  });

  test('is finished by resume', async () => {
    const shell = await openShell();
    const before = await shell.loseAQuote();
    const id = await shell.killWhileWriting();
    expect(await shell.run('resume', id)).toMatchObject({ code: 0, stderr: '' });
    expect(await shell.countQuotes()).toBe(before + 1);
  });
});

describe('undo', () => {
  test('puts back exactly what a restore wrote, after saying what, and can be undone itself', async () => {
    const shell = await openShell();
    const before = await shell.loseAQuote();
    expect(await shell.run(...restoreQuotes)).toMatchObject({ code: 0 });
    const [restored] = await shell.history();
    expect(restored?.undoable_until).toMatch(/Z$/);
    const id = restored?.restore_id ?? '';

    const undone = await shell.run('undo', id, '--reason', 'wrong hour');
    expect(undone).toMatchObject({ code: 0, stderr: '' });
    expect(undone.stdout.split('\n').slice(0, 3)).toEqual([
      `Undo of ${id} in dev: each item that it wrote goes back to what it was before,`,
      'but for those that were changed since. It wrote:',
      '  quotes-dev: 1 item put, 0 deleted',
    ]);
    expect(undone.stdout).toContain(`Starting undo of ${id}`);
    expect(undone.stdout).toMatch(/Undo completed successfully in \d+s\n$/);
    expect(await shell.countQuotes()).toBe(before);

    const [undo] = await shell.history();
    expect(undo).toMatchObject({ status: 'COMPLETED', undo_of: id });
    expect(await shell.run('undo', undo?.restore_id ?? '')).toMatchObject({ code: 0 });
    expect(await shell.countQuotes()).toBe(before + 1);
  });

  test('is refused when there is nothing to put back, and tells no story', async () => {
    const shell = await openShell();
    expect(await shell.run(...restoreQuotes)).toMatchObject({ code: 0 });
    const [restored] = await shell.history();
    const refused = await shell.run('undo', restored?.restore_id ?? '');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('There is nothing to undo of ');
    expect(await shell.run('undo', 'restore-x')).toMatchObject({ code: 1, stdout: '' });
  });
});

test('cleanup deletes what a failed restore kept, once it is old enough, and says so', async () => {
  const shell = await openShell();
  await shell.loseAQuote();
  expect(await shell.run(...withMismatch)).toMatchObject({ code: 1 });
  const [kept] = await shell.restoreTables();
  expect(kept).toBeDefined();

  expect(await shell.run('cleanup')).toMatchObject({
    code: 0,
    stdout: 'Nothing is left over of restores that have ended.\n',
  });
  const dry = await shell.run('cleanup', '--older-than-hours', '0', '--dry-run');
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining(`  ${kept} (of restore-`) });
  expect(await shell.restoreTables()).toEqual([kept]);

  const done = await shell.run('cleanup', '--older-than-hours', '0');
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toMatch(new RegExp(`\n${kept} +restore-\\S+ +deleted\n`));
  expect(await shell.restoreTables()).toEqual([]);
  expect(await shell.run('cleanup', '--older-than-hours', '0')).toMatchObject({
    stdout: 'Nothing is left over of restores that have ended.\n',
  });
});

test('the audit is whole after a restore, is exported as lines, and names the row that somebody changed', async () => {
  const shell = await openShell();
  expect(await shell.run(...restoreQuotes)).toMatchObject({ code: 0 });
  const whole = await shell.run('audit', 'verify');
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(whole.stdout).toContain('The audit trail is whole: ');

  const exported = await shell.run('audit', 'export');
  const lines = exported.stdout.trimEnd().split('\n');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ seq: 1, event: { type: 'requested' } });
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ seq: lines.length, event: { type: 'completed' } });

  const file = new Database(shell.databaseFile);
  file.exec('DROP TRIGGER events_are_never_changed');
  file.prepare("UPDATE events SET body = replace(body, '1 hour ago', '2 hours ago') WHERE seq = 1").run();
  file.close();
  const changed = await shell.run('audit', 'verify');
  expect(changed.code).toBe(1);
  expect(changed.stdout).toMatch(/✗ Row 1 \(.*\) is not what was written/);
});

type Row = {
  readonly restore_id: string;
  readonly status: string;
  readonly undo_of?: string;
  readonly undoable_until?: string;
};

/** A shell in a folder of its own, before a world of its own. */
async function openShell() {
  const world = await startWorld({ environments: ['dev'], restoreMs: 500 });
  onTestFinished(async () => world.close());
  const { client, aws } = world;
  const folder = temporaryFolder();
  const databaseFile = join(folder, 'state.sqlite');
  const statusFile = join(folder, 'status.json');
  const variables = { ...world.variables, PITR_DB: databaseFile, RESTORE_STATUS_FILE: statusFile };
  const countQuotes = async () => {
    const counted = await client.send(new ScanCommand({ TableName: table, Select: 'COUNT', ConsistentRead: true }));
    return counted.Count ?? 0;
  };
  return {
    world,
    databaseFile,
    statusFile: () => JSON.parse(readFileSync(statusFile, 'utf8')),
    start: (...args: readonly string[]) => start(args, folder, variables),
    run: async (...args: readonly string[]) => run(args, folder, variables),
    async history(): Promise<readonly Row[]> {
      return JSON.parse((await run(['history', '--json'], folder, variables)).stdout);
    },
    countQuotes,
    /** Deletes a quote; returns how many are left. */
    async loseAQuote() {
      const scan = new ScanCommand({ TableName: table, Limit: 1, ProjectionExpression: 'id' });
      const { Items: [Key = {}] = [] } = await client.send(scan);
      await client.send(new DeleteItemCommand({ TableName: table, Key }));
      return await countQuotes();
    },
    async restoreTables() {
      const { TableNames = [] } = await client.send(new ListTablesCommand({}));
      return TableNames.filter((name) => name.includes('-restore-'));
    },
    /** A restore that gets SIGTERM during its first look at the restore table. */
    async stopWhileAwaitingActive() {
      const asking = aws.hold('RestoreTableToPointInTime', { point: 'after' });
      const started = start(restoreQuotes, folder, variables);
      await asking.reached;
      const looking = aws.hold('DescribeTable');
      asking.release();
      await looking.reached;
      started.child.kill('SIGTERM');
      await started.exit;
      looking.release();
      return started;
    },
    /** A restore that dies by SIGKILL when AWS has made its write and it does not know yet. Returns its id. */
    async killWhileWriting() {
      const writing = aws.hold('PutItem', { point: 'after', table });
      const started = start([...restoreQuotes, '--verbose'], folder, variables);
      await writing.reached;
      started.child.kill('SIGKILL');
      await started.exit;
      writing.release();
      return idIn(started);
    },
  };
}

function idIn(started: Started): string {
  const [id] = /restore-\d{4}-\d\d-\d\dT[\d-]+Z/.exec(`${started.stderr()}${started.stdout()}`) ?? [];
  if (id === undefined) throw new Error(`It did not say which restore it is:\n${started.stdout()}`);
  return id;
}
