import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { startSlack } from '../src/sandbox/slack/server.ts';
import { commandName } from '../src/slack/command.ts';

const text = (min: number, max: number) => ({ type: 'string', minLength: min, maxLength: max });
const flag = { type: 'boolean' };
const object = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const url = { type: 'string', pattern: '^https://' };

/** What Slack's manifest schema says about the fields we use (slackapi/manifest-schema, schemas/manifest.schema.1.0.0.json). */
const schema = object(
  {
    _metadata: object({ major_version: { const: 1 } }),
    display_information: object(
      {
        name: text(1, 35),
        description: text(1, 140),
        long_description: text(175, 4000),
        background_color: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$' },
      },
      ['name'],
    ),
    features: object({
      app_home: object({
        home_tab_enabled: flag,
        messages_tab_enabled: flag,
        messages_tab_read_only_enabled: flag,
      }),
      bot_user: object({ display_name: text(1, 80), always_online: flag }, ['display_name']),
      slash_commands: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        items: object(
          {
            command: { type: 'string', pattern: '^/[^\\s/]{1,31}$' },
            description: text(1, 2000),
            usage_hint: text(1, 1000),
            should_escape: flag,
            url,
          },
          ['command', 'description'],
        ),
      },
    }),
    oauth_config: object({
      scopes: object({ bot: { type: 'array', items: text(1, 50), uniqueItems: true, maxItems: 255 } }),
    }),
    settings: object({
      event_subscriptions: object({
        request_url: url,
        bot_events: { type: 'array', items: text(1, 100), uniqueItems: true, maxItems: 100 },
      }),
      interactivity: object({ is_enabled: flag, request_url: url }, ['is_enabled']),
      org_deploy_enabled: flag,
      socket_mode_enabled: flag,
      token_rotation_enabled: flag,
    }),
  },
  ['display_information', 'features', 'oauth_config', 'settings'],
);

/** Which bot scopes each method of the Web API needs (docs.slack.dev/reference/methods); IM scopes are not asked for. */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'chat.getPermalink': [],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.members': ['channels:read', 'groups:read'],
  'conversations.replies': ['channels:history', 'groups:history'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};

const manifest = parse(readFileSync('manifest.yml', 'utf8'));
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

function sourceOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

test('the manifest is one that Slack takes', () => {
  validate(manifest);
  expect(validate.errors).toBeNull();
});

test.for([
  ['a field Slack does not know', { ...manifest, feature: {} }],
  ['a name that is too long', { ...manifest, display_information: { name: 'x'.repeat(36) } }],
] as const)('the check sees %s', ([, wrong]) => {
  expect(validate(wrong)).toBe(false);
});

test('it asks for exactly the scopes that the code uses', () => {
  const called = [...sourceOf('src/slack').matchAll(/client\s*\.(\w+(?:\s*\.\w+)?)\s*\.(\w+)\(/g)].map(
    ([, area, name]) => `${area}.${name}`,
  );
  expect(new Set(called)).toEqual(new Set(Object.keys(scopesOf)));
  const needed = new Set(['commands', ...Object.values(scopesOf).flat()]);
  expect(new Set(manifest.oauth_config.scopes.bot)).toEqual(needed);
});

test('the sandbox grants exactly these, so what works there is allowed by Slack', async () => {
  const slack = await startSlack();
  onTestFinished(() => slack.close());
  const headers = { authorization: `Bearer ${slack.botToken}` };
  const response = await fetch(`${slack.apiUrl}auth.test`, { method: 'POST', headers });
  const granted = response.headers.get('x-oauth-scopes')?.split(',');
  expect(new Set(granted)).toEqual(new Set(manifest.oauth_config.scopes.bot));
});

test('the events it subscribes to are those the code listens to', () => {
  const heard = [...sourceOf('src/slack').matchAll(/app\.event\('(\w+)'/g)].map(([, name]) => name);
  expect(heard).not.toEqual([]);
  expect(manifest.settings.event_subscriptions.bot_events).toEqual(heard);
  expect(manifest.features.app_home.home_tab_enabled).toBe(true);
});

test('it is for Socket Mode, with the command and the interactivity that the bot listens to', () => {
  expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
  expect(manifest.features.slash_commands.map((each: { command: string }) => each.command)).toEqual([commandName]);
});
