import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteItemCommand, PutResourcePolicyCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../../src/sandbox/world/world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run, said, start } from './program.ts';

const table = 'quote-lambda-tf-quotes-dev';
const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems', 'DeleteTable'];
let world: World;

beforeAll(async () => {
  world = await startWorld({ environments: ['dev'], restoreMs: 1_000 });
});
afterAll(async () => {
  await world.close();
});

test('drill dev, as cron would: what a restore would put back, exit code 0, no write to any live table', async () => {
  const { Items = [] } = await world.client.send(
    new ScanCommand({ TableName: table, Limit: 1, ProjectionExpression: 'id' }),
  );
  await world.client.send(new DeleteItemCommand({ TableName: table, Key: Items[0] ?? {} }));
  await readOnly();
  world.aws.requests.clear();

  const folder = temporaryFolder();
  const variables = { ...shell(folder), RESTORE_STATUS_FILE: join(folder, 'status.json') };
  const { code, stdout, stderr } = await run(['drill', 'dev', '--restore-point', '1 hour ago'], folder, variables);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('[INFO] Starting DynamoDB PITR restore drill\n');
  expect(stdout).toContain('[INFO] Nothing is written to a live table\n');
  expect(stdout).toMatch(/\[INFO\] A restore would put back 1 item and delete 0\. The copies were ready after \d+s, /);
  expect(stdout).toMatch(/\[INFO\] Drill completed successfully in \d+s\n$/);
  const changing = world.aws.requests.list().filter(({ operation }) => writes.includes(operation));
  expect(changing.map(({ operation }) => operation)).toEqual(['DeleteTable', 'DeleteTable', 'DeleteTable']);
  expect(changing.every(({ table: name }) => name?.includes('-restore-'))).toBe(true);
  expect(JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8'))).toMatchObject({
    status: 'COMPLETED',
    drill: true,
    restore_tables: [],
    progress: { quotes: { status: 'COMPLETED' } },
  });
  expect(readdirSync(folder).filter((name) => name.endsWith('.log'))).toHaveLength(1);

  const history = await run(['history'], folder, variables);
  expect(history.stdout).toMatch(/ dev +drill: \d{4}-\S+Z +COMPLETED /);
});

test('of --json every line is an event; without a restore point it is the latest moment', async () => {
  const folder = temporaryFolder();
  const { code, stdout } = await run(
    ['drill', '--environment', 'dev', '--tables', 'quotes', '--json'],
    folder,
    shell(folder),
  );
  expect(code).toBe(0);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).event);
  expect(events[0]).toMatchObject({ type: 'requested', request: { drill: true, words: 'latest' } });
  expect(events.map(({ type }) => type)).not.toContain('swap-started');
});

test('a restore in another process does not wait for a drill', async () => {
  const slow = await startWorld({ environments: ['dev'], restoreMs: 600_000 });
  try {
    const folder = temporaryFolder();
    const variables = { ...slow.variables, PITR_DB: join(folder, 'state.sqlite') };
    const drill = start(['drill', 'dev', '--tables', 'quotes'], folder, variables);
    await said(drill, 'Initiating PITR restore');
    const restore = start(['--environment', 'dev', '--restore-point', '1 hour ago'], folder, variables);
    await said(restore, 'Initiating PITR restore');
    expect(await drill.exit).toBe(1);
    expect(drill.stderr()).toMatch(/\[ERROR\] Stopped to make way for restore-\S+: a drill keeps nobody waiting\./);
    expect(drill.stderr()).toContain('What AWS is still making cannot be stopped');
    expect(drill.stderr()).toMatch(/\nTo ask for the same again: pitr-restore drill dev --tables quotes\n$/);
  } finally {
    await slow.close();
  }
});

test('status warns of a drill that is overdue', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'pitr.yml');
  writeFileSync(
    config,
    `environments:\n  shop:\n    tables: { orders: shop-orders }\n    approvals: 0\n    drillEveryDays: 30\n`,
  );
  const { code, stdout, stderr } = await run(['status'], folder, { PITR_CONFIG: config });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'No restore is running.\n' });
  expect(stderr).toContain(
    'Warning: There was no drill of shop yet; one is due every 30 days. Type: pitr-restore drill shop\n',
  );
});

/** Nobody may change the live tables from here on. */
async function readOnly(): Promise<void> {
  for (const name of [table, 'quote-lambda-tf-user-likes-dev', 'quote-lambda-tf-user-views-dev']) {
    const ResourceArn = `arn:aws:dynamodb:eu-central-1:000000000000:table/${name}`;
    const Action = writes.map((write) => `dynamodb:${write}`);
    const Statement = [{ Effect: 'Deny', Principal: '*', Action, Resource: ResourceArn }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await world.client.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
  }
}

function shell(folder: string): NodeJS.ProcessEnv {
  return { ...world.variables, PITR_DB: join(folder, 'state.sqlite') };
}
