import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { examineEnvironment } from '../../src/doctor/aws.ts';
import { examineCloudWatch } from '../../src/doctor/logs.ts';
import { createAws } from '../../src/dynamodb/aws.ts';
import { type AwsCall, allows, callsOf, type Policy, roleArn, type Statement } from './recorded-calls.ts';
import { everythingOfARestore, restoreAll, startRecorded, tellCloudWatch } from './scenarios.ts';

const root = new URL('../../', import.meta.url);
const policy = (name: string): Policy => JSON.parse(readFileSync(new URL(`deploy/iam/${name}.json`, root), 'utf8'));

/**
 * What AWS itself does in our name while it fills a restore table (Developer Guide, "Using IAM with DynamoDB backup and
 * restore"): we never call these there, and without them it refuses the restore.
 */
const filling = ['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
  (name) => `dynamodb:${name}`,
);

/** Every action of a statement that no call needed on any of its resources. */
function unneeded({ Sid, Action, Resource, Effect }: Statement, calls: readonly AwsCall[]): readonly string[] {
  return Action.filter((action) => Sid !== 'RestoreTables' || !filling.includes(action)).filter(
    (action) => !calls.some((call) => allows({ Sid, Effect, Resource, Action: [action] }, call)),
  );
}

/** Every resource of a statement that no call was about. */
function untouched({ Resource, ...statement }: Statement, calls: readonly AwsCall[]): readonly string[] {
  return Resource.filter((resource) => !calls.some((call) => allows({ ...statement, Resource: [resource] }, call)));
}

function compare(policies: readonly Policy[], calls: readonly AwsCall[]): void {
  const statements = policies.flatMap(({ Statement: all }) => all);
  expect(calls.filter((call) => !statements.some((statement) => allows(statement, call)))).toEqual([]);
  expect(statements.flatMap((statement) => unneeded(statement, calls))).toEqual([]);
  expect(
    statements.filter(({ Sid }) => Sid !== 'LogGroup').flatMap((statement) => untouched(statement, calls)),
  ).toEqual([]);
}

describe('a policy allows every call that is made, and no other', () => {
  test('restore.json: restores with and without a fence, a rollback, an undo, leftovers, log lines', async () => {
    // A fence's proof holds for two minutes, which must be long enough for a busy machine to write in batches.
    const { engine, calls } = await startRecorded(250);
    const runs = await everythingOfARestore(engine);
    expect(runs.map(({ state }) => state)).toEqual(['COMPLETED', 'COMPLETED', 'ROLLED_BACK', 'COMPLETED', 'FAILED']);
    compare([policy('restore'), policy('assume-role')], calls());
  });

  test('drill.json: no right to write to a live table', async () => {
    const { engine, calls } = await startRecorded();
    expect(await restoreAll(engine, { drill: true })).toMatchObject({ state: 'COMPLETED' });
    await tellCloudWatch(engine);
    compare([policy('drill')], calls());
    const [live] = policy('drill').Statement;
    expect(live?.Action.filter((action) => /Put|Update|Delete|Write/.test(action))).toEqual([]);
  });

  test('dry-run.json: no right to change anything, also where there is a fence', async () => {
    const { engine, calls } = await startRecorded();
    const wish = engine.wish({ tables: engine.environment.tables });
    await engine.restores.dryRun({ ...wish, options: { ...wish.options, dryRun: true } });
    const fenced = engine.anotherProcess({ roleArn, fence: 'writes' });
    await fenced.restores.dryRun({ ...wish, options: { ...wish.options, dryRun: true, fence: 'writes' } });
    compare([policy('dry-run'), policy('assume-role')], calls());
    const actions = policy('dry-run').Statement.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !/:(Describe|Get|Scan)/.test(action))).toEqual([]);
  });
});

test('doctor asks for nothing that restore.json does not allow', async () => {
  const { engine, calls } = await startRecorded();
  const { awsFor, close } = createAws();
  onTestFinished(close);
  for (const fence of ['off', 'writes'] as const) {
    const environment = { ...engine.environment, fence };
    await examineEnvironment(environment, awsFor(environment));
  }
  await examineCloudWatch(await loadConfig({}));
  const statements = policy('restore').Statement;
  expect(calls().length).toBeGreaterThan(10);
  expect(calls().filter((call) => !statements.some((statement) => allows(statement, call)))).toEqual([]);
});

test('the comparison itself would notice: one action too few, one too many, one table too many', () => {
  const [live] = policy('dry-run').Statement;
  if (live === undefined) throw new Error('dry-run.json has no statement');
  const calls = live.Action.flatMap((action) => live.Resource.map((resource) => ({ action, resource })));
  const policyOf = (changes: Partial<Statement>): Policy => ({
    Version: '2012-10-17',
    Statement: [{ ...live, ...changes }],
  });
  compare([policyOf({})], calls);
  expect(() => compare([policyOf({ Action: live.Action.slice(1) })], calls)).toThrow();
  expect(() => compare([policyOf({ Action: [...live.Action, 'dynamodb:PutItem'] })], calls)).toThrow();
  expect(() => compare([policyOf({ Resource: [...live.Resource, 'arn:aws:dynamodb:*'] })], [])).toThrow();
});

test('the policies are well formed: one version, unique ids, sorted actions without a wildcard, no resource of everything', () => {
  for (const name of ['restore', 'drill', 'dry-run', 'assume-role']) {
    const { Version, Statement: statements } = policy(name);
    expect(Version).toBe('2012-10-17');
    expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(statements.length);
    for (const { Action, Resource, Effect } of statements) {
      expect(Effect).toBe('Allow');
      expect(Action).toEqual([...Action].sort((a, b) => a.localeCompare(b)));
      expect([...Action, ...Resource].filter((text) => text === '*' || /^\w+:\*/.test(text))).toEqual([]);
      for (const resource of Resource) expect(resource).toMatch(/^arn:aws:(dynamodb|logs|iam):/);
    }
    expect(JSON.stringify({ Version, Statement: statements }).length).toBeLessThan(6_144);
  }
});

test('calls are read as IAM reads them', () => {
  const request = {
    operation: 'PutLogEvents',
    table: undefined,
    tables: [],
    region: 'eu-central-1',
    accessKeyId: 'x',
    at: 0,
  };
  const body = { logGroupName: '/g', logStreamName: 's' };
  expect(callsOf({ ...request, body })).toEqual([
    { action: 'logs:PutLogEvents', resource: 'arn:aws:logs:eu-central-1:123456789012:log-group:/g:log-stream:s' },
  ]);
});
