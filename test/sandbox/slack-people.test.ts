import { SocketModeClient } from '@slack/socket-mode';
import { LogLevel } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../../src/sandbox/slack/clock.ts';
import type { Person } from '../../src/sandbox/slack/people/person.ts';
import { renderText } from '../../src/sandbox/slack/render-text.ts';
import { type SandboxSlack, startSlack } from '../../src/sandbox/slack/server.ts';
import { errorOf, modal, plain, section, webClient } from './slack-bot.ts';

interface Delivered {
  readonly type: string;
  readonly body: { readonly trigger_id: string; readonly [key: string]: unknown };
  readonly retry_num?: number;
  readonly retry_reason?: string;
  readonly ack: (answer?: object) => Promise<void>;
}

let clock: ManualClock;
let slack: SandboxSlack;
let alice: Person;
let socket: SocketModeClient;
let delivered: Delivered[];
let answer: (delivery: Delivered) => void;

beforeEach(async () => {
  clock = manualClock(Date.parse('2025-12-19T09:00:00Z'));
  slack = await startSlack({ clock });
  alice = slack.as('U0ALICE');
  delivered = [];
  answer = (delivery) => void delivery.ack();
  socket = await connect();
});
afterEach(async () => {
  await socket.disconnect();
  await slack.close();
});

async function connect(): Promise<SocketModeClient> {
  const clientOptions = { slackApiUrl: slack.apiUrl };
  const client = new SocketModeClient({ appToken: slack.appToken, logLevel: LogLevel.ERROR, clientOptions });
  client.on('slack_event', (delivery: Delivered) => {
    delivered.push(delivery);
    answer(delivery);
  });
  await client.start();
  return client;
}

/** Has the bot open this view for Alice. */
async function open(view: object) {
  await alice.command('/pitr-restore');
  await webClient(slack).views.open({ trigger_id: lastTrigger(), view: view as never });
  return alice.viewUntil(() => true);
}

function lastTrigger(): string {
  return delivered.at(-1)?.body.trigger_id ?? '';
}

const option = (value: string) => ({ text: plain(value.toUpperCase()), value });
const input = (block_id: string, element: object, more: object = {}) => ({
  type: 'input',
  block_id,
  label: plain(`The ${block_id}`),
  element: { action_id: 'it', ...element },
  ...more,
});

describe('acknowledging', () => {
  test('a command nobody acknowledges in three seconds has failed, and a late ack changes nothing', async () => {
    answer = () => undefined;
    const asked = alice.command('/pitr-restore', 'status');
    await expect.poll(() => delivered.length).toBe(1);
    clock.advance(2999);
    clock.advance(1);
    expect(await asked).toMatchObject({
      acked: false,
      ackMs: 3000,
      error: 'operation_timeout',
      errorText: '/pitr-restore failed with the error "operation_timeout"',
    });
    await delivered[0]?.ack({ text: 'too late' });
    await webClient(slack).api.test();
    expect(alice.ephemerals()).toEqual([]);
  });

  test('an ack just in time is an ack', async () => {
    answer = (delivery) => {
      clock.advance(2999);
      void delivery.ack();
    };
    expect(await alice.command('/pitr-restore')).toEqual({ acked: true, ackMs: 2999 });
  });

  test('without a connection the command fails at once', async () => {
    await socket.disconnect();
    await expect.poll(() => slack.connections).toBe(0);
    expect(await alice.command('/pitr-restore')).toMatchObject({ acked: false, error: 'dispatch_failed' });
  });

  test('several connections take turns', async () => {
    const other = await connect();
    const seen: string[] = [];
    socket.on('slack_event', () => void seen.push('first'));
    other.on('slack_event', () => void seen.push('second'));
    for (const _ of [1, 2, 3, 4]) await alice.command('/pitr-restore');
    expect(seen.filter((name) => name === 'first')).toHaveLength(2);
    expect(seen).toHaveLength(4);
    await other.disconnect();
  });

  test('an event nobody takes comes again after a second, a minute and five, and then no more', async () => {
    answer = () => undefined;
    const opened = alice.openHome();
    for (const [index, delay] of [0, 1000, 60_000, 300_000].entries()) {
      clock.advance(delay);
      await expect.poll(() => delivered.length).toBe(index + 1);
      clock.advance(3000);
      await webClient(slack).api.test();
    }
    expect(await opened).toMatchObject({ error: 'operation_timeout' });
    clock.advance(3_600_000);
    await webClient(slack).api.test();
    expect(delivered.map((delivery) => delivery.retry_num)).toEqual([0, 1, 2, 3]);
    expect(delivered[1]?.retry_reason).toBe('http_timeout');
  });

  test('a slash command carries what the documentation says', async () => {
    await alice.command('/pitr-restore', 'prod now', { channel: 'C0OPS' });
    expect(delivered[0]?.body).toEqual({
      token: expect.any(String),
      team_id: 'T0SANDBOX',
      team_domain: 'sandbox',
      channel_id: 'C0OPS',
      channel_name: 'ops',
      user_id: 'U0ALICE',
      user_name: 'alice',
      command: '/pitr-restore',
      text: 'prod now',
      api_app_id: 'A0SANDBOX',
      is_enterprise_install: 'false',
      response_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1/),
      trigger_id: expect.any(String),
    });
  });
});

describe('triggers and views', () => {
  const view = modal(section('x'));

  test('a trigger is good for three seconds, for one view', async () => {
    await alice.command('/pitr-restore');
    const trigger_id = lastTrigger();
    const tryOpen = () => webClient(slack).views.open({ trigger_id, view });
    clock.advance(3000);
    await tryOpen();
    expect(await errorOf(tryOpen())).toBe('exchanged_trigger_id');
    await alice.command('/pitr-restore');
    const late = lastTrigger();
    clock.advance(3001);
    expect(await errorOf(webClient(slack).views.open({ trigger_id: late, view }))).toBe('expired_trigger_id');
    expect(await errorOf(webClient(slack).views.open({ trigger_id: '1.2.3', view }))).toBe('invalid_trigger_id');
  });

  test('a view that is wrong is refused with the place, and the trigger is still good', async () => {
    await alice.command('/pitr-restore');
    const long = { ...view, title: plain('x'.repeat(25)) };
    const refused = webClient(slack).views.open({ trigger_id: lastTrigger(), view: long });
    const messages = ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'];
    await expect(refused).rejects.toMatchObject({
      data: { error: 'invalid_arguments', response_metadata: { messages } },
    });
    const huge = { ...view, private_metadata: 'x'.repeat(250 * 1024) };
    expect(await errorOf(webClient(slack).views.open({ trigger_id: lastTrigger(), view: huge }))).toBe(
      'view_too_large',
    );
    await webClient(slack).views.open({ trigger_id: lastTrigger(), view });
  });

  test('an update with an old hash conflicts; by external_id it finds the view; a closed view is not found', async () => {
    const opened = await open({ ...view, external_id: 'run-1' });
    const change = (args: object) => webClient(slack).views.update({ view, ...args } as never);
    await change({ external_id: 'run-1', hash: opened.hash, view: { ...view, external_id: 'run-1' } });
    expect(await errorOf(change({ view_id: opened.id, hash: opened.hash }))).toBe('hash_conflict');
    await alice.close(undefined);
    expect(await errorOf(change({ view_id: opened.id }))).toBe('not_found');
  });

  test('three views can lie on each other, not four', async () => {
    await open({
      ...modal(section('x'), {
        type: 'actions',
        elements: [{ type: 'button', action_id: 'more', text: plain('More') }],
      }),
    });
    const push = async () => {
      await alice.click(alice.views()[0] ?? raise(), { text: 'More' }, { staleMessage: true });
      return webClient(slack).views.push({ trigger_id: lastTrigger(), view });
    };
    await push();
    await push();
    expect(await errorOf(push())).toBe('push_limit_reached');
    expect(alice.views()).toHaveLength(3);
    await alice.close(undefined);
    expect(alice.views()).toHaveLength(2);
    await alice.close(undefined, { all: true });
    expect(alice.views()).toEqual([]);
  });
});

describe('forms', () => {
  test('every kind of input is sent as Slack sends it, touched or not', async () => {
    const opened = await open(
      modal(
        input('env', {
          type: 'static_select',
          options: [option('dev'), option('prod')],
          initial_option: option('dev'),
        }),
        input('plan', { type: 'radio_buttons', options: [option('a'), option('b')] }),
        input('tables', { type: 'checkboxes', options: [option('q'), option('l')], initial_options: [option('q')] }),
        input('when', { type: 'datetimepicker', initial_date_time: 1_766_134_800 }),
        input('day', { type: 'datepicker', initial_date: '2025-12-18' }),
        input('time', { type: 'timepicker' }),
        input('who', { type: 'users_select' }),
        input('where', { type: 'conversations_select', response_url_enabled: true }),
        input('groups', { type: 'multi_users_select' }, { optional: true }),
        input('reason', { type: 'plain_text_input', initial_value: 'because' }),
        input('note', { type: 'plain_text_input' }, { optional: true }),
      ),
    );
    const outcome = await alice.submit(opened, {
      'The plan': 'B',
      'The time': '09:30',
      who: { it: 'U0BOB' },
      where: 'C0OPS',
      when: new Date('2025-12-19T08:00:00Z'),
    });
    expect(outcome).toMatchObject({ acked: true, closed: true });
    const sent = delivered.at(-1)?.body as unknown as { view: { state: { values: Record<string, { it: unknown }> } } };
    const values = Object.fromEntries(
      Object.entries(sent.view.state.values).map(([block, entry]) => [block, entry.it]),
    );
    expect(values).toMatchObject({
      env: { type: 'static_select', selected_option: { value: 'dev' } },
      plan: { type: 'radio_buttons', selected_option: { value: 'b', text: { text: 'B' } } },
      tables: { type: 'checkboxes', selected_options: [{ value: 'q' }] },
      when: { type: 'datetimepicker', selected_date_time: 1_766_131_200 },
      day: { type: 'datepicker', selected_date: '2025-12-18' },
      time: { type: 'timepicker', selected_time: '09:30' },
      who: { type: 'users_select', selected_user: 'U0BOB' },
      where: { type: 'conversations_select', selected_conversation: 'C0OPS' },
      groups: { type: 'multi_users_select', selected_users: [] },
      reason: { type: 'plain_text_input', value: 'because' },
      note: { type: 'plain_text_input', value: null },
    });
    expect(delivered.at(-1)?.body).toMatchObject({
      type: 'view_submission',
      user: { id: 'U0ALICE', team_id: 'T0SANDBOX' },
      response_urls: [{ channel_id: 'C0OPS', block_id: 'where' }],
    });
  });

  test("Slack's client keeps back a form that lacks something", async () => {
    const opened = await open(
      modal(
        input('reason', { type: 'plain_text_input', min_length: 5, max_length: 8 }),
        input('plan', { type: 'radio_buttons', options: [option('a')] }),
      ),
    );
    const count = delivered.length;
    expect(await alice.submit(opened)).toMatchObject({
      isSent: false,
      errors: { reason: expect.any(String), plan: expect.any(String) },
    });
    expect(await alice.submit(opened, { reason: 'abc', plan: 'a' })).toMatchObject({
      errors: { reason: 'Please enter at least 5 characters.' },
    });
    expect(await alice.submit(opened, { reason: 'x'.repeat(9) })).toMatchObject({ isSent: false });
    expect(delivered).toHaveLength(count);
    expect(await alice.submit(opened, { reason: 'enough' })).toMatchObject({ closed: true });
    await expect(alice.submit(opened)).rejects.toThrow('is not on top');
  });

  test('what was typed stays when the bot changes the view around it', async () => {
    const opened = await open(modal(input('reason', { type: 'plain_text_input' })));
    alice.fill(opened, { reason: 'typed early' });
    const view = modal(section('Now with facts'), input('reason', { type: 'plain_text_input' }));
    await webClient(slack).views.update({ view_id: opened.id, view });
    expect(renderText(alice.view() ?? {})).toContain('Now with facts');
    expect(await alice.submit(alice.view())).toMatchObject({ closed: true });
    expect(JSON.stringify(delivered.at(-1)?.body)).toContain('typed early');
  });

  test('a value the form has no place for is a mistake of the test', async () => {
    const opened = await open(modal(input('plan', { type: 'radio_buttons', options: [option('a')] })));
    await expect(alice.submit(opened, { plan: 'z' })).rejects.toThrow('has no option "z"; it has: a');
    await expect(alice.submit(opened, { Plan: 'a' })).rejects.toThrow('the form has: The plan (plan.it)');
  });

  test('a submission nobody answers leaves the form open with a warning', async () => {
    const opened = await open(modal(section('x')));
    answer = () => clock.advance(3000);
    expect(await alice.submit(opened)).toMatchObject({
      acked: false,
      error: 'operation_timeout',
      warning: expect.any(String),
    });
    expect(alice.view()?.id).toBe(opened.id);
  });

  test('an answer Slack cannot use leaves the form open with a warning', async () => {
    const opened = await open(modal(section('x')));
    answer = (delivery) => void delivery.ack({ response_action: 'errors', errors: { nowhere: 'no' } });
    expect(await alice.submit(opened)).toMatchObject({ error: 'invalid_response_errors' });
    answer = (delivery) => void delivery.ack({ response_action: 'update', view: modal({ type: 'plan', title: 'x' }) });
    expect(await alice.submit(opened)).toMatchObject({ error: 'invalid_arguments' });
    expect(alice.view()?.hash).toBe(opened.hash);
  });
});

describe('clicking', () => {
  const confirm = { title: plain('Sure?'), text: plain('It will run.'), confirm: plain('Run'), deny: plain('No') };
  const buttons = {
    type: 'actions',
    block_id: 'decide',
    elements: [
      { type: 'button', action_id: 'approve', text: plain('Approve'), value: 'r-1', confirm },
      { type: 'overflow', action_id: 'more', options: [option('undo'), option('cancel')] },
      { type: 'static_select', action_id: 'env', placeholder: plain('Environment'), options: [option('dev')] },
    ],
  };

  test('a click carries the message, the place and the action', async () => {
    const posted = await webClient(slack).chat.postMessage({ channel: 'C0OPS', text: 'Approve?', blocks: [buttons] });
    const message = slack.messages('C0OPS')[0] ?? raise();
    const bob = slack.as('U0BOB');
    expect(await bob.click(message, { text: 'Approve' })).toMatchObject({
      acked: true,
      confirm: { title: 'Sure?', text: 'It will run.', confirm: 'Run', deny: 'No' },
    });
    expect(delivered[0]?.body).toMatchObject({
      type: 'block_actions',
      user: { id: 'U0BOB', username: 'bob', name: 'bob', team_id: 'T0SANDBOX' },
      team: { id: 'T0SANDBOX', domain: 'sandbox' },
      enterprise: null,
      is_enterprise_install: false,
      api_app_id: 'A0SANDBOX',
      container: { type: 'message', message_ts: posted.ts, channel_id: 'C0OPS', is_ephemeral: false },
      channel: { id: 'C0OPS', name: 'ops' },
      message: { ts: posted.ts, text: 'Approve?', bot_id: 'B0SANDBOX' },
      state: { values: { decide: { env: { type: 'static_select', selected_option: null } } } },
      actions: [
        {
          type: 'button',
          action_id: 'approve',
          block_id: 'decide',
          value: 'r-1',
          text: { text: 'Approve' },
          action_ts: expect.any(String),
        },
      ],
      response_url: expect.any(String),
      trigger_id: expect.any(String),
    });
  });

  test('a confirm dialog that is denied sends nothing', async () => {
    await webClient(slack).chat.postMessage({ channel: 'C0OPS', text: 'x', blocks: [buttons] });
    const message = slack.messages('C0OPS')[0] ?? raise();
    expect(await alice.click(message, { text: 'Approve' }, { confirm: 'deny' })).toMatchObject({ acked: false });
    expect(delivered).toEqual([]);
  });

  test('menus send what was chosen', async () => {
    await webClient(slack).chat.postMessage({ channel: 'C0OPS', text: 'x', blocks: [buttons] });
    const message = slack.messages('C0OPS')[0] ?? raise();
    await alice.choose(message, { action_id: 'more' }, 'UNDO');
    expect(delivered[0]?.body).toMatchObject({ actions: [{ type: 'overflow', selected_option: { value: 'undo' } }] });
    await alice.choose(message, { action_id: 'env' }, 'dev');
    expect(delivered[1]?.body).toMatchObject({
      actions: [{ type: 'static_select', selected_option: { value: 'dev' } }],
      state: { values: { decide: { env: { selected_option: { value: 'dev' } } } } },
    });
  });

  test('nobody sees, or clicks, what was said to somebody else', async () => {
    await webClient(slack).chat.postEphemeral({ channel: 'C0OPS', user: 'U0BOB', text: 'x', blocks: [buttons] });
    const [message = raise()] = slack.as('U0BOB').ephemerals();
    await expect(alice.click(message, { text: 'Approve' })).rejects.toThrow('only somebody else sees it');
    await slack.as('U0BOB').click(message, { text: 'Approve' });
    expect(delivered[0]?.body).toMatchObject({ container: { is_ephemeral: true } });
    expect(delivered[0]?.body).not.toHaveProperty('message');
  });

  test('a response_url can replace the ephemeral message it was clicked on, for thirty minutes', async () => {
    await webClient(slack).chat.postEphemeral({ channel: 'C0OPS', user: 'U0BOB', text: 'x', blocks: [buttons] });
    await slack.as('U0BOB').click(slack.as('U0BOB').ephemerals()[0] ?? raise(), { text: 'Approve' });
    const url = String(delivered[0]?.body['response_url']);
    const headers = { 'content-type': 'application/json' };
    const send = (body: object) => fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    await send({ replace_original: true, text: 'decided' });
    expect(
      slack
        .as('U0BOB')
        .ephemerals()
        .map((message) => message.text),
    ).toEqual(['decided']);
    await send({ delete_original: true });
    expect(slack.as('U0BOB').ephemerals()).toEqual([]);
    clock.advance(30 * 60_000 + 1);
    const late = await send({ text: 'late' });
    expect(late.status).toBe(404);
    expect(await late.json()).toMatchObject({ error: 'expired_url' });
  });

  test('the actions of a view carry the view and what is typed in it', async () => {
    const opened = await open(modal(input('reason', { type: 'plain_text_input' }), buttons));
    alice.fill(opened, { reason: 'half a' });
    await alice.click(opened, { text: 'Approve' });
    expect(delivered.at(-1)?.body).toMatchObject({
      container: { type: 'view', view_id: opened.id },
      view: { id: opened.id, hash: opened.hash, state: { values: { reason: { it: { value: 'half a' } } } } },
    });
    expect(delivered.at(-1)?.body).not.toHaveProperty('channel');
  });
});

function raise(): never {
  throw new Error('nothing there');
}

test('a button is pressed by who looks at the Home tab as it was before it was published anew', async () => {
  const button = (value: string) => ({ type: 'button', text: plain('Undo'), action_id: 'undo', value });
  const publish = (...values: readonly string[]) => {
    const view = { type: 'home', blocks: values.map((value) => ({ type: 'actions', elements: [button(value)] })) };
    return webClient(slack).views.publish({ user_id: 'U0ALICE', view: view as never });
  };
  await publish('first', 'second');
  const seen = alice.home();
  await publish('second', 'third');
  if (seen === undefined) throw new Error('It was published');
  const place = (index: number) => ({ action_id: 'undo', block_id: String(seen.blocks[index]?.['block_id']) });
  expect(await alice.click(seen, { ...place(1), value: 'second' })).toMatchObject({ acked: true });
  expect(delivered.at(-1)?.body['actions']).toMatchObject([{ action_id: 'undo', value: 'second' }]);
  await expect(alice.click(seen, { ...place(0), value: 'first' })).rejects.toThrow('0 things fit');
});
