import { join } from 'node:path';
import {
  DeleteItemCommand,
  DeleteResourcePolicyCommand,
  GetItemCommand,
  GetResourcePolicyCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { createProgressBoard } from '../../../src/progress-board.ts';
import { comparerHere } from '../../../src/restore/comparer.ts';
import { Consumption } from '../../../src/restore/consumption.ts';
import type { Environment } from '../../../src/restore/environment.ts';
import { UserError } from '../../../src/restore/errors.ts';
import type { RunEvent } from '../../../src/restore/events.ts';
import { fenceHolds, isFenced, mustStayFenced } from '../../../src/restore/fence/holds.ts';
import { fencesUp, lowerFences } from '../../../src/restore/fence/lower.ts';
import { commandToLower } from '../../../src/restore/fence/sentences.ts';
import { fencePossible } from '../../../src/restore/preflight/fence-possible.ts';
import type { StepContext } from '../../../src/restore/step.ts';
import { lowerFence } from '../../../src/restore/steps/lower-fence.ts';
import { raiseFence } from '../../../src/restore/steps/raise-fence.ts';
import type { SandboxAwsOptions } from '../../../src/sandbox/dynamodb/server.ts';
import { openDatabase } from '../../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../../src/sqlite/event-log.ts';
import { createJournal } from '../../../src/sqlite/journal.ts';
import { openSqliteOverflow } from '../../../src/sqlite/overflow.ts';
import { connect, staging } from '../../dynamodb/connect.ts';
import { createTable, minute, startSandbox } from '../../sandbox/aws-sandbox.ts';
import { aRequest, requested } from '../../support/requests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const TableName = 'shop-orders';
const ResourceArn = `arn:aws:dynamodb:eu-central-1:000000000000:table/${TableName}`;
const Key = { pk: { S: 'a' } };
const put = new PutItemCommand({ TableName, Item: Key });
const denied = { name: 'AccessDeniedException' };
const theirs = JSON.stringify(
  {
    Statement: { Sid: 'Theirs', Effect: 'Deny', Principal: '*', Action: 'dynamodb:DeleteTable' },
    Version: '2012-10-17',
  },
  null,
  4,
);
const withRole: Environment = { ...staging, roleArn: 'arn:aws:iam::000000000000:role/ops/pitr-restore' };

type Story = Awaited<ReturnType<typeof startStory>>;

/** A run that wants a fence, with real parts; time passes only where somebody sleeps. `client` is the application. */
async function startStory(options: SandboxAwsOptions = {}, environment: Environment = withRole) {
  // Ahead of the real time: or the SDK takes every credential for expired and asks for another.
  let now = Date.parse('2100-01-01T12:00:00Z');
  const clock = Object.assign(() => now, {
    pass: (ms: number) => {
      now += ms;
    },
  });
  const { client, sandbox } = await startSandbox({ ...options, clock });
  await createTable(client, TableName);
  const folder = temporaryFolder();
  const db = openDatabase(join(folder, 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  const log = new SqliteEventLog(db, clock);
  const request = aRequest({ tables: staging.tables, options: { ...aRequest().options, fence: 'writes' } });
  const runId = log.begin(clock(), requested({ request, approvalsNeeded: 0 }));
  const slept: number[] = [];
  const aws = connect(sandbox.url, {}, environment);
  const run = () => {
    const found = log.run(runId);
    if (found === undefined) throw new Error('no run');
    return found;
  };
  const context: StepContext = {
    environment,
    aws,
    log,
    journal: createJournal(db, Buffer.alloc(32, 7)),
    comparer: comparerHere(
      () => aws,
      () => openSqliteOverflow(folder),
    ),
    clock: {
      now: clock,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        slept.push(ms);
        clock.pass(ms);
      },
    },
    progress: createProgressBoard(),
    speed: () => 'normal',
    consumption: new Consumption(),
    pace: { compareMemoryBytes: 1_000_000, planAnswerMs: minute, verifyRounds: 3 },
    signal: new AbortController().signal,
    run,
    mustHoldLock: () => undefined,
    onBug: (error) => {
      throw error;
    },
    record: (...events) => {
      log.decide(runId, () => events);
    },
  };
  return {
    client,
    clock,
    sandbox,
    context,
    slept,
    fence: () => run().tables[0]?.fence,
    events: (): readonly RunEvent[] => log.ofRun(runId).map((row) => row.event),
    policy: async () => {
      try {
        return (await client.send(new GetResourcePolicyCommand({ ResourceArn }))).Policy;
      } catch (error) {
        if (error instanceof Error && error.name === 'PolicyNotFoundException') return undefined;
        throw error;
      }
    },
    putPolicy: (Policy: string) => client.send(new PutResourcePolicyCommand({ ResourceArn, Policy })),
    write: () => client.send(put),
    writeOurselves: () => aws.items.write({ table: TableName, changes: [{ kind: 'put', item: Key }] }),
  };
}

/** The context of a process that dies as soon as it has written this event down. */
function dyingAfter({ context }: Story, type: RunEvent['type']): StepContext {
  return {
    ...context,
    record: (...events) => {
      context.record(...events);
      if (events.some((event) => event.type === type)) throw new Error('killed');
    },
  };
}

test('behind a fence only we write; everybody reads; after it everybody writes again, and no policy is left', async () => {
  const story = await startStory();
  await story.write();
  await raiseFence.run(story.context);

  await expect(story.write()).rejects.toMatchObject(denied);
  await expect(story.client.send(new DeleteItemCommand({ TableName, Key }))).rejects.toMatchObject(denied);
  await story.client.send(new GetItemCommand({ TableName, Key }));
  await story.writeOurselves();
  expect(story.fence()?.state).toBe('proven');
  expect(await fenceHolds(story.context, 'orders')).toBe(true);

  await lowerFence.run(story.context);
  await story.write();
  expect(await story.policy()).toBeUndefined();
  expect(fencesUp(story.context.run())).toEqual([]);
  expect(story.events().map((event) => event.type)).toEqual([
    'requested',
    'fence-raising',
    'fence-raised',
    'fence-proven',
    'fence-lowering',
    'fence-lowered',
  ]);
});

test('it closes at its start and not before, and opens at its end although nobody takes it down', async () => {
  const story = await startStory();
  await raiseFence.run(story.context);
  const { startsAt, endsAt } = story.fence() ?? { startsAt: 0, endsAt: 0 };
  const first = story.sandbox.requests.list('DeleteItem').map(({ at }) => at >= startsAt);
  expect(first.slice(0, 1)).toEqual([false]);
  expect(first.slice(1)).toEqual([true, true, true, true]);
  story.clock.pass(endsAt - story.clock() - 1);
  await expect(story.write()).rejects.toMatchObject(denied);
  story.clock.pass(1);
  await story.write();
});

test('an existing policy is added to, and becomes what it was to the byte', async () => {
  const story = await startStory();
  await story.putPolicy(theirs);
  story.clock.pass(minute);
  await raiseFence.run(story.context);
  await expect(story.write()).rejects.toMatchObject(denied);
  expect(JSON.parse((await story.policy()) ?? '').Statement).toHaveLength(2);
  await lowerFence.run(story.context);
  expect(await story.policy()).toBe(theirs);
  expect(story.events().at(-1)).toMatchObject({ type: 'fence-lowered', how: 'as-before' });
});

test('what somebody else changed meanwhile is kept', async () => {
  const story = await startStory();
  await story.putPolicy(theirs);
  story.clock.pass(minute);
  await raiseFence.run(story.context);
  const up = JSON.parse((await story.policy()) ?? '');
  const added = { Sid: 'Added', Effect: 'Deny', Principal: '*', Action: 'dynamodb:DeleteBackup' };
  await story.putPolicy(JSON.stringify({ ...up, Statement: [added, ...up.Statement] }));
  story.clock.pass(minute);
  await lowerFence.run(story.context);
  expect(JSON.parse((await story.policy()) ?? '').Statement.map((statement: { Sid: string }) => statement.Sid)).toEqual(
    ['Added', 'Theirs'],
  );
  expect(story.events().at(-1)).toMatchObject({ type: 'fence-lowered', how: 'others-kept' });
});

test('where AWS takes its time, nothing is called proven before it obeys', async () => {
  const story = await startStory({ firstPolicyMs: 3 * minute });
  const putAt = story.clock();
  await raiseFence.run(story.context);
  expect(story.clock() - putAt).toBeGreaterThan(3 * minute);
  await expect(story.write()).rejects.toMatchObject(denied);
});

test('where AWS never obeys, the run ends, and the policy is as before', async () => {
  const story = await startStory({ firstPolicyMs: Number.POSITIVE_INFINITY });
  await expect(raiseFence.run(story.context)).rejects.toMatchObject({ code: 'FENCE' });
  expect(story.fence()?.state).toBe('raised');
  await lowerFences(story.context);
  expect(await story.policy()).toBeUndefined();
});

test('a single denial is no proof: they must come in a row', async () => {
  const story = await startStory();
  const probes: string[] = [];
  const answers = ['open', 'closed', 'closed', 'open', 'closed', 'closed', 'closed'] as const;
  const { fence } = story.context.aws;
  const fickle: StepContext['aws']['fence'] = {
    ...fence,
    probe: async (_, as) => {
      const answer = as === 'us' ? 'open' : (answers[probes.length] ?? 'open');
      if (as === 'somebody') probes.push(answer);
      return answer;
    },
  };
  await raiseFence.run({ ...story.context, aws: { ...story.context.aws, fence: fickle } });
  expect(probes).toEqual(answers);
});

test('a role whose writes are denied anyhow can prove nothing: refused, and nothing is put up', async () => {
  const story = await startStory();
  await story.putPolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 'dynamodb:DeleteItem', Resource: ResourceArn }],
    }),
  );
  await expect(raiseFence.run(story.context)).rejects.toMatchObject({ code: 'FENCE' });
  expect(story.fence()).toBeUndefined();
  expect(story.sandbox.requests.count('PutResourcePolicy')).toBe(1);
});

test('the cooldown after somebody’s change is waited out, on both ways', async () => {
  const story = await startStory();
  await story.putPolicy(theirs);
  await raiseFence.run(story.context);
  const up = (await story.policy()) ?? '';
  await story.putPolicy(JSON.stringify({ ...JSON.parse(up), Id: 'theirs' }));
  await lowerFence.run(story.context);
  expect(story.fence()?.state).toBe('lowered');
  // One intent for all the tries.
  expect(story.events().filter((event) => event.type === 'fence-raising')).toHaveLength(1);
});

test.for([
  ['PutResourcePolicy', theirs],
  ['GetResourcePolicy', theirs],
  ['PutResourcePolicy', undefined],
  ['DeleteResourcePolicy', undefined],
] as const)('%s: lost replies do no harm', async ([operation, before]) => {
  const story = await startStory();
  if (before !== undefined) await story.putPolicy(before);
  story.clock.pass(minute);
  const loseReplies = () => story.sandbox.faults.add({ operation, kind: 'lose-reply', count: 3 });
  loseReplies();
  await raiseFence.run(story.context);
  story.sandbox.faults.clear();
  expect(JSON.parse((await story.policy()) ?? '').Statement).toHaveLength(before === undefined ? 1 : 2);
  await expect(story.write()).rejects.toMatchObject(denied);
  story.clock.pass(minute);
  loseReplies();
  await lowerFence.run(story.context);
  story.sandbox.faults.clear();
  expect(await story.policy()).toBe(before);
  expect(story.events().at(-1)).toMatchObject({ type: 'fence-lowered', how: 'as-before' });
});

test.for(['fence-raising', 'fence-raised', 'fence-proven'] as const)(
  'killed after %s, the next process goes on, or takes it down to the byte',
  async (type) => {
    const story = await startStory();
    await story.putPolicy(theirs);
    story.clock.pass(minute);
    await expect(raiseFence.run(dyingAfter(story, type))).rejects.toThrow('killed');
    story.clock.pass(10 * minute);
    await raiseFence.run(story.context);
    expect(JSON.parse((await story.policy()) ?? '').Statement).toHaveLength(2);
    await expect(story.write()).rejects.toMatchObject(denied);
    expect(story.fence()?.policyBefore).toBe(theirs);
    // What is up already is not put again: AWS would take minutes to obey the change.
    expect(story.sandbox.requests.count('PutResourcePolicy')).toBe(2);
    await expect(lowerFence.run(dyingAfter(story, 'fence-lowering'))).rejects.toThrow('killed');
    await lowerFences(story.context);
    expect(await story.policy()).toBe(theirs);
  },
);

test('resumed when its fence has opened, a run puts it up anew, and knows what was there before', async () => {
  const story = await startStory();
  await story.putPolicy(theirs);
  story.clock.pass(minute);
  await expect(raiseFence.run(dyingAfter(story, 'fence-raised'))).rejects.toThrow('killed');
  story.clock.pass(200 * minute);
  await story.write();
  await raiseFence.run(story.context);
  await expect(story.write()).rejects.toMatchObject(denied);
  expect(JSON.parse((await story.policy()) ?? '').Statement).toHaveLength(2);
  await lowerFence.run(story.context);
  expect(await story.policy()).toBe(theirs);
});

/** The fence's door to AWS, and what happens after each look at the policy. */
function afterLooking({ context }: Story, happen: (look: number) => Promise<unknown>): StepContext {
  let looks = 0;
  const { fence } = context.aws;
  const watched: StepContext['aws']['fence'] = {
    ...fence,
    policy: async (arn, signal) => {
      const seen = await fence.policy(arn, signal);
      looks += 1;
      await happen(looks);
      return seen;
    },
  };
  return { ...context, aws: { ...context.aws, fence: watched } };
}

test('a policy that somebody puts between our look and our change is never overwritten', async () => {
  const story = await startStory();
  const meanwhile = afterLooking(story, async (look) => {
    if (look !== 1) return;
    await story.putPolicy(theirs);
    // Past the cooldown, which would hide it.
    story.clock.pass(20_000);
  });
  await raiseFence.run(meanwhile);
  expect(story.fence()?.policyBefore).toBe(theirs);
  expect(JSON.parse((await story.policy()) ?? '').Statement).toHaveLength(2);

  const alone = await startStory();
  await raiseFence.run(alone.context);
  const addedTo = afterLooking(alone, async (look) => {
    if (look !== 1) return;
    const up = JSON.parse((await alone.policy()) ?? '');
    await alone.putPolicy(JSON.stringify({ ...up, Statement: [JSON.parse(theirs).Statement, ...up.Statement] }));
    alone.clock.pass(20_000);
  });
  await lowerFence.run(addedTo);
  expect(JSON.parse((await alone.policy()) ?? '').Statement).toEqual([JSON.parse(theirs).Statement]);
});

test('a fence that AWS does not show yet is looked for once more before it counts as gone', async () => {
  const story = await startStory();
  await raiseFence.run(story.context);
  const { fence } = story.context.aws;
  let looks = 0;
  const lagging: StepContext['aws']['fence'] = {
    ...fence,
    policy: async (arn) => {
      looks += 1;
      return looks === 1 ? undefined : fence.policy(arn);
    },
  };
  await lowerFences({ ...story.context, aws: { fence: lagging } });
  expect(await story.policy()).toBeUndefined();
});

test('a fence that was killed before it was put is known to be down', async () => {
  const story = await startStory();
  await expect(raiseFence.run(dyingAfter(story, 'fence-raising'))).rejects.toThrow('killed');
  expect(fencesUp(story.context.run())).toEqual(['orders']);
  await lowerFences(story.context);
  expect(story.events().at(-1)).toMatchObject({ type: 'fence-lowered', how: 'was-gone' });
});

test('what cannot be taken down is said, with the command and its end; the restore does not fail by it', async () => {
  const story = await startStory();
  await raiseFence.run(story.context);
  story.sandbox.faults.add({ operation: 'DeleteResourcePolicy', kind: 'access-denied', count: 'all' });
  await lowerFence.run(story.context);
  expect(story.events().at(-1)).toMatchObject({
    type: 'fence-left',
    reason: expect.stringContaining('dynamodb:DeleteResourcePolicy'),
    command: commandToLower(ResourceArn, story.fence()?.sid ?? ''),
    opensAt: story.fence()?.endsAt,
  });
  expect(fencesUp(story.context.run())).toEqual(['orders']);
  story.sandbox.faults.clear();
  await lowerFences(story.context);
  expect(await story.policy()).toBeUndefined();
});

test('a fence that somebody took down does not hold, whatever the record says', async () => {
  const story = await startStory();
  await raiseFence.run(story.context);
  story.clock.pass(minute);
  await story.client.send(new DeleteResourcePolicyCommand({ ResourceArn }));
  expect(isFenced(story.context.run(), 'orders', story.clock())).toBe(true);
  expect(await fenceHolds(story.context, 'orders')).toBe(false);
});

test.for(['others added to', 'our statement was taken out of'])(
  'behind a policy that %s nothing is relied on, although AWS still denies',
  async (how) => {
    const story = await startStory();
    await raiseFence.run(story.context);
    expect(await fenceHolds(story.context, 'orders')).toBe(true);
    const others = [
      { Sid: 'Theirs', Effect: 'Deny', Principal: '*', Action: 'dynamodb:PutItem', Resource: ResourceArn },
    ];
    const { Statement, ...rest } = JSON.parse((await story.policy()) ?? '{}');
    const statements = how === 'others added to' ? [...Statement, ...others] : others;
    story.clock.pass(minute);
    const Policy = JSON.stringify({ ...rest, Statement: statements });
    await story.client.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
    // At once: AWS goes by the policy of before for minutes.
    expect(await fenceHolds(story.context, 'orders')).toBe(false);
  },
);

test('two minutes before a fence opens, nothing more may be done behind it', async () => {
  const story = await startStory();
  await raiseFence.run(story.context);
  const { endsAt } = story.fence() ?? { endsAt: 0 };
  story.clock.pass(endsAt - 2 * minute - 1 - story.clock());
  mustStayFenced(story.context, 'orders');
  expect(await fenceHolds(story.context, 'orders')).toBe(true);
  story.clock.pass(1);
  expect(() => mustStayFenced(story.context, 'orders')).toThrow(UserError);
  expect(await fenceHolds(story.context, 'orders')).toBe(false);
});

test('with a probe role of its own, that role is what has to be denied', async () => {
  const fenceProbeRoleArn = 'arn:aws:iam::000000000000:role/application';
  const story = await startStory({}, { ...withRole, fenceProbeRoleArn });
  const onlyOthers = { ArnEquals: { 'aws:PrincipalArn': fenceProbeRoleArn } };
  await story.putPolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 'dynamodb:DeleteItem', Condition: onlyOthers }],
    }),
  );
  await expect(raiseFence.run(story.context)).rejects.toMatchObject({ code: 'FENCE' });
});

async function check(story: Story, changes: { readonly replicaRegions?: readonly string[] } = {}) {
  const { aws, run, clock, signal } = story.context;
  const description = async () => {
    const found = await aws.tables.describe(TableName);
    return found && { ...found, ...changes };
  };
  return fencePossible.look({
    ref: { label: 'orders', table: TableName },
    request: run().request,
    now: clock.now(),
    aws,
    signal,
    restoreTable: '',
    restoreTableIsOurs: false,
    description,
    window: async () => ({ enabled: false }),
  });
}

test('before anything is done, it is known whether a fence can be put up', async () => {
  const story = await startStory();
  expect(await check(story)).toMatchObject({ status: 'passed' });
  expect(await check(story, { replicaRegions: ['us-east-1'] })).toMatchObject({ status: 'failed' });
  await story.putPolicy(JSON.stringify({ Version: '2012-10-17', Statement: [], Id: 'x'.repeat(20_000) }));
  await expect(check(story)).rejects.toMatchObject({ code: 'FENCE' });
  expect(story.sandbox.requests.count('DeleteItem')).toBe(0);
});

test('without a role there is no fence, and what to configure is said', async () => {
  const story = await startStory({}, staging);
  const refusal = { message: expect.stringContaining('needs a role'), hint: expect.stringContaining('roleArn') };
  expect(await check(story)).toMatchObject({ status: 'failed', ...refusal });
  await expect(raiseFence.run(story.context)).rejects.toMatchObject({ code: 'FENCE', ...refusal });
});
