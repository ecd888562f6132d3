import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ListTablesCommand, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Finding } from '../../src/doctor/finding.ts';
import { startWorld, type World } from '../../src/sandbox/world/world.ts';
import { botScopes } from '../../src/slack/scopes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run } from './program.ts';

const tables = ['quotes', 'user-likes', 'user-views'].map((label) => `quote-lambda-tf-${label}-dev`);
let world: World;

beforeAll(async () => {
  world = await startWorld({ environments: ['dev'], restoreMs: 1_000 });
});
afterAll(async () => {
  await world.close();
});

type Report = { readonly healthy: boolean; readonly failed: number; readonly findings: readonly Finding[] };

async function examined(variables: NodeJS.ProcessEnv, ...more: readonly string[]) {
  const folder = temporaryFolder();
  const shell = { ...world.variables, PITR_DB: join(folder, 'state.sqlite'), ...variables };
  const { code, stdout, stderr } = await run(['doctor', ...more, '--json'], folder, shell);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Report;
  const of = (status: Finding['status']) => report.findings.filter((finding) => finding.status === status);
  return { code, report, of, messages: (status: Finding['status']) => of(status).map(({ message }) => message) };
}

test('where all is well every action of the policy was tried, exit code 0, and nothing was changed', async () => {
  const before = tables.map((table) => JSON.stringify(world.aws.history.snapshot(table)));
  world.aws.requests.clear();
  const { code, report, of, messages } = await examined({}, 'dev');
  expect(messages('failed')).toEqual([]);
  expect({ code, healthy: report.healthy }).toEqual({ code: 0, healthy: true });
  const actions = (table: string) =>
    of('ok').flatMap(({ subject, action }) => (subject === table ? (action ?? []) : []));
  const unfenced = policy('LiveTables').filter((action) => !/Policy|BatchWrite/.test(action));
  expect(new Set(actions(tables[0] ?? ''))).toEqual(new Set(unfenced));
  expect(new Set(actions(`${tables[0]}-restore-19700101T000000Z`))).toEqual(new Set(policy('RestoreTables')));

  // AWS asks for rights on the target that a restore has on restore tables alone.
  const targets = world.aws.requests.list('RestoreTableToPointInTime').map(({ body }) => body['TargetTableName']);
  expect(new Set(targets)).toEqual(new Set(tables.map((table) => `${table}-restore-19700101T000000Z`)));
  expect(tables.map((table) => JSON.stringify(world.aws.history.snapshot(table)))).toEqual(before);
  const { TableNames = [] } = await world.client.send(new ListTablesCommand({}));
  expect(TableNames.toSorted()).toEqual(tables);
});

test('says what is wrong and how to mend it, exit code 1', async () => {
  const faults = ['UpdateItem', 'DeleteTable', 'RestoreTableToPointInTime', 'PutLogEvents'];
  for (const operation of faults) world.aws.faults.add({ operation, kind: 'access-denied', count: 'all' });
  await recovery(tables[1] ?? '', false);
  world.slack.changeUser('U0BOB', { deleted: true });
  world.slack.changeChannel('C0OPS', { members: [] });
  try {
    const { code, of, messages } = await examined({}, 'dev');
    expect(code).toBe(1);
    const [quotes = '', likes = ''] = tables;
    expect(messages('failed')).toEqual(
      expect.arrayContaining([
        `AWS denies dynamodb:UpdateItem on ${quotes}.`,
        `AWS denies dynamodb:DeleteTable on ${quotes}-restore-19700101T000000Z.`,
        `AWS denies dynamodb:RestoreTableToPointInTime on ${quotes}.`,
        `Point-in-time recovery is off for ${likes}: it cannot be restored.`,
        'AWS denies logs:PutLogEvents on /aws/dynamodb/restore.',
        'The bot is not in #ops (C0OPS).',
        'The account of bob (U0BOB) is deactivated.',
      ]),
    );
    expect(of('failed').every(({ hint }) => hint !== '')).toBe(true);
    expect(messages('not tested')).toContain(
      'Whether logs:CreateLogStream on /aws/dynamodb/restore is allowed: Whether it is there already is not known, so trying it could make it.',
    );
  } finally {
    world.aws.faults.clear();
    await recovery(tables[1] ?? '', true);
    world.slack.changeUser('U0BOB', { deleted: false });
    world.slack.changeChannel('C0OPS', { members: ['U0ALICE', 'U0BOB', world.slack.botUserId] });
  }
});

test('an answer that says nothing about the permission is not taken for one', async () => {
  world.aws.faults.add({ operation: 'UpdateItem', kind: 'error', name: 'ValidationException', count: 'all' });
  try {
    const { code, messages } = await examined({}, 'dev');
    expect(code).toBe(0);
    expect(messages('not tested')).toContain(
      `Whether dynamodb:UpdateItem on ${tables[0]} is allowed: ValidationException`,
    );
  } finally {
    world.aws.faults.clear();
  }
});

test('with a fence its actions are tried as well, but for the one that cannot be tried without harm', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'pitr.yml');
  writeFileSync(
    config,
    `environments:\n  shop:\n    tables: { quotes: ${tables[0]} }\n    approvals: 0\n    fence: writes\n    roleArn: arn:aws:iam::000000000000:role/restorer\n`,
  );
  const { of, messages } = await examined({ PITR_CONFIG: config }, 'shop');
  const allowed = of('ok').flatMap(({ action }) => action ?? []);
  expect(allowed).toEqual(expect.arrayContaining(['dynamodb:PutResourcePolicy', 'dynamodb:DeleteResourcePolicy']));
  expect(messages('not tested').join('\n')).toContain('A batch knows no condition');
});

test('a wrong configuration, a refused token, tables in nowhere: each is a finding, not the end', async () => {
  const wrong = await examined({ PORT: 'x' });
  expect(wrong.code).toBe(1);
  expect(wrong.messages('failed').join()).toContain('PORT: "x" is not a port');

  const refused = await examined({ SLACK_BOT_TOKEN: 'xoxb-wrong', DYNAMODB_TABLE: 'no-such-table' }, 'dev');
  expect(refused.messages('failed')).toEqual(
    expect.arrayContaining([
      'Slack refuses SLACK_BOT_TOKEN (invalid_auth).',
      'There is no table no-such-table in eu-central-1.',
    ]),
  );

  const alone = await examined({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, 'dev');
  expect(alone.code).toBe(1);
  expect(alone.messages('not tested')).toContain('AWS did not answer, so its clock is not known.');
});

test('tells how wrong the clock is, by the date of AWS’s reply', async () => {
  const server = createServer((_, response) => {
    response.writeHead(400, {
      'content-type': 'application/x-amz-json-1.0',
      date: new Date(Date.now() + 600_000).toUTCString(),
    });
    response.end(JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message: 'no' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const { messages } = await examined({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }, 'dev');
    const [, seconds] = /The clock of this machine is (\d+) s behind AWS's\./.exec(messages('failed').join('\n')) ?? [];
    // A reply is a moment old when it is read, and on a busy machine a few seconds.
    expect(Number(seconds)).toBeGreaterThan(540);
    expect(Number(seconds)).toBeLessThan(602);
  } finally {
    server.close();
  }
});

test('as text: sections, what is allowed on one table in one line, what is wrong once more at the end', async () => {
  const folder = temporaryFolder();
  const shell = { ...world.variables, PITR_DB: join(folder, 'state.sqlite'), DYNAMODB_TABLE: 'no-such-table' };
  const { code, stdout } = await run(['doctor', 'dev'], folder, shell);
  expect(code).toBe(1);
  expect(stdout).toContain('\nAWS, environment dev (eu-central-1)\n');
  expect(stdout).toContain(`  ✓ Allowed on ${tables[1]}: DescribeTable, `);
  expect(stdout).toMatch(
    /\nWhat is wrong:\n {2}✗ There is no table no-such-table.*\n {6}Correct its name, or the region\.\n\n\d+ ok, /,
  );
  expect(stdout).toMatch(/ \d+ not tested\. Nothing was changed\.\n$/);
});

test('the scopes it looks for are those of the manifest', () => {
  const manifest = parse(readFileSync('manifest.yml', 'utf8'));
  expect(new Set(Object.keys(botScopes))).toEqual(new Set(manifest.oauth_config.scopes.bot));
});

/** What the policy that we hand out allows. */
function policy(sid: 'LiveTables' | 'RestoreTables'): readonly string[] {
  const { Statement } = JSON.parse(readFileSync('deploy/iam/restore.json', 'utf8'));
  return Statement.find((statement: { readonly Sid: string }) => statement.Sid === sid).Action;
}

async function recovery(TableName: string, PointInTimeRecoveryEnabled: boolean): Promise<void> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled };
  await world.client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
}
