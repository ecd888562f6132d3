import { onTestFinished } from 'vitest';
import { cloudWatchReporter } from '../../src/cloudwatch/reporter.ts';
import { createAws } from '../../src/dynamodb/aws.ts';
import { cleanUpLeftovers } from '../../src/restore/cleanup.ts';
import type { Environment } from '../../src/restore/environment.ts';
import type { RestoreRequest } from '../../src/restore/request.ts';
import type { Run } from '../../src/restore/run.ts';
import { createDeliveries } from '../../src/sqlite/deliveries.ts';
import { damagedQuotes } from '../scenarios/quotes.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, startEngine } from '../support/engine.ts';
import { alice } from '../support/requests.ts';
import { type AwsCall, callsOf, liveTables, logGroup, region, roleArn } from './recorded-calls.ts';

const day = 24 * 60 * minute;
const tables = liveTables.map((table) => ({ label: table.replace('quote-lambda-tf-', ''), table }));

/** An engine on damaged tables that notes what it asks of AWS. `faster`: as of `startEngine`. */
export async function startRecorded(faster?: number) {
  const engine = await startEngine({ environment: { tables }, ...(faster === undefined ? {} : { faster }) });
  for (const { table } of tables) await damagedQuotes(engine, table);
  const calls = new Map<string, AwsCall>();
  const stop = engine.aws.requests.onRequest((request) => {
    for (const call of callsOf(request)) calls.set(`${call.action} ${call.resource}`, call);
  });
  onTestFinished(stop);
  return { engine, calls: (): readonly AwsCall[] => [...calls.values()] };
}

type Options = Partial<RestoreRequest['options']>;

type Changes = {
  readonly environment?: Partial<Environment>;
  readonly options?: Options;
  readonly drill?: true;
  readonly of?: typeof tables;
};

/** A restore of all tables, in an environment that may differ. */
export async function restoreAll(engine: Engine, changes: Changes = {}): Promise<Run> {
  const { restores } = changes.environment === undefined ? engine : engine.anotherProcess(changes.environment);
  const wish = engine.wish({ tables: changes.of ?? tables, ...(changes.drill && { drill: true }) });
  const { id } = await restores.request({ ...wish, options: { ...wish.options, ...changes.options } }, shell);
  return await restores.execute(id);
}

/** All that a restoring program does: restores, with a fence too, rollback, undo, leftovers, log lines. */
export async function everythingOfARestore(engine: Engine): Promise<readonly Run[]> {
  const first = await restoreAll(engine);
  const { id } = engine.restores.undo(first.id, alice, 'wrong hour', shell);
  const undone = await engine.restores.execute(id);
  engine.aws.faults.add({ operation: 'DeleteItem', kind: 'error', name: 'ValidationException' });
  // One table is enough for what is the same for each.
  const of = tables.slice(0, 1);
  const rolledBack = await restoreAll(engine, { of });
  const fenced = await restoreAll(engine, {
    of,
    environment: { roleArn, fence: 'writes' },
    options: { fence: 'writes' },
  });
  engine.aws.faults.add({ operation: 'RestoreTableToPointInTime', kind: 'restore-takes', ms: 5 * minute });
  const timedOut = await restoreAll(engine, { of, options: { timeoutMinutes: 1 } });
  await cleanUpLater(engine);
  await tellCloudWatch(engine);
  return [first, undone, rolledBack, fenced, timedOut];
}

async function cleanUpLater({ log, environment, clock }: Engine): Promise<void> {
  const { awsFor, close } = createAws({ maxAttempts: 1 });
  onTestFinished(close);
  await clock.sleep(10 * minute);
  const later = { now: () => clock.now() + day, sleep: clock.sleep };
  await cleanUpLeftovers({ log, awsFor, environments: [environment], clock: later, olderThanMs: day / 2 });
}

export async function tellCloudWatch({ log, db, clock, restores }: Engine): Promise<void> {
  const place = { region, logGroup, logStream: 'pitr-restore', retentionDays: 90 };
  const said: string[] = [];
  const reporter = cloudWatchReporter(
    { log, deliveries: createDeliveries(db), clock, drills: () => restores.drills(), place, process: 'here' },
    { say: (sentence) => said.push(sentence), gauges: 'at-the-end' },
  );
  reporter.start();
  // Twenty seconds outside.
  await reporter.stop(20_000_000);
  if (said.length > 0) throw new Error(said.join('\n'));
}
