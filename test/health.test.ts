import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeHealth } from '../src/health.ts';
import type { Environment } from '../src/restore/environment.ts';
import { UserError } from '../src/restore/errors.ts';
import type { AwsFor, TableDescription } from '../src/restore/ports.ts';
import { startWorld, type World } from '../src/sandbox/world/world.ts';
import { portOf, start } from './cli/program.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const dev = { name: 'dev', tables: [{ label: 'a', table: 'a-dev' }] } as unknown as Environment;
const prod = { name: 'prod', tables: [{ label: 'a', table: 'a' }] } as unknown as Environment;

/** A clock that stands still but for what it is told, and an AWS that answers `reply` and counts how often it is asked. */
function patient(reply: (table: string) => TableDescription | undefined | Promise<TableDescription | undefined>) {
  let now = 0;
  let asked = 0;
  const describeTable = async (table: string) => {
    asked += 1;
    return reply(table);
  };
  const awsFor = (() => ({ tables: { describe: describeTable } })) as unknown as AwsFor;
  const stopping = new AbortController();
  const clock = { now: () => now, sleep: async () => new Promise<void>((resolve) => setTimeout(resolve, 1)) };
  const log = { after: () => [] };
  const health = makeHealth({ log, awsFor, environments: [dev, prod], clock }, stopping.signal);
  const pass = (ms: number) => {
    now += ms;
  };
  return { health, pass, stopping, asked: () => asked };
}

const there = { status: 'ACTIVE' } as TableDescription;

describe('/readyz', () => {
  test('asks AWS at most once a minute while all is well, and again after ten seconds while it is not', async () => {
    const down: string[] = [];
    const { health, pass, asked } = patient(() => {
      if (down.length === 0) return there;
      throw new UserError('CREDENTIALS', 'expired', 'renew');
    });
    expect(await Promise.all([health.obstacles(), health.obstacles()])).toEqual([[], []]);
    pass(59_000);
    expect(await health.obstacles()).toEqual([]);
    expect(asked()).toBe(2);
    down.push('dev, prod');
    pass(1_000);
    expect(await health.obstacles()).toEqual(['dev: CREDENTIALS', 'prod: CREDENTIALS']);
    down.pop();
    pass(9_000);
    expect(await health.obstacles()).toEqual(['dev: CREDENTIALS', 'prod: CREDENTIALS']);
    pass(1_000);
    expect(await health.obstacles()).toEqual([]);
  });

  test('answers soon, whatever AWS does', async () => {
    const { health } = patient(() => new Promise(() => undefined));
    expect(await health.obstacles()).toEqual(['AWS has not answered yet']);
  });

  test('what AWS said once is not repeated for ever when it answers no more', async () => {
    const answers = [there, there];
    const { health, pass } = patient(() => answers.pop() ?? new Promise<undefined>(() => undefined));
    expect(await health.obstacles()).toEqual([]);
    pass(60_000);
    expect(await health.obstacles()).toEqual([]);
    pass(120_000);
    expect(await health.obstacles()).toEqual(['AWS does not answer']);
  });

  test('an environment none of whose tables there are does not count, unless there is no other', async () => {
    expect(await patient((table) => (table === 'a' ? undefined : there)).health.obstacles()).toEqual([]);
    expect(await patient(() => undefined).health.obstacles()).toEqual([
      'dev: TABLE_NOT_FOUND',
      'prod: TABLE_NOT_FOUND',
    ]);
  });

  test('says no from the moment on when the bot is told to stop', async () => {
    const { health, stopping } = patient(() => there);
    expect(await health.obstacles()).toEqual([]);
    stopping.abort();
    expect(await health.obstacles()).toEqual(['stopping']);
    expect(health.troubles()).toEqual([]);
  });
});

test('a state file that cannot be read is a trouble of the process itself', () => {
  const log = {
    after: () => {
      throw new UserError('STORAGE', 'no', '');
    },
  };
  const clock = { now: () => 0, sleep: async () => undefined };
  const awsFor = (() => undefined) as unknown as AwsFor;
  const health = makeHealth({ log, awsFor, environments: [], clock }, new AbortController().signal);
  expect(health.troubles()).toEqual(['state file: STORAGE']);
});

describe('the bot as a process', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ environments: ['dev'], restoreMs: 1_000 });
  });
  afterAll(async () => {
    await world.close();
  });

  test.each(['socket', 'http'] as const)(
    'over %s answers /healthz and /readyz, and ends with 0 on SIGTERM',
    async (mode) => {
      const { SLACK_APP_TOKEN, ...rest } = world.variables;
      const line = mode === 'socket' ? { SLACK_APP_TOKEN } : { SLACK_SIGNING_SECRET: world.slack.signingSecret };
      const folder = temporaryFolder();
      const bot = start(['serve'], folder, { ...rest, ...line, PORT: '0', PITR_DB: join(folder, 'state.sqlite') });
      const at = `http://127.0.0.1:${await portOf(bot)}`;
      const asked = async (path: string) => {
        const reply = await fetch(`${at}${path}`);
        return { status: reply.status, text: await reply.text() };
      };
      expect(await asked('/healthz')).toEqual({ status: 200, text: 'ok\n' });
      // prod is built in and has no tables here: it does not count.
      expect(await asked('/readyz')).toEqual({ status: 200, text: 'ready\n' });
      expect((await asked('/elsewhere')).status).toBe(404);
      bot.child.kill('SIGTERM');
      expect(await bot.exit).toBe(0);
      expect(bot.stdout()).toContain('"msg":"Stopped"');
    },
  );
});
