/** Whatever is typed, and whatever a payload holds: no crash, and an answer. In one process, without a network. */
import { App, type Receiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProgressBoard } from '../../src/progress-board.ts';
import { listenTo } from '../../src/slack/listeners.ts';
import { makeListening } from '../../src/slack/listening.ts';
import { boltLogger } from '../../src/slack/logging.ts';
import { askSlack } from '../../src/slack/people.ts';
import { askUserGroups } from '../../src/slack/user-groups.ts';
import { writeWanted } from '../../src/slack/views/wanted.ts';
import { now, startWorld, type World } from './world.ts';

type Json = { readonly [key: string]: unknown };

/** The real App and the real listeners over a Slack that says yes to everything, and counts. */
async function startListeners() {
  const world = await startWorld();
  const calls: string[] = [];
  const bugs: unknown[] = [];
  const fetch = async (url: string | URL | Request) => {
    const method = String(url instanceof Request ? url.url : url).replace(/^.*\//, '');
    calls.push(method);
    return Response.json({ ok: true, ...answers[method] });
  };
  const clientOptions = { fetch, slackApiUrl: 'http://slack.invalid/api/', retryConfig: { retries: 0 } };
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (details: object) => bugs.push(details),
  };
  const client = new WebClient('xoxb-1', { ...clientOptions, logger: boltLogger(logger) });
  const app = new App({
    receiver: silent,
    authorize: async () => ({ botToken: 'xoxb-1' }),
    clientOptions,
    logger: boltLogger({ ...logger, error: () => undefined }),
    convoStore: false,
    ignoreSelf: false,
  });
  const desk = {
    restores: world.restores,
    people: askSlack(client, askUserGroups(client, world.clock, logger)),
    client,
    progress: createProgressBoard(),
    clock: world.clock,
    logger,
    home: () => ({ teamId: 'T0SANDBOX' }),
    onApproved: () => undefined,
  };
  const listening = makeListening({ clock: world.clock, logger });
  listenTo(app, desk, listening);
  /** What came back: acknowledgements with their bodies, and calls of the Web API made meanwhile. */
  async function send(body: Json) {
    const acks: unknown[] = [];
    const before = calls.length;
    const ack = async (response?: unknown) => void acks.push(response);
    const failure = await app.processEvent({ body, ack }).then(
      () => undefined,
      (error: unknown) => error,
    );
    return { acks, called: calls.slice(before), failure };
  }
  return { send, bugs, world };
}

const silent: Receiver = { init: () => undefined, start: async () => undefined, stop: async () => undefined };

const answers: Readonly<Record<string, object>> = {
  'users.info': { user: { id: 'U0ALICE', team_id: 'T0SANDBOX', tz: 'Europe/Berlin' } },
  'conversations.info': { channel: { id: 'C0OPS', is_member: true } },
  'views.open': { view: { id: 'V1', hash: 'h1' } },
};

const command = {
  token: 'x',
  command: '/pitr-restore',
  team_id: 'T0SANDBOX',
  channel_id: 'C0OPS',
  user_id: 'U0ALICE',
  trigger_id: '1.1',
  response_url: 'http://slack.invalid/respond',
};

test('10,000 command texts: each is acknowledged once, and each gets an answer', async () => {
  const { send, bugs } = await startListeners();
  const word = fc.constantFrom(
    ...[
      'dev',
      'prod',
      'status',
      'history',
      'list',
      'cancel',
      'undo',
      'speed',
      'pause',
      'drill',
      'help',
      'yesterday',
      '9am',
      '3 days ago',
      'now',
    ],
    ...['--tables', '--tables=quotes', '--dry-run', '--timezone', 'Europe/Berlin', '2026-11-21T08:00:00Z', '—', '""'],
    ...['restore-2026-11-22T12-00-00Z', '<!channel>', '99999999999999999999', '\u0000', '𝕏', '‮'],
  );
  const text = fc.oneof(
    { weight: 3, arbitrary: fc.array(fc.oneof(word, fc.string()), { maxLength: 8 }).map((words) => words.join(' ')) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 1000 }) },
  );
  await fc.assert(
    fc.asyncProperty(text, async (typed) => {
      const { acks, called, failure } = await send({ ...command, text: typed });
      expect(failure).toBeUndefined();
      expect(acks).toHaveLength(1);
      expect(acks[0] !== undefined || called.includes('views.open') || called.includes('respond')).toBe(true);
    }),
    { numRuns: 10_000, endOnFailure: true },
  );
  expect(bugs).toEqual([]);
});

function payloads(button: string): readonly Json[] {
  const from = {
    team: { id: 'T0SANDBOX', domain: 'sandbox' },
    user: { id: 'U0ALICE', team_id: 'T0SANDBOX' },
    trigger_id: '1.1',
  };
  const clicks = [
    'approve',
    'deny',
    'withdraw',
    'proceed',
    'stop',
    'cancel',
    'undo',
    'newer',
    'older',
    'home_restore',
    'options',
    'tables',
  ];
  const views = ['choose', 'when', 'confirm', 'deny_reason', 'undo_confirm', 'approve_name'];
  const wanted = {
    environment: 'prod',
    tables: [],
    words: '9am',
    at: now - 3_600_000,
    dryRun: false,
    drill: false,
    channelId: 'C0OPS',
  };
  const values = {
    a: { pitr_environment: { selected_option: { value: 'dev' } }, pitr_name: { value: 'prod' } },
    b: { pitr_instant: { selected_date_time: Math.floor(now / 1000) - 3600 }, pitr_words: { value: 'yesterday 9am' } },
    c: { pitr_reason: { value: 'a reason' }, pitr_channel: { selected_conversation: 'C0OPS' }, pitr_candidate: {} },
  };
  const metadata = [writeWanted(wanted), button, JSON.stringify({ runId: button.split(' ')[0], channelId: 'C0OPS' })];
  return [
    ...clicks.map((name) => ({
      ...from,
      type: 'block_actions',
      response_url: 'http://slack.invalid/respond',
      channel: { id: 'C0OPS' },
      container: { type: 'message', channel_id: 'C0OPS' },
      view: { id: 'V1', hash: 'h', private_metadata: writeWanted(wanted), state: { values } },
      actions: [{ type: 'button', action_id: `pitr_${name}`, block_id: 'b', value: name === 'older' ? '1' : button }],
    })),
    ...views.flatMap((name) =>
      metadata.map((private_metadata) => ({
        ...from,
        type: 'view_submission',
        view: { id: 'V1', hash: 'h', type: 'modal', callback_id: `pitr_${name}`, private_metadata, state: { values } },
      })),
    ),
    { type: 'event_callback', event: { type: 'app_home_opened', tab: 'home', user: 'U0ALICE', channel: 'D1' } },
    { ...command, text: 'prod yesterday 9am' },
  ];
}

/** What says where a payload belongs: without it there is nobody to answer. (Bolt looks teams up in a bare object.) */
const addresses = new Set(['type', 'action_id', 'callback_id', 'command', 'tab', 'team', 'team_id']);

function pathsIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inside = Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]));
  return path.length === 0 ? inside : [path, ...inside];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === key ? replaced(each, rest, by) : each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, name === key ? replaced(each, rest, by) : each]),
  );
}

async function bobsRequest(world: World) {
  const tables = world.restores.environment('prod').tables;
  return await world.restores.request(
    {
      environment: 'prod',
      tables,
      restorePoint: 'latest',
      words: '',
      timeZone: 'UTC',
      requestedBy: { kind: 'slack', userId: 'U0BOB', teamId: 'T0SANDBOX' },
      reason: '',
      options: {
        planConfirmation: 'never',
        rollback: true,
        onConflict: 'overwrite',
        fence: 'off',
        timeoutMinutes: 30,
        dryRun: false,
      },
    },
    { kind: 'slack', channelId: 'C0OPS', teamId: 'T0SANDBOX' },
  );
}

test('a window from which the typed name was taken out approves nothing', async () => {
  const { send, world } = await startListeners();
  const run = await bobsRequest(world);
  const whole = payloads(`${run.id} ${run.digest}`).find(({ view }) =>
    JSON.stringify([view]).includes('pitr_approve_name'),
  );
  const metadata = `${run.id} ${run.digest}`;
  for (const state of [null, {}, { values: {} }, { values: { a: { pitr_name: null } } }]) {
    const view = {
      id: 'V1',
      hash: JSON.stringify(state),
      type: 'modal',
      callback_id: 'pitr_approve_name',
      private_metadata: metadata,
      state,
    };
    const { acks, called } = await send({ ...whole, view });
    expect(acks).toHaveLength(1);
    expect(called).toContain('chat.postMessage');
  }
  expect(world.restores.run(run.id)?.state).toBe('AWAITING_APPROVAL');
});

test('10,000 mutated payloads: none breaks anything, and what can be answered is', async () => {
  const { send, world, bugs } = await startListeners();
  const run = await bobsRequest(world);
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(undefined, Number.NaN, '', '__proto__', '1e999', 'U0EVE', '{}', '[]', '{"environment":1}'),
    fc.string({ unit: 'binary', maxLength: 3000 }),
  );
  const mutation = fc
    .constantFrom(...payloads(`${run.id} ${run.digest}`))
    .chain((payload) =>
      fc.tuple(
        fc.constant(payload),
        fc.array(fc.tuple(fc.constantFrom(...pathsIn(payload)), anything), { minLength: 1, maxLength: 3 }),
      ),
    );
  let sent = 0;
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(mutation, async ([payload, changes]) => {
      sent += 1;
      const fresh = replaced(payload, ['view', 'hash'], `h${sent}`);
      const body = changes.reduce<unknown>((value, [path, by]) => replaced(value, path, by), fresh);
      const { acks, failure } = await send(body as Json);
      const isAddressed = changes.every(
        ([path]) => ![...addresses].some((name) => path.includes(name)) && path.length > 1,
      );
      const isEvent = payload['type'] === 'event_callback';
      if (!isAddressed || isEvent) return;
      const wasWhole = changes.every(
        ([path]) => !['user', 'actions', 'view'].includes(path[0] ?? '') || path.length > 2,
      );
      if (!wasWhole) return;
      answered += 1;
      expect({ acks: acks.length, failure }, JSON.stringify(body)).toEqual({ acks: 1, failure: undefined });
    }),
    { numRuns: 10_000, endOnFailure: true },
  );
  expect(bugs).toEqual([]);
  // A condition that excuses everything would prove nothing.
  expect(answered).toBeGreaterThan(2000);
});
