import { DeleteResourcePolicyCommand, GetResourcePolicyCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { createAws } from '../../src/dynamodb/aws.ts';
import { createProgressBoard } from '../../src/progress-board.ts';
import { comparerHere } from '../../src/restore/comparer.ts';
import { Consumption } from '../../src/restore/consumption.ts';
import { journalStates } from '../../src/restore/journal-states.ts';
import type { StepContext } from '../../src/restore/step.ts';
import { awaitActive } from '../../src/restore/steps/await-active.ts';
import { initiateRestore } from '../../src/restore/steps/initiate-restore.ts';
import { lowerFence } from '../../src/restore/steps/lower-fence.ts';
import { raiseFence } from '../../src/restore/steps/raise-fence.ts';
import { openSqliteOverflow } from '../../src/sqlite/overflow.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, start, startEngine } from '../support/engine.ts';
import { alice } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TableName = 'quotes-table';
const id = [{ name: 'id', type: 'S' }] as const;
const ResourceArn = `arn:aws:dynamodb:eu-central-1:000000000000:table/${TableName}`;
const roleArn = 'arn:aws:iam::000000000000:role/pitr-restore';

/** What the steps of a run with a fence have in hand. */
async function fencedRun(engine: Engine): Promise<StepContext> {
  const { clock, environment, log, restores, journal } = engine;
  const wish = engine.wish();
  const { id: runId } = await restores.request({ ...wish, options: { ...wish.options, fence: 'writes' } }, shell);
  const made = createAws();
  onTestFinished(() => made.close());
  return {
    environment,
    aws: made.awsFor(environment),
    log,
    journal,
    comparer: comparerHere(made.awsFor, () => openSqliteOverflow(temporaryFolder())),
    clock,
    progress: createProgressBoard(),
    speed: () => 'normal',
    consumption: new Consumption(),
    pace: { compareMemoryBytes: 1_000_000, planAnswerMs: minute, verifyRounds: 3 },
    signal: new AbortController().signal,
    run: () => {
      const run = log.run(runId);
      if (run === undefined) throw new Error('no run');
      return run;
    },
    mustHoldLock: () => undefined,
    onBug: (error) => {
      throw error;
    },
    record: (...events) => {
      log.decide(runId, () => events);
    },
  };
}

/** An application that writes without a break until it is told to stop. */
function startWriter({ client }: Engine) {
  const writes: { readonly begunAt: number; readonly denied: boolean }[] = [];
  let stopped = false;
  const done = (async () => {
    for (let n = 0; !stopped; n += 1) {
      const begunAt = performance.now();
      const denied = await client.send(new PutItemCommand({ TableName, Item: { id: { S: `${n % 10}` } } })).then(
        () => false,
        (error: unknown) => {
          if (error instanceof Error && error.name === 'AccessDeniedException') return true;
          throw error;
        },
      );
      writes.push({ begunAt, denied });
    }
  })();
  return {
    writes,
    stop: async () => {
      stopped = true;
      await done;
    },
  };
}

test('a writer that never rests is kept out while AWS still builds the restore table, until the fence is down', async () => {
  const engine = await startEngine({ environment: { roleArn } });
  await engine.table(TableName, id, [{ id: { S: '0' } }]);
  const context = await fencedRun(engine);
  const writer = startWriter(engine);

  await initiateRestore.run(context);
  await raiseFence.run(context);
  const from = performance.now();
  await awaitActive.run(context);
  const to = performance.now();
  await lowerFence.run(context);
  await expect.poll(() => writer.writes.findLast(({ begunAt }) => begunAt > to)?.denied).toBe(false);
  await writer.stop();

  const between = writer.writes.filter(({ begunAt }) => begunAt > from && begunAt < to);
  expect(between.length).toBeGreaterThan(0);
  expect(between.every(({ denied }) => denied)).toBe(true);
  expect(writer.writes[0]?.denied).toBe(false);
});

async function policyOf({ client }: Engine): Promise<string | undefined> {
  try {
    return (await client.send(new GetResourcePolicyCommand({ ResourceArn }))).Policy;
  } catch (error) {
    if (error instanceof Error && error.name === 'PolicyNotFoundException') return undefined;
    throw error;
  }
}

async function fencedEngine() {
  // A proof holds for two minutes, which must be long enough for a busy machine.
  const engine = await startEngine({ environment: { roleArn }, faster: 250 });
  const items = Array.from({ length: 40 }, (_, n) => ({ id: { S: `${n}` }, text: { S: 'as it was' } }));
  await engine.table(TableName, id, items);
  for (const item of items.slice(20)) await engine.remove(TableName, id, item, start - 30 * minute);
  const wish = engine.wish();
  const { id: runId } = await engine.restores.request(
    { ...wish, options: { ...wish.options, fence: 'writes' } },
    shell,
  );
  return { engine, runId };
}

test('a restore behind a fence is completed while an application hammers the table, and writes in batches', async () => {
  const { engine, runId } = await fencedEngine();
  const writer = startWriter(engine);
  const run = await engine.restores.execute(runId);
  await expect.poll(() => writer.writes.at(-1)?.denied).toBe(false);
  await writer.stop();

  expect(run).toMatchObject({ state: 'COMPLETED', tables: [{ fence: { state: 'lowered' } }] });
  const [table] = run.tables;
  expect(table?.verification?.liveDigest).toBe(table?.verification?.restoredDigest);
  expect(table?.conflicts).toEqual({ overwritten: 0, kept: 0 });
  expect(writer.writes.some(({ denied }) => denied)).toBe(true);
  expect(engine.aws.requests.count('BatchWriteItem', TableName)).toBeGreaterThan(0);
  expect(await policyOf(engine)).toBeUndefined();
});

test('a proof does not outlast a pause: who takes the fence down meanwhile and writes is not overwritten unseen', async () => {
  const { engine, runId } = await fencedEngine();
  const { aws, client, journal, log, restores } = engine;
  const running = restores.execute(runId);
  // Paused between the proof and the writes that rely on it.
  await new Promise<void>((resolve) => {
    const stop = aws.requests.onRequest(({ operation }) => {
      // Nothing is to be deleted here: it is the probe.
      if (operation !== 'DeleteItem' || log.run(runId)?.phase !== 'SWAP_DATA') return;
      stop();
      restores.setSpeed(runId, 'pause', alice);
      resolve();
    });
  });
  await client.send(new DeleteResourcePolicyCommand({ ResourceArn }));
  const byTheApplication = { id: { S: '30' }, text: { S: 'by the application' } };
  const write = async () =>
    client.send(new PutItemCommand({ TableName, Item: byTheApplication })).then(() => 'written');
  await expect.poll(() => write().catch(String)).toBe('written');
  expect(aws.requests.count('BatchWriteItem', TableName)).toBe(0);

  restores.setSpeed(runId, 'normal', alice);
  expect(await running).toMatchObject({ state: 'COMPLETED', tables: [{ conflicts: { overwritten: 1, kept: 0 } }] });
  const images = journal.read(runId, 'quotes', journalStates, undefined, 100).map(({ before }) => before);
  expect(images).toContainEqual(byTheApplication);
});

test.for(['RestoreTableToPointInTime', 'Scan', 'BatchWriteItem'])(
  '%s fails for good: the fence comes down',
  async (operation) => {
    const { engine, runId } = await fencedEngine();
    // Preflight reads one page itself.
    const nth = operation === 'Scan' ? 2 : 1;
    engine.aws.faults.add({ operation, kind: 'access-denied', nth, count: 'all' });
    const run = await engine.restores.execute(runId);
    expect(run.state).not.toBe('COMPLETED');
    expect(run.tables[0]?.fence?.state ?? 'lowered').toBe('lowered');
    expect(await policyOf(engine)).toBeUndefined();
  },
);
