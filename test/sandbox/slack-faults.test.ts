import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SandboxSlack, startSlack } from '../../src/sandbox/slack/server.ts';
import { errorOf, section, startBot, webClient } from './slack-bot.ts';

let slack: SandboxSlack;

beforeEach(async () => {
  slack = await startSlack();
});
afterEach(() => slack.close());

const post = () => webClient(slack).chat.postMessage({ channel: 'C0OPS', text: 'hi' });

describe('calls', () => {
  test('a rate limit says when to come back, and ends after its number of calls', async () => {
    slack.faults.rateLimit('chat.postMessage', { times: 2, retryAfter: 7 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 7 });
    expect((await post()).ok).toBe(true);
    expect(slack.messages('C0OPS')).toHaveLength(1);
  });

  test('a fault hits the method it names, until cleared', async () => {
    slack.faults.failWith('chat.postMessage', 500);
    await expect(post()).rejects.toMatchObject({ statusCode: 500 });
    await expect(post()).rejects.toMatchObject({ statusCode: 500 });
    expect((await webClient(slack).auth.test()).ok).toBe(true);
    slack.faults.clear();
    expect((await post()).ok).toBe(true);
  });

  test('a lost reply leaves the message in the channel, and a client that retries posts it twice', async () => {
    slack.faults.loseReply('chat.postMessage');
    expect(await errorOf(post())).toBe('WebAPIRequestError');
    expect(slack.messages('C0OPS')).toHaveLength(1);
    slack.faults.loseReply('chat.postMessage');
    const retrying = new WebClient(slack.botToken, {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 2, minTimeout: 1 },
    });
    await retrying.chat.postMessage({ channel: 'C0OPS', text: 'again' });
    expect(slack.messages('C0OPS').map((message) => message.text)).toEqual(['hi', 'again', 'again']);
  });

  test.for([true, false])('no answer at all; accepted: %s', async (isAccepted) => {
    slack.faults.neverAnswer('chat.postMessage', { times: 1, isAccepted });
    const impatient = new WebClient(slack.botToken, {
      slackApiUrl: slack.apiUrl,
      retryConfig: { retries: 0 },
      timeout: 100,
    });
    expect(await errorOf(impatient.chat.postMessage({ channel: 'C0OPS', text: 'hi' }))).toBe('WebAPIRequestError');
    // The client may have given up before the server had begun.
    await expect.poll(() => slack.messages('C0OPS')).toHaveLength(isAccepted ? 1 : 0);
  });

  test('a slow method takes its time', async () => {
    slack.faults.slow('auth.test', 120, { times: 1 });
    const before = Date.now();
    await webClient(slack).auth.test();
    expect(Date.now() - before).toBeGreaterThanOrEqual(115);
  });

  test('any error can be ordered', async () => {
    slack.faults.refuseWith('chat.update', 'edit_window_closed', { times: 1 });
    const { ts = '' } = await post();
    expect(await errorOf(webClient(slack).chat.update({ channel: 'C0OPS', ts, text: 'x' }))).toBe('edit_window_closed');
  });

  test('newer blocks can be refused as an older Slack would', async () => {
    slack.faults.rejectBlocks(['plan']);
    const plan = webClient(slack).chat.postMessage({
      channel: 'C0OPS',
      text: 'x',
      blocks: [{ type: 'plan', title: 'x' }],
    });
    await expect(plan).rejects.toMatchObject({
      data: { response_metadata: { messages: ['[ERROR] unsupported type: plan [json-pointer:/blocks/0/type]'] } },
    });
    await webClient(slack).chat.postMessage({ channel: 'C0OPS', text: 'x', blocks: [section('plain')] });
  });

  test('a revoked token is revoked until given back', async () => {
    slack.faults.revokeToken();
    expect(await errorOf(post())).toBe('token_revoked');
    slack.faults.clear();
    expect((await post()).ok).toBe(true);
  });

  test.for(['answers 503', 'refuses connections'] as const)('the whole of Slack is down: %s', async (outage) => {
    slack.faults.down(outage);
    await expect(post()).rejects.toThrow();
    slack.faults.up();
    expect((await post()).ok).toBe(true);
    expect(slack.messages('C0OPS')).toHaveLength(1);
  });
});

describe('deliveries', () => {
  test.for(['dropped', 'asked to leave', 'down for a while'] as const)('Bolt comes back when %s', async (how) => {
    const bot = await startBot(slack, 'socket', (app) => app.command('/pitr-restore', ({ ack }) => ack()));
    if (how === 'dropped') slack.faults.dropSockets();
    if (how === 'asked to leave') slack.faults.disconnect('refresh_requested');
    if (how === 'down for a while') {
      slack.faults.down();
      expect(await slack.as('U0ALICE').command('/pitr-restore')).toMatchObject({ error: 'dispatch_failed' });
      slack.faults.up();
    }
    await expect.poll(() => slack.connections).toBe(1);
    expect(await slack.as('U0ALICE').command('/pitr-restore')).toMatchObject({ acked: true });
    await bot.stop();
  });

  test.for(['socket', 'http'] as const)('an envelope can arrive twice by %s', async (mode) => {
    let seen = 0;
    const bot = await startBot(slack, mode, (app) =>
      app.command('/pitr-restore', async ({ ack }) => {
        seen += 1;
        await ack();
      }),
    );
    slack.faults.duplicateDelivery();
    expect(await slack.as('U0ALICE').command('/pitr-restore')).toMatchObject({ acked: true });
    await expect.poll(() => seen).toBe(2);
    await slack.as('U0ALICE').command('/pitr-restore');
    expect(seen).toBe(3);
    await bot.stop();
  });

  test('a bot that answers HTTP with an error is an error to the person', async () => {
    slack.deliverTo(`${slack.url}/nowhere`);
    expect(await slack.as('U0ALICE').command('/pitr-restore')).toMatchObject({
      acked: false,
      errorText: '/pitr-restore failed with the error "http_client_error"',
    });
    slack.deliverTo('http://127.0.0.1:1/');
    expect(await slack.as('U0ALICE').command('/pitr-restore')).toMatchObject({ error: 'dispatch_failed' });
  });
});

describe('control over HTTP', () => {
  const send = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${slack.url}/sandbox/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const get = async (path: string) => (await fetch(`${slack.url}/sandbox/${path}`)).json();

  test('another process can act, look and order faults', async () => {
    const approve = {
      type: 'actions',
      elements: [{ type: 'button', action_id: 'ok', text: { type: 'plain_text', text: 'OK' } }],
    };
    const bot = await startBot(slack, 'socket', (app) => {
      app.command('/pitr-restore', async ({ ack, body, client }) => {
        await ack({ text: `hello ${body.text}` });
        const view = {
          type: 'modal' as const,
          title: { type: 'plain_text' as const, text: 'T' },
          submit: { type: 'plain_text' as const, text: 'Go' },
          callback_id: 'v',
          blocks: [section('*body*')],
        };
        await client.views.open({ trigger_id: body.trigger_id, view });
        await client.chat.postMessage({ channel: body.channel_id, text: 'x', blocks: [section('Sure?'), approve] });
      });
      app.view('v', ({ ack }) => ack());
      app.action('ok', ({ ack }) => ack());
    });
    const posted = slack.messageUntil('C0OPS', () => true);
    const command = await send('command', { user: 'U0ALICE', command: '/pitr-restore', text: 'dev' });
    expect(command.body).toMatchObject({ acked: true, response: { text: 'hello dev', ephemeral: true } });
    const { ts } = await posted;
    expect(await get('messages?channel=C0OPS')).toMatchObject({ messages: [{ ts, rendered: 'Sure?\n[OK]' }] });
    expect(await get('ephemerals?user=U0ALICE')).toMatchObject({ messages: [{ text: 'hello dev' }] });
    expect(await get('views?user=U0ALICE')).toMatchObject({
      views: [{ rendered: '── T ──\n*body*\n[Go]' }],
      home: null,
    });
    expect((await send('click', { user: 'U0BOB', channel: 'C0OPS', ts, text: 'OK' })).body).toMatchObject({
      acked: true,
    });
    expect((await send('submit', { user: 'U0ALICE' })).body).toMatchObject({ closed: true });
    await bot.stop();
  });

  test('faults work while Slack is down, and mistakes are named', async () => {
    expect(await send('faults', { fault: 'down' })).toMatchObject({ status: 200 });
    await expect(post()).rejects.toThrow();
    await send('faults', { fault: 'up' });
    await send('faults', { fault: 'rateLimit', method: 'chat.postMessage', times: 1, retryAfter: 3 });
    await expect(post()).rejects.toMatchObject({ retryAfter: 3 });
    expect(await send('faults', { fault: 'gremlins' })).toMatchObject({
      status: 400,
      body: { error: 'there is no fault "gremlins"' },
    });
    expect(await send('click', { user: 'U0BOB', channel: 'C0OPS', ts: '1.1' })).toMatchObject({ status: 400 });
    expect(await send('dance', {})).toMatchObject({ status: 404 });
  });
});
