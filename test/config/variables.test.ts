import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { slackSettings } from '../../src/config/slack-settings.ts';
import type { Config } from '../../src/config.ts';
import { loadConfig } from '../../src/config.ts';
import { UserError } from '../../src/restore/errors.ts';

const home = { HOME: '/home/ana' };

describe('with nothing set', async () => {
  const config = await loadConfig(home);

  test('dev and prod hold the tables of the requirement', () => {
    expect(
      config.environments.map(({ name, tables }) => [name, ...tables.map(({ label, table }) => `${label}=${table}`)]),
    ).toEqual([
      [
        'dev',
        'quotes=quote-lambda-tf-quotes-dev',
        'user-likes=quote-lambda-tf-user-likes-dev',
        'user-views=quote-lambda-tf-user-views-dev',
      ],
      [
        'prod',
        'quotes=quote-lambda-tf-quotes',
        'user-likes=quote-lambda-tf-user-likes',
        'user-views=quote-lambda-tf-user-views',
      ],
    ]);
  });

  test('prod needs a second person and a reason, dev neither', () => {
    expect(environment(config, 'prod')).toMatchObject({ approvals: 1, reasonRequired: true, timeoutMinutes: 30 });
    expect(environment(config, 'dev')).toMatchObject({ approvals: 0, reasonRequired: false, region: 'eu-central-1' });
  });

  test('nothing is locked out, and what a restore overwrites is overwritten also where the application wrote', () => {
    for (const one of config.environments) expect(one).toMatchObject({ fence: 'off', onConflict: 'overwrite' });
  });

  test('the defaults are those of the requirement', () => {
    expect(config.cloudWatch).toEqual({
      region: 'eu-central-1',
      logGroup: '/aws/dynamodb/restore',
      logStream: 'pitr-restore',
      retentionDays: 90,
    });
    expect(config).toMatchObject({ approvalExpiryMs: 8 * 3_600_000, logLevel: 'info', slack: { port: 3000 } });
    expect(config.undoWindowMs).toBe(24 * 3_600_000);
    expect(config.statusFile).toBeUndefined();
    expect(config.warnings).toEqual([]);
  });

  test('the database is in a folder of the user that outlives a reboot', async () => {
    expect(config.databaseFile).toBe('/home/ana/.local/state/pitr-restore/pitr-restore.sqlite');
    expect((await loadConfig({ XDG_STATE_HOME: '/state' })).databaseFile).toBe(
      '/state/pitr-restore/pitr-restore.sqlite',
    );
  });

  test('nothing in it can be changed', () => {
    expect(() => Object.assign(environment(config, 'prod'), { approvals: 0 })).toThrow(TypeError);
  });
});

test('a blank variable counts as not set', async () => {
  expect(
    await loadConfig({ ...home, AWS_REGION: ' ', PITR_ADMINS: '', RESTORE_TIMEOUT_MINUTES: '', PITR_CONFIG: '' }),
  ).toEqual(await loadConfig(home));
});

test('CloudWatch Logs is switched off with a word', async () => {
  expect(await loadConfig({ RESTORE_LOG_GROUP: 'off' })).not.toHaveProperty('cloudWatch');
});

test('people and channels of the built-in environments come from lists', async () => {
  const config = await loadConfig({
    ...home,
    PITR_ADMINS: 'U01ALICE, W03CAROL',
    PITR_APPROVERS: 'U02BOB',
    PITR_CHANNELS: 'C01OPS',
  });
  for (const name of ['dev', 'prod']) {
    expect(environment(config, name)).toMatchObject({
      admins: ['U01ALICE', 'W03CAROL'],
      approvers: ['U02BOB'],
      channels: ['C01OPS'],
    });
  }
});

describe('the table variables', async () => {
  const config = await loadConfig({ ...home, DYNAMODB_TABLE: 'our-quotes' });

  test('are exact names in both environments', () => {
    expect(environment(config, 'dev').tables[0]?.table).toBe('our-quotes');
    expect(environment(config, 'prod').tables[0]?.table).toBe('our-quotes');
    expect(environment(config, 'dev').tables[1]?.table).toBe('quote-lambda-tf-user-likes-dev');
  });

  test('never open a way to production’s tables without a second person', () => {
    expect(environment(config, 'dev')).toMatchObject({ approvals: 1, reasonRequired: true });
  });
});

test('PITR_DB goes before its older name', async () => {
  expect((await loadConfig({ ...home, RESTORE_LOCK_FILE: '/tmp/old.sqlite' })).databaseFile).toBe('/tmp/old.sqlite');
  expect(
    (await loadConfig({ ...home, RESTORE_LOCK_FILE: '/tmp/old.sqlite', PITR_DB: '~/new.sqlite' })).databaseFile,
  ).toBe('/home/ana/new.sqlite');
});

test.for([
  [{ AWS_REGION: 'Frankfurt' }, 'AWS_REGION: "Frankfurt" is not an AWS region. Write its code, such as eu-central-1.'],
  [{ RESTORE_TIMEOUT_MINUTES: '45m' }, 'RESTORE_TIMEOUT_MINUTES: "45m" is not a timeout.'],
  [{ RESTORE_TIMEOUT_MINUTES: '0' }, 'RESTORE_TIMEOUT_MINUTES: 0 is not a timeout.'],
  [{ RESTORE_TIMEOUT_MINUTES: 'Infinity' }, 'RESTORE_TIMEOUT_MINUTES:'],
  [{ PITR_ADMINS: 'U01ALICE,@bob' }, 'PITR_ADMINS[1]: "@bob" is not a Slack user id.'],
  [{ PITR_ADMINS: 'U01ALICE,U01ALICE' }, 'PITR_ADMINS[1]: "U01ALICE" is listed twice.'],
  [{ PITR_CHANNELS: '#ops' }, 'PITR_CHANNELS[0]: "#ops" is not a Slack channel id.'],
  [{ DYNAMODB_TABLE: 'arn:aws:dynamodb:…' }, 'DYNAMODB_TABLE: "arn:aws:dynamodb:…" is not a DynamoDB table name'],
  [
    { DYNAMODB_TABLE: 'x12', DYNAMODB_USER_LIKES_TABLE: 'x12' },
    'dev.tables.user-likes: x12 is already dev.tables.quotes.',
  ],
  [{ PITR_APPROVAL_HOURS: '900' }, 'PITR_APPROVAL_HOURS: 900 is not how long a request may wait.'],
  [
    { PITR_UNDO_HOURS: '0' },
    'PITR_UNDO_HOURS: 0 is not how long a restore can be undone. Write a number of hours from 1',
  ],
  [{ PITR_COMPARE_MEMORY_MB: '8' }, 'PITR_COMPARE_MEMORY_MB: 8 is not an amount of memory.'],
  [{ PITR_UNDO_HOURS: '841' }, 'PITR_UNDO_HOURS: 841 is not how long a restore can be undone.'],
  [{ PITR_UNDO_HOURS: 'a day' }, 'PITR_UNDO_HOURS: "a day" is not how long a restore can be undone.'],
  [{ RESTORE_LOG_GROUP: 'a b' }, 'RESTORE_LOG_GROUP: "a b" is not a CloudWatch log group'],
  [{ RESTORE_LOG_STREAM: 'a:b' }, 'RESTORE_LOG_STREAM: "a:b" is not a CloudWatch log stream'],
  [{ RESTORE_LOG_RETENTION_DAYS: '91' }, 'RESTORE_LOG_RETENTION_DAYS: 91 is not how long CloudWatch Logs can keep'],
  [{ LOG_LEVEL: 'verbose' }, 'LOG_LEVEL: "verbose" is not a level. Write trace, debug, info'],
  [{ PORT: '70000' }, 'PORT: 70000 is not a port.'],
  [{ PORT: '80.5' }, 'PORT: 80.5 is not a port.'],
  [{ SLACK_API_URL: 'localhost:8080' }, 'SLACK_API_URL: "localhost:8080" is not an http(s) address.'],
  [{ PITR_ADMINS: 'U01ALICE', PITR_APPROVERS: 'U01ALICE' }, 'PITR_APPROVERS: Nobody could ever approve this in prod'],
] as const)('%o is refused', async ([variables, sentence]) => {
  expect((await refusal(variables)).message).toContain(sentence);
});

test('all wrong variables are named at once', async () => {
  const { message, hint } = await refusal({ AWS_REGION: '?', PORT: 'x', PITR_ADMINS: 'a,b', LOG_LEVEL: 'loud' });
  expect(message).toMatch(/^The configuration has 5 mistakes:\n/);
  for (const path of ['AWS_REGION', 'PORT', 'PITR_ADMINS[0]', 'PITR_ADMINS[1]', 'LOG_LEVEL']) {
    expect(message).toContain(`  - ${path}: `);
  }
  expect(hint).toContain('Nothing was started.');
});

describe('what works but is hardly meant is a warning', () => {
  test.for([
    [{ PITR_ADMINS: 'U01ALICE' }, 'prod: nobody can approve a restore in Slack yet. Set PITR_APPROVERS.'],
    [{ PITR_ADMINS: 'U01ALICE,U02BOB', PITR_APPROVERS: 'U02BOB' }, 'prod: a request of U02BOB can never be approved'],
    [
      { PITR_ADMIN: 'U01ALICE' },
      'PITR_ADMIN is not a variable of pitr-restore and is ignored. Did you mean PITR_ADMINS?',
    ],
  ] as const)('%o', async ([variables, sentence]) => {
    expect((await loadConfig({ ...home, ...variables })).warnings.join('\n')).toContain(sentence);
  });

  test('but not what a container platform sets by itself', async () => {
    expect(
      (await loadConfig({ ...home, PITR_RESTORE_SERVICE_HOST: '10.0.0.1', PITR_RESTORE_PORT: 'tcp://10.0.0.1' }))
        .warnings,
    ).toEqual([]);
  });
});

describe('secrets', () => {
  const token = 'xoxb-123-very-secret';

  test('do not show when a configuration is printed, serialised or pasted into text', async () => {
    const config = await loadConfig({ ...home, SLACK_BOT_TOKEN: token, PITR_JOURNAL_KEY: 'ab'.repeat(32) });
    const printed = `${inspect(config, { depth: 9, showHidden: true })} ${JSON.stringify(config)} ${config.slack.botToken} ${config.journalKey}`;
    expect(printed).toContain('[secret]');
    expect(printed).not.toContain('very-secret');
    expect(printed).not.toContain('abab');
  });

  test('do not show in a refusal', async () => {
    expect((await refusal({ PITR_JOURNAL_KEY: 'my-secret-word' })).message).not.toContain('my-secret-word');
    expect((await slackRefusal({ SLACK_BOT_TOKEN: 'my-secret-word', SLACK_APP_TOKEN: token })).message).not.toMatch(
      /my-secret|very-secret/,
    );
  });
});

describe('Slack is checked for the bot only', () => {
  test('and everything that is missing is named with where to get it', async () => {
    expect(await slackRefusal({})).toMatchObject({ code: 'BAD_CONFIGURATION' });
    expect((await slackRefusal({})).message).toContain('SLACK_BOT_TOKEN is not set. It starts with xoxb-');
    expect((await slackRefusal({})).message).toContain('Neither SLACK_APP_TOKEN');
  });

  test('swapped tokens are noticed', async () => {
    const { message } = await slackRefusal({ SLACK_BOT_TOKEN: 'xapp-1', SLACK_APP_TOKEN: 'xoxb-1' });
    expect(message).toContain('SLACK_BOT_TOKEN does not start with xoxb-');
    expect(message).toContain('SLACK_APP_TOKEN does not start with xapp-');
  });

  test('an app token means Socket Mode', async () => {
    const settings = slackSettings(
      await loadConfig({ ...home, SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_SIGNING_SECRET: 's' }),
    );
    expect(settings.connection.kind).toBe('socket');
    expect(settings.botToken.reveal()).toBe('xoxb-1');
  });

  test('a signing secret without one means HTTP', async () => {
    const settings = slackSettings(
      await loadConfig({
        ...home,
        SLACK_BOT_TOKEN: 'xoxb-1',
        SLACK_SIGNING_SECRET: 's',
        PORT: '0',
        SLACK_API_URL: 'http://127.0.0.1:1/api/',
      }),
    );
    expect(settings.connection).toMatchObject({ kind: 'http', port: 0 });
    expect(settings.apiUrl).toBe('http://127.0.0.1:1/api/');
  });
});

describe('.env.example', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const lines = [...text.matchAll(/^(# )?([A-Z_]+)=(.*)$/gm)].map(([, off, name, value]) => ({
    on: off === undefined,
    name,
    value,
  }));
  /** Read by the AWS SDK, not by us. */
  const sdkVariables = [
    'AWS_PROFILE',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_DYNAMODB',
    'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS',
  ];
  /** Set by the system, not by people. */
  const systemVariables = ['HOME', 'XDG_STATE_HOME'];

  test('has every variable that is read, and no other', async () => {
    const read = new Set<string>();
    const recording = new Proxy<NodeJS.ProcessEnv>(
      {},
      {
        get(_, name) {
          read.add(String(name));
          return undefined;
        },
      },
    );
    await loadConfig(recording);
    const expected = [...[...read].filter((name) => !systemVariables.includes(name)), ...sdkVariables];
    expect(new Set(lines.map(({ name }) => name))).toEqual(new Set(expected));
    expect(lines).toHaveLength(expected.length);
  });

  test('is, copied as it is, the same as nothing at all', async () => {
    const copied = Object.fromEntries(lines.filter(({ on }) => on).map(({ name, value }) => [name, value]));
    expect(Object.keys(copied).length).toBeGreaterThan(5);
    expect(await loadConfig({ ...home, ...copied })).toEqual(await loadConfig(home));
  });
});

function environment(config: Config, name: string) {
  const found = config.environments.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

async function refusal(variables: NodeJS.ProcessEnv): Promise<UserError> {
  return await refused(() => loadConfig({ ...home, ...variables }));
}

async function slackRefusal(variables: NodeJS.ProcessEnv): Promise<UserError> {
  const config = await loadConfig({ ...home, ...variables });
  return await refused(async () => slackSettings(config));
}

async function refused(act: () => Promise<unknown>): Promise<UserError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
