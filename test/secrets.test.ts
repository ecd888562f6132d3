import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { showError } from '../src/cli/show-error.ts';
import { type SandboxAws, startDynamoDb } from '../src/sandbox/dynamodb/server.ts';
import { type SandboxSlack, startSlack } from '../src/sandbox/slack/server.ts';
import { portOf, run, start } from './cli/program.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** In every secret that the program is given, and in nothing else. */
const secretMark = 'MARKSECRET';
/** In names, values and keys of items. Its bytes begin their base64 with `TUFSS0lURU`. */
const itemMark = 'MARKITEM';
const journalKey = 'feedfacecafebeef'.repeat(4);
const everyMark = [
  secretMark,
  itemMark,
  'TUFSS0lURU',
  '98765432198765',
  journalKey,
  Buffer.from(journalKey, 'hex').toString('base64'),
];

const secrets = {
  SLACK_BOT_TOKEN: `xoxb-1111-${secretMark}`,
  SLACK_APP_TOKEN: `xapp-1-${secretMark}`,
  AWS_ACCESS_KEY_ID: `AKIA${secretMark}123456`,
  AWS_SECRET_ACCESS_KEY: `${secretMark}aws`,
  AWS_SESSION_TOKEN: `${secretMark}session`,
  PITR_JOURNAL_KEY: journalKey,
};
const signingSecret = `${secretMark}signing`;
/** The name of a key is the table's schema, which is in the record of a run like the table's name; its values are data. */
const pk = 'orderNumber';
const hour = 3_600_000;

const environments = `
environments:
  dev: { tables: { orders: shop-orders-dev }, admins: [U0ALICE], approvals: 0, planConfirmation: never }
  prod: { tables: { orders: shop-orders }, admins: [U0ALICE], approvers: [U0BOB], planConfirmation: always }
`;

let aws: SandboxAws;
let slack: SandboxSlack;
let client: DynamoDBClient;

const item = (n: number, text = 'good') => ({
  [pk]: { S: `${itemMark}key${n}` },
  [`${itemMark}name`]: { S: `${itemMark}value ${text}` },
  number: { N: `98765432198765${n}` },
  bytes: { B: Buffer.from(`${itemMark}bytes`).toString('base64') },
  deep: { M: { [`${itemMark}inner`]: { L: [{ SS: [`${itemMark}set`] }] } } },
});

beforeAll(async () => {
  let elsewhen: number | undefined = Date.now() - 48 * hour;
  aws = await startDynamoDb({ clock: () => elsewhen ?? Date.now(), restoreMs: 200 });
  slack = await startSlack({
    botToken: secrets.SLACK_BOT_TOKEN,
    appToken: secrets.SLACK_APP_TOKEN,
    signingSecret,
    ackTimeout: 60_000,
    triggerLifetime: 60_000,
  });
  client = new DynamoDBClient({
    endpoint: aws.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  for (const TableName of ['shop-orders', 'shop-orders-dev']) {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: pk, AttributeType: 'S' }],
        KeySchema: [{ AttributeName: pk, KeyType: 'HASH' }],
      }),
    );
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    await aws.history.write(
      TableName,
      [1, 2, 3, 4].map((n) => ({ put: item(n) })),
      elsewhen,
    );
  }
  elsewhen = undefined;
});
afterAll(async () => {
  client.destroy();
  await Promise.all([aws.close(), slack.close()]);
});

/** One item gone, one changed, one too many. */
async function damage(table: string): Promise<void> {
  const key = ({ [pk]: value }: ReturnType<typeof item>) => ({ [pk]: value });
  const changes = [{ delete: key(item(1)) }, { put: item(2, 'bad') }, { put: item(5) }];
  await aws.history.write(table, changes as never, Date.now() - 1_000);
}

/** AWS refuses to write, and quotes the item in its sentence. */
function refuse(operation: 'PutItem' | 'UpdateItem' | 'DeleteItem', name: string, count: number | 'all'): void {
  const message = `One or more parameter values were invalid: ${itemMark}name ${itemMark}value`;
  aws.faults.add({ operation, kind: 'error', name, message, count });
}

function settings(folder: string): NodeJS.ProcessEnv {
  writeFileSync(join(folder, 'pitr.yml'), environments);
  return {
    ...secrets,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: aws.url,
    SLACK_API_URL: slack.apiUrl,
    PITR_CONFIG: 'pitr.yml',
    PITR_DB: join(folder, 'state.sqlite'),
    RESTORE_STATUS_FILE: join(folder, 'status.json'),
    LOG_LEVEL: 'trace',
    PORT: '0',
  };
}

/** The first marks in a text, each with what stands around it. */
function marksIn(text: string): readonly string[] {
  return everyMark.flatMap((mark) => {
    const at = text.indexOf(mark);
    return at === -1 ? [] : [text.slice(Math.max(0, at - 80), at + 80)];
  });
}

/** Everything in the folder, and all that went to CloudWatch and Slack. */
function expectNoMarks(folder: string, texts: readonly string[]): void {
  const files = readdirSync(folder).filter((name) => name !== 'pitr.yml');
  for (const name of files) expect([name, marksIn(readFileSync(join(folder, name), 'latin1'))]).toEqual([name, []]);
  for (const text of texts) expect(marksIn(text)).toEqual([]);
  const lines = aws.requests.list('PutLogEvents').map(({ body }) => JSON.stringify(body));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.flatMap(marksIn)).toEqual([]);
  expect(marksIn(JSON.stringify(slack.apiCalls))).toEqual([]);
}

test('the marks are found where they are', () => {
  expect(marksIn(JSON.stringify(item(1))).length).toBeGreaterThan(2);
  for (const secret of Object.values(secrets)) expect(marksIn(`x${secret}y`)).toHaveLength(1);
});

test('the command line: success, failure, rollback, undo and drill, verbose and as JSON', async () => {
  const folder = temporaryFolder();
  const variables = settings(folder);
  const outputs: string[] = [];
  const pitr = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(args, folder, variables);
    outputs.push(stdout, stderr);
    return { code, stdout, stderr };
  };
  const restore = ['--environment', 'dev', '--restore-point', '1 hour ago'];

  await damage('shop-orders-dev');
  expect(await pitr(...restore, '--dry-run', '--json')).toMatchObject({ code: 0 });
  expect(await pitr('drill', 'dev', '--restore-point', '1 hour ago', '--json')).toMatchObject({ code: 0 });
  refuse('DeleteItem', 'ValidationException', 1);
  expect(await pitr(...restore, '--verbose')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Failed to swap data'),
  });
  aws.faults.clear();
  for (const operation of ['PutItem', 'UpdateItem', 'DeleteItem'] as const)
    refuse(operation, 'SomethingNewException', 'all');
  expect(await pitr(...restore, '--json', '--no-rollback')).toMatchObject({ code: 1 });
  aws.faults.clear();
  const done = await pitr(...restore, '--verbose', '--reason', 'a bad deploy');
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('2 items put, 1 deleted') });
  const [, runId = ''] = /(restore-\d{4}\S+Z(?:-\d+)?) of dev/.exec(done.stdout) ?? [];
  expect(await pitr('undo', runId, '--verbose')).toMatchObject({ code: 0 });
  expect(await pitr('audit', 'export')).toMatchObject({ code: 0 });
  expectNoMarks(folder, outputs);
});

test('the bot: a failure and a success, told in Slack, logged to the last detail', async () => {
  const folder = temporaryFolder();
  const bot = start(['serve'], folder, settings(folder));
  const alice = slack.as('U0ALICE');
  const bob = slack.as('U0BOB');
  await until(() => slack.connections > 0);
  await damage('shop-orders');

  const asked = async () => {
    const before = slack.messages('C0OPS').map(({ ts }) => ts);
    await alice.command('/pitr-restore', 'prod 1 hour ago', { channel: 'C0OPS' });
    await alice.submit(await alice.viewUntil((view) => view.submit !== undefined), { Reason: 'a bad deploy' });
    const card = await slack.messageUntil(
      'C0OPS',
      (message) => !before.includes(message.ts) && has(message, 'Approve'),
    );
    await bob.click(card, { text: 'Approve' });
    await bob.click(await slack.threadUntil('C0OPS', card.ts, (message) => has(message, 'Proceed')), {
      text: 'Proceed',
    });
    return await slack.threadUntil('C0OPS', card.ts, (message) => message.isBroadcast === true);
  };
  refuse('DeleteItem', 'ValidationException', 'all');
  expect((await asked()).text).toMatch(/fail|put back|swap/i);
  aws.faults.clear();
  expect((await asked()).text).toContain('is back to');
  await alice.command('/pitr-restore', 'status', { channel: 'C0OPS' });
  await alice.command('/pitr-restore', 'history', { channel: 'C0OPS' });
  bot.child.kill('SIGTERM');
  expect(await bot.exit).toBe(0);
  expectNoMarks(folder, [bot.stdout(), bot.stderr(), JSON.stringify(slack.messagesFor('U0ALICE'))]);
});

test('the bot over HTTP: the signing secret is nowhere, neither when Slack calls nor when somebody else does', async () => {
  const folder = temporaryFolder();
  const { SLACK_APP_TOKEN: _, ...variables } = settings(folder);
  const bot = start(['serve'], folder, { ...variables, SLACK_SIGNING_SECRET: signingSecret, PORT: '0' });
  const url = `http://127.0.0.1:${await portOf(bot)}/slack/events`;
  const forged = await fetch(url, {
    method: 'POST',
    body: 'x',
    headers: { 'x-slack-signature': 'v0=0', 'x-slack-request-timestamp': '1' },
  });
  const answer = await forged.text();
  slack.deliverTo(url);
  await slack.as('U0ALICE').command('/pitr-restore', 'status', { channel: 'C0OPS' });
  bot.child.kill('SIGTERM');
  await bot.exit;
  expectNoMarks(folder, [bot.stdout(), bot.stderr(), answer]);
});

test('a bug that carries an item shows where it is, and not the item', async () => {
  const bug = new TypeError(`Cannot read properties of undefined (reading '${itemMark}name')`, {
    cause: new SyntaxError(`Unexpected token, "${itemMark}" is not valid JSON`),
  });
  let shown = '';
  showError(bug, {
    write: (text: string) => {
      shown += text;
    },
  });
  expect(marksIn(shown)).toEqual([]);
  expect(shown).toContain('TypeError: [left out]');
  expect(shown).toMatch(/secrets\.test\.ts:\d+/);
  expect(shown).toContain('Caused by SyntaxError');
});

test('wrong settings are named without their values', async () => {
  const folder = temporaryFolder();
  const wrong = { ...settings(folder), PITR_JOURNAL_KEY: `${secretMark}short`, SLACK_BOT_TOKEN: `${secretMark}token` };
  const { code, stdout, stderr } = await run(['serve'], folder, wrong);
  expect(code).toBe(1);
  expect(stderr).toContain('PITR_JOURNAL_KEY');
  expect(marksIn(stdout + stderr)).toEqual([]);
  const noKey = await run(['serve'], folder, { ...settings(folder), SLACK_BOT_TOKEN: `${secretMark}token` });
  expect(noKey.stderr).toContain('SLACK_BOT_TOKEN');
  expect(marksIn(noKey.stdout + noKey.stderr)).toEqual([]);
});

function has(message: { readonly blocks?: unknown }, button: string): boolean {
  return JSON.stringify(message.blocks ?? []).includes(`"text":"${button}"`);
}

async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error('It did not happen in a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
