import { join } from 'node:path';
import { CloudWatchLogsClient, DescribeLogGroupsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { onTestFinished } from 'vitest';
import type { CloudWatchOptions } from '../../src/cloudwatch/reporter.ts';
import { cloudWatchReporter } from '../../src/cloudwatch/reporter.ts';
import type { DrillRecord } from '../../src/restore/drills.ts';
import type { RunEvent, RunId } from '../../src/restore/events.ts';
import type { Clock } from '../../src/restore/ports.ts';
import type { SandboxAws } from '../../src/sandbox/dynamodb/server.ts';
import { startDynamoDb } from '../../src/sandbox/dynamodb/server.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createDeliveries } from '../../src/sqlite/deliveries.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { fastClock } from '../support/fast-clock.ts';
import { requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const noon = Date.parse('2026-11-22T12:00:00Z');
export const place = {
  region: 'eu-central-1',
  logGroup: '/aws/dynamodb/restore',
  logStream: 'pitr-restore',
  retentionDays: 90,
};
/** Enough to deliver everything, on a clock that runs a hundred times as fast as outside. */
export const plenty = 1_000_000;
const names = { logGroupName: place.logGroup, logStreamName: place.logStream };

// Loaded when it is first used, and that is not what is measured here.
await import('../../src/cloudwatch/log-stream.ts');

/** The real reporter with the official SDK on the sandbox's CloudWatch Logs, and a real event log on disk. */
export async function startStory(settings: { readonly clock?: Clock; readonly logs?: SandboxAws } = {}) {
  const clock = settings.clock ?? fastClock(noon, 100);
  const aws = settings.logs ?? (await startDynamoDb({ clock: clock.now }));
  const file = join(temporaryFolder(), 'state.sqlite');
  const client = new CloudWatchLogsClient({
    endpoint: aws.url,
    region: place.region,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  useSandbox(aws.url);
  onTestFinished(async () => {
    client.destroy();
    if (settings.logs === undefined) await aws.close();
  });
  let number = 0;

  /** One process on the file. */
  function startProcess(
    changes: Partial<CloudWatchOptions> & { readonly drills?: readonly DrillRecord[]; readonly deaf?: true } = {},
  ) {
    const db = openDatabase(file);
    const log = new SqliteEventLog(db, clock.now);
    const deliveries = createDeliveries(db);
    const said: string[] = [];
    number += 1;
    const drills = () => changes.drills ?? [];
    const reporter = cloudWatchReporter(
      { log, deliveries, clock, drills, place, process: `process ${number}` },
      { say: (sentence) => said.push(sentence), gauges: changes.gauges ?? 'at-the-end' },
    );
    if (!changes.deaf) reporter.start();
    onTestFinished(async () => {
      await reporter.stop(100);
      db.close();
    });
    return {
      log,
      deliveries,
      said,
      reporter,
      begin: (...events: readonly RunEvent[]): RunId => {
        const runId = log.begin(clock.now(), requested({ approvalsNeeded: 0 }));
        for (const event of events) log.decide(runId, () => [event]);
        return runId;
      },
      record: (runId: RunId, ...events: readonly RunEvent[]) => {
        for (const event of events) log.decide(runId, () => [event]);
      },
    };
  }

  const lines = async (): Promise<readonly Record<string, unknown>[]> => {
    const { events = [] } = await client.send(new GetLogEventsCommand({ ...names, startFromHead: true }));
    return events.map(({ message = '' }) => JSON.parse(message));
  };
  return {
    aws,
    clock,
    client,
    startProcess,
    lines,
    /** The events' lines that arrived, in the order of the stream. */
    events: async () => (await lines()).filter(({ event }) => event !== 'gauges').map(({ event }) => event),
    group: async () => {
      const { logGroups = [] } = await client.send(
        new DescribeLogGroupsCommand({ logGroupNamePrefix: place.logGroup }),
      );
      return logGroups[0];
    },
  };
}

/** Looks again and again, until what was looked for is there. */
export async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error('It did not happen in a minute');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The SDK finds endpoint and credentials where every user's are found: in the environment. */
function useSandbox(url: string): void {
  const variables = { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  Object.assign(process.env, variables);
  onTestFinished(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}
