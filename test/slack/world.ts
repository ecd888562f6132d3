import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createProgressBoard } from '../../src/progress-board.ts';
import type { Environment } from '../../src/restore/environment.ts';
import type { RunEvent, RunId } from '../../src/restore/events.ts';
import { makeRestores } from '../../src/restore/make-restores.ts';
import type { Aws, Clock, Lock, RecoveryWindow } from '../../src/restore/ports.ts';
import type { Restores } from '../../src/restore/restores.ts';
import { systemClock as slackClock } from '../../src/sandbox/slack/clock.ts';
import type { SandboxSlack, SlackOptions } from '../../src/sandbox/slack/server.ts';
import { startSlack } from '../../src/sandbox/slack/server.ts';
import { createSlackBot, type SlackBot, type SlackSettings } from '../../src/slack/bot.ts';
import type { Logger } from '../../src/slack/logging.ts';
import { openDatabase, type SqliteFile } from '../../src/sqlite/database.ts';
import { createDeliveries } from '../../src/sqlite/deliveries.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { createLock } from '../../src/sqlite/lock.ts';
import { thisProcess } from '../../src/sqlite/this-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export const now = Date.parse('2026-11-22T12:00:00Z');
export const minute = 60_000;
const journalKey = Buffer.alloc(32, 7);

export const dev: Environment = {
  name: 'dev',
  region: 'eu-central-1',
  tables: [
    { label: 'quotes', table: 'shop-quotes-dev' },
    { label: 'user-likes', table: 'shop-user-likes-dev' },
  ],
  admins: ['U0ALICE'],
  approvers: [],
  approvals: 0,
  channels: [],
  planConfirmation: 'when-counts-differ',
  reasonRequired: false,
  timeoutMinutes: 30,
  onConflict: 'overwrite',
  fence: 'off',
};

export const prod: Environment = {
  ...dev,
  name: 'prod',
  tables: [
    { label: 'quotes', table: 'shop-quotes' },
    { label: 'user-likes', table: 'shop-user-likes' },
  ],
  admins: ['U0ALICE', 'U0CAROL'],
  approvers: ['U0ALICE', 'U0BOB', 'U0DAVE'],
  approvals: 1,
  channels: ['C0OPS'],
  reasonRequired: true,
};

type LogLine = {
  readonly level: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
};

/** A clock that begins at noon and runs `factor` times as fast as outside: three seconds between edits are 150 ms. */
export function noonClock(factor = 20): Clock {
  const begun = performance.now();
  return {
    now: () => Math.floor(now + (performance.now() - begun) * factor),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}

/** A clock that can be moved on: whoever sleeps longer than that is woken. */
export function movableClock(): Clock & { moveOn(ms: number): void } {
  const clock = noonClock();
  let ahead = 0;
  const current = () => clock.now() + ahead;
  return {
    now: current,
    async sleep(ms, signal) {
      const until = current() + ms;
      while (current() < until) await clock.sleep(Math.min(200, until - current()), signal);
    },
    moveOn(ms) {
      ahead += ms;
    },
  };
}

type WorldOptions = {
  readonly slack?: SlackOptions;
  readonly mode?: 'socket' | 'http';
  readonly settings?: Partial<SlackSettings>;
  readonly environments?: readonly Environment[];
  readonly clock?: Clock;
  readonly aws?: Partial<Aws['tables']>;
};

/** The real bot on the sandbox's Slack, with the real core on a real SQLite file; only AWS is told in three lines. */
export async function startWorld(options: WorldOptions = {}) {
  // Signatures carry the real time, and Bolt checks them by it.
  const clock = options.clock ?? (options.mode === 'http' ? systemClock : noonClock());
  const slack = await startSlack({
    ...options.slack,
    clock: { now: clock.now, after: slackClock.after },
    // A minute outside.
    triggerLifetime: 20 * minute,
    users: [{ id: 'U0DAVE', name: 'dave', tz: 'UTC' }, { id: 'U0EVE', name: 'eve' }, ...(options.slack?.users ?? [])],
  });
  const logged: LogLine[] = [];
  const folder = temporaryFolder();
  const environments = options.environments ?? [dev, prod];
  const bots: SlackBot[] = [];
  onTestFinished(async () => {
    slack.faults.clear();
    slack.faults.up();
    for (const bot of bots) await Promise.all([bot.reporter.stop(500), bot.stop(500)]);
    await slack.close();
  });

  /** One process: another one on the same file is a restart. */
  async function startProcess(
    changes: { readonly watch?: (approved: RunId) => void; readonly environments?: readonly Environment[] } = {},
  ) {
    const db = openDatabase(join(folder, 'state.sqlite'));
    const log = new SqliteEventLog(db, clock.now);
    const deliveries = createDeliveries(db);
    const progress = createProgressBoard(clock.now);
    const approved: RunId[] = [];
    const lock = createLock(db, clock.now, thisProcess());
    const begun = options.mode === 'http' ? Date.now() : now;
    const restores = restoresOn({ db, log, lock, clock }, changes.environments ?? environments, begun, options.aws);
    const bot = await createSlackBot({
      settings: settingsFor(slack, options),
      restores,
      log,
      deliveries,
      progress,
      clock,
      logger: loggerInto(logged),
      onApproved: (runId) => {
        approved.push(runId);
        changes.watch?.(runId);
      },
    });
    bots.push(bot);
    bot.reporter.start();
    const { port } = await bot.start();
    if (options.mode === 'http') slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
    onTestFinished(() => {
      db.close();
    });
    const record = (runId: RunId, ...events: readonly RunEvent[]) => {
      log.decide(runId, () => events);
    };
    /** As if the run had written this many items to a table. */
    const wrote = (runId: RunId, label: string, items: number) => {
      const journal = createJournal(db, journalKey);
      const ids = Array.from({ length: items }, (_, index) => ({ id: { S: String(index) } }));
      journal.add(
        runId,
        label,
        ids.map((after) => ({ before: undefined, after })),
        'written',
      );
    };
    /** As if this process carried it out, until the function that comes back is called. */
    const holdLock = (runId: RunId) => {
      const taken = lock.take(runId);
      if (!taken.taken) throw new Error('Somebody has the lock');
      return () => lock.release(taken.holder.fencing);
    };
    return { bot, port, log, deliveries, progress, restores, approved, record, wrote, holdLock };
  }

  return { slack, clock, logged, startProcess, ...(await startProcess()) };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

function settingsFor(slack: SandboxSlack, { mode = 'socket', settings }: WorldOptions): SlackSettings {
  const line = mode === 'socket' ? { appToken: slack.appToken } : { signingSecret: slack.signingSecret };
  return { botToken: slack.botToken, port: 0, apiUrl: slack.apiUrl, ...line, ...settings };
}

function restoresOn(
  {
    db,
    ...parts
  }: { readonly db: SqliteFile; readonly log: SqliteEventLog; readonly lock: Lock; readonly clock: Clock },
  environments: readonly Environment[],
  begun: number,
  tables: Partial<Aws['tables']> = {},
): Restores {
  const window: RecoveryWindow = { enabled: true, earliest: begun - 20 * 24 * 60 * minute, latest: begun - 5 * minute };
  const aws = {
    tables: {
      describe: async (table: string) => ({
        table,
        arn: `arn:aws:dynamodb:eu-central-1:123456789012:table/${table}`,
        status: 'ACTIVE',
        keySchema: { partition: 'id' },
        keyTypes: { partition: 'S' },
        approximateItems: 1234,
        approximateBytes: 4_200_000,
        onDemand: true,
        streamEnabled: table === 'shop-quotes',
        replicaRegions: [],
      }),
      recoveryWindow: async () => window,
      timeToLive: async () => undefined,
      ...tables,
    },
    items: { scan: async function* () {} },
  } as unknown as Aws;
  // Nothing here carries out a run: tests write down what happens to it.
  const unused = {} as never;
  return makeRestores({
    environments,
    ...parts,
    awsFor: () => aws,
    journal: createJournal(db, journalKey),
    comparer: unused,
    progress: createProgressBoard(),
    pace: unused,
    undoWindowMs: 24 * 60 * minute,
    approvalExpiryMs: 8 * 60 * minute,
    onBug: () => undefined,
  });
}

function loggerInto(lines: LogLine[]): Logger {
  const at = (level: string) => (details: object, message: string) => {
    lines.push({ level, details: { ...details }, message });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
