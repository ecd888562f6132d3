import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderText } from '../../src/sandbox/slack/render-text.ts';
import { type SandboxSlack, startSlack } from '../../src/sandbox/slack/server.ts';
import { type Bot, type Mode, modal, plain, section, startBot } from './slack-bot.ts';

const reasonInput = {
  type: 'input',
  block_id: 'why',
  label: plain('Reason'),
  element: { type: 'plain_text_input', action_id: 'reason', min_length: 5 },
};

const approve = {
  type: 'actions',
  elements: [
    { type: 'button', action_id: 'approve', text: plain('Approve'), value: 'run-1', style: 'primary' },
    { type: 'button', action_id: 'deny', text: plain('Deny'), value: 'run-1' },
  ],
};

/** Command, modal that fills in, submission, message, approval, message without its buttons: our main story. */
function defineStory(app: App): void {
  app.command('/pitr-restore', async ({ ack, body, client }) => {
    const loading = { ...modal(section('Loading…')), submit: plain('Wait') };
    const [, opened] = await Promise.all([ack(), client.views.open({ trigger_id: body.trigger_id, view: loading })]);
    const view = modal(section(`Restore *${body.text}*`), reasonInput);
    await client.views.update({ view_id: opened.view?.id ?? '', hash: opened.view?.hash ?? '', view });
  });
  app.view('restore', async ({ ack, body, view, client }) => {
    await ack();
    const reason = view.state.values['why']?.['reason']?.value ?? '';
    const blocks = [section(`<@${body.user.id}> asks: ${reason}`), approve];
    await client.chat.postMessage({ channel: 'C0OPS', text: `asks: ${reason}`, blocks });
  });
  app.action('approve', async ({ ack, body, client }) => {
    await ack();
    if (body.type !== 'block_actions' || !body.channel || !body.message) throw new Error('not from a message');
    const blocks = [section(`Approved by <@${body.user.id}>`)];
    await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text: 'Approved', blocks });
  });
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [section('Nothing runs')] } });
  });
}

describe.each<Mode>(['socket', 'http'])('Bolt in %s mode', (mode) => {
  let slack: SandboxSlack;
  let bot: Bot;

  beforeEach(async () => {
    slack = await startSlack();
    bot = await startBot(slack, mode, defineStory);
  });
  afterEach(async () => {
    await bot.stop();
    await slack.close();
  });

  test('a command becomes a modal, a message, an approval and an edited message', async () => {
    const alice = slack.as('U0ALICE');
    const outcome = await alice.command('/pitr-restore', 'prod yesterday 9am');
    expect(outcome).toMatchObject({ acked: true });
    expect(outcome.response).toBeUndefined();

    const view = await alice.viewUntil((top) => renderText(top).includes('Reason'));
    expect(renderText(view)).toContain('Restore *prod yesterday 9am*');
    expect(await alice.submit(view, { Reason: 'we lost the quotes' })).toMatchObject({ closed: true });
    expect(alice.view()).toBeUndefined();

    const asked = await slack.messageUntil('C0OPS', (message) => message.text.includes('asks'));
    expect(renderText(asked, { users: slack.users() })).toBe('@alice asks: we lost the quotes\n[Approve] [Deny]');
    const bob = slack.as('U0BOB');
    expect(await bob.click(asked, { text: 'Approve' })).toMatchObject({ acked: true });
    const approved = await slack.messageUntil('C0OPS', (message) => message.text === 'Approved');
    expect(approved.ts).toBe(asked.ts);
    expect(renderText(approved, { users: slack.users() })).toBe('Approved by @bob');

    await expect(bob.click(asked, { text: 'Approve' })).rejects.toThrow('0 things fit');
    expect(await bob.click(asked, { text: 'Approve' }, { staleMessage: true })).toMatchObject({ acked: true });
  });

  test('opening the Home tab shows what the bot published', async () => {
    const carol = slack.as('U0CAROL');
    const published = new Promise((resolve) => slack.on('view', resolve));
    expect(await carol.openHome()).toMatchObject({ acked: true });
    await published;
    expect(renderText(carol.home() ?? {})).toBe('Nothing runs');
  });

  test('a command may be answered in its ack, to the person alone', async () => {
    bot.app.command('/status', async ({ ack }) => ack({ text: 'All quiet' }));
    const outcome = await slack.as('U0BOB').command('/status');
    expect(outcome.response).toEqual({ text: 'All quiet', ephemeral: true });
    expect(
      slack
        .as('U0BOB')
        .ephemerals()
        .map((message) => message.text),
    ).toEqual(['All quiet']);
    expect(slack.as('U0ALICE').ephemerals()).toEqual([]);
    expect(slack.messages('C0OPS')).toEqual([]);
  });

  test('respond() answers through the response_url, five times and no more', async () => {
    const statuses: number[] = [];
    bot.app.command('/status', async ({ ack, respond }) => {
      await ack();
      for (const text of ['1', '2', '3', '4', '5']) statuses.push((await respond({ text })).status);
      await respond({ text: '6' }).catch((error: { statusCode?: number }) => statuses.push(error.statusCode ?? 0));
    });
    await slack.as('U0BOB').command('/status');
    await slack.as('U0BOB').ephemeralUntil((message) => message.text === '5');
    await expect.poll(() => statuses).toEqual([200, 200, 200, 200, 200, 404]);
    expect(slack.as('U0BOB').ephemerals()).toHaveLength(5);
  });

  test('errors in the answer to a submission keep the form open', async () => {
    bot.app.view('picky', async ({ ack }) => ack({ response_action: 'errors', errors: { why: 'Say more' } }));
    bot.app.command('/picky', async ({ ack, body, client }) => {
      await Promise.all([
        ack(),
        client.views.open({ trigger_id: body.trigger_id, view: { ...modal(reasonInput), callback_id: 'picky' } }),
      ]);
    });
    const alice = slack.as('U0ALICE');
    await alice.command('/picky');
    const view = await alice.viewUntil(() => true);
    expect(await alice.submit(view, { why: { reason: 'because' } })).toMatchObject({ errors: { why: 'Say more' } });
    expect(alice.view()?.id).toBe(view.id);
  });

  test('a submission can update, push and clear views', async () => {
    const answers = ['update', 'push', 'clear'] as const;
    let turn = 0;
    bot.app.view('steps', async ({ ack }) => {
      const action = answers[turn++] ?? 'clear';
      const view = { ...modal(section(action)), callback_id: 'steps' };
      await ack(action === 'clear' ? { response_action: 'clear' } : { response_action: action, view });
    });
    bot.app.command('/steps', async ({ ack, body, client }) => {
      const view = { ...modal(section('start')), callback_id: 'steps' };
      await Promise.all([ack(), client.views.open({ trigger_id: body.trigger_id, view })]);
    });
    const alice = slack.as('U0ALICE');
    await alice.command('/steps');
    const first = await alice.viewUntil(() => true);
    expect(await alice.submit(first)).toMatchObject({ updated: true });
    expect(renderText(alice.view() ?? {})).toContain('update');
    expect(alice.view()?.hash).not.toBe(first.hash);
    expect(await alice.submit(alice.view())).toMatchObject({ pushed: true });
    expect(alice.views().map((view) => view.rootId)).toEqual([first.id, first.id]);
    expect(await alice.submit(alice.view())).toMatchObject({ closed: true });
    expect(alice.views()).toEqual([]);
  });

  test('view_closed comes only when the view asked for it', async () => {
    const closed: string[] = [];
    bot.app.view({ callback_id: 'loud', type: 'view_closed' }, async ({ ack, view }) => {
      await ack();
      closed.push(view.callback_id);
    });
    bot.app.command('/open', async ({ ack, body, client }) => {
      const isLoud = body.text === 'loud';
      const view = { ...modal(section('x')), callback_id: body.text, notify_on_close: isLoud };
      await Promise.all([ack(), client.views.open({ trigger_id: body.trigger_id, view })]);
    });
    const alice = slack.as('U0ALICE');
    await alice.command('/open', 'quiet');
    expect(await alice.close(await alice.viewUntil(() => true))).toBeUndefined();
    await alice.command('/open', 'loud');
    expect(await alice.close(await alice.viewUntil(() => true))).toMatchObject({ acked: true });
    expect(closed).toEqual(['loud']);
  });
});

describe('signed HTTP delivery', () => {
  const envelope = (slack: SandboxSlack) => ({
    type: 'slash_commands' as const,
    payload: { command: '/status', text: '', user_id: 'U0ALICE', team_id: slack.teamId, api_app_id: 'A0SANDBOX' },
  });

  test.for(['bad signature', 'wrong secret', 'no signature', 'old'] as const)('Bolt refuses: %s', async (how) => {
    const slack = await startSlack();
    const bot = await startBot(slack, 'http', defineStory);
    expect(await slack.forge(envelope(slack), how)).toMatchObject({ outcome: 'refused', status: 401 });
    await bot.stop();
    await slack.close();
  });

  test('Bolt takes a replayed command a second time, so being idempotent is ours', async () => {
    const slack = await startSlack();
    let seen = 0;
    const bot = await startBot(slack, 'http', (app) =>
      app.command('/status', async ({ ack }) => {
        seen += 1;
        await ack();
      }),
    );
    await slack.as('U0ALICE').command('/status');
    expect(await slack.replay()).toMatchObject({ outcome: 'acked' });
    expect(seen).toBe(2);
    await bot.stop();
    await slack.close();
  });
});
