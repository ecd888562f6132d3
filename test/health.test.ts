import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeHealth } from '../src/health.ts';
import type { Environment } from '../src/restore/environment.ts';
import { UserError } from '../src/restore/errors.ts';
import type { AwsFor, TableDescription } from '../src/restore/ports.ts';
import { startWorld, type World } from '../src/sandbox/world/world.ts';
import { portOf, start } from './cli/program.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const dev = { name: 'dev', tables: [{ label: 'a', table: 'a-dev' }] } as unknown as Environment;
const prod = { name: 'prod', tables: [{ label: 'a', table: 'a' }] } as unknown as Environment;

const idle = { livingHolder: () => undefined };

/** A clock that stands still but for what it is told, and an AWS that answers `reply` and counts how often it is asked. */
function patient(
  reply: (table: string) => TableDescription | undefined | Promise<TableDescription | undefined>,
  askSlack = async (): Promise<readonly string[]> => [],
) {
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
  const environments = [dev, prod];
  const health = makeHealth({ log, restores: idle, awsFor, environments, clock, askSlack }, stopping.signal);
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

  test('asks Slack about the token once a minute too, and says what it answered', async () => {
    const answers = [['Slack: token_revoked'], []];
    let asked = 0;
    const { health, pass } = patient(
      () => there,
      async () => {
        asked += 1;
        return answers.pop() ?? [];
      },
    );
    expect(await health.obstacles()).toEqual([]);
    pass(59_000);
    expect(await health.obstacles()).toEqual([]);
    pass(1_000);
    // /healthz does not wait for an answer: it says what is known, and asks.
    expect(health.offline()).toEqual([]);
    await expect.poll(() => health.offline()).toEqual(['Slack: token_revoked']);
    expect(await health.obstacles()).toEqual(['Slack: token_revoked']);
    expect(asked).toBe(2);
    pass(10_000);
    expect(await health.obstacles()).toEqual([]);
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
  const askSlack = async () => [];
  const parts = { log, restores: idle, awsFor, environments: [], clock, askSlack };
  const health = makeHealth(parts, new AbortController().signal);
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
      const { bot, asked } = await startBot(mode, 'Connected to Slack');
      expect(await asked('/healthz')).toEqual({ status: 200, text: 'ok\n' });
      // prod is built in and has no tables here: it does not count.
      expect(await asked('/readyz')).toEqual({ status: 200, text: 'ready\n' });
      expect((await asked('/elsewhere')).status).toBe(404);
      bot.child.kill('SIGTERM');
      expect(await bot.exit).toBe(0);
      expect(bot.stdout()).toContain('"msg":"Stopped"');
    },
  );

  test.each(['socket', 'http'] as const)('over %s both tell of a token that was revoked', async (mode) => {
    const { asked } = await startBot(mode, 'Connected to Slack');
    world.slack.faults.revokeToken();
    expect(await asked('/readyz')).toEqual({ status: 503, text: 'Slack: token_revoked\n' });
    expect(await asked('/healthz')).toEqual({ status: 503, text: 'Slack: token_revoked\n' });
  });

  test.each(['socket', 'http'] as const)(
    'over %s a Slack that is away is no reason to end a bot that is needed, nor one that has just started',
    async (mode) => {
      world.slack.faults.down();
      const { asked, folder, variables } = await startBot(mode, 'Listening');
      const away = ['not connected to Slack', 'Slack cannot be reached', ''].join('\n');
      await expect.poll(() => asked('/healthz')).toEqual({ status: 503, text: away });
      const held = world.aws.hold('RestoreTableToPointInTime');
      onTestFinished(() => held.release());
      const shell = start(['--restore-point', 'latest', '--environment', 'dev'], folder, variables);
      await expect.poll(() => asked('/healthz')).toEqual({ status: 200, text: `ok: a restore is under way\n${away}` });
      shell.child.kill('SIGKILL');
      await shell.exit;
      await expect.poll(() => asked('/healthz')).toEqual({ status: 503, text: away });
    },
  );

  async function startBot(mode: 'socket' | 'http', until: 'Listening' | 'Connected to Slack') {
    onTestFinished(() => world.slack.faults.clear());
    const { SLACK_APP_TOKEN, ...rest } = world.variables;
    const line = mode === 'socket' ? { SLACK_APP_TOKEN } : { SLACK_SIGNING_SECRET: world.slack.signingSecret };
    const folder = temporaryFolder();
    const variables = { ...rest, ...line, PORT: '0', PITR_DB: join(folder, 'state.sqlite') };
    const bot = start(['serve'], folder, variables);
    const at = `http://127.0.0.1:${await portOf(bot, until)}`;
    const asked = async (path: string) => {
      const reply = await fetch(`${at}${path}`);
      return { status: reply.status, text: await reply.text() };
    };
    return { bot, folder, variables, asked };
  }
});
