import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { ask, command, onlyRun, parentShowing, readable } from './conversation.ts';
import { dev, minute, startWorld } from './world.ts';

test.each(['socket', 'http'] as const)('over %s /healthz says 200 while connected', async (mode) => {
  const world = await startWorld({ mode });
  const health = await fetch(`http://127.0.0.1:${world.port}/healthz`);
  expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
});

test('in Socket Mode /healthz says 503 when Slack is gone, and 200 when it is back', async () => {
  const world = await startWorld();
  const status = async () => (await fetch(`http://127.0.0.1:${world.port}/healthz`)).status;
  world.slack.faults.down('refuses connections');
  await expect.poll(status).toBe(503);
  world.slack.faults.up();
  await expect.poll(status).toBe(200);
});

test('after Slack asks for a new connection and is away just then, the bot comes back by itself', async () => {
  const world = await startWorld();
  world.slack.faults.failWith('apps.connections.open', 503, { times: 2 });
  world.slack.faults.disconnect();
  await expect.poll(() => world.slack.connections).toBe(0);
  await expect.poll(() => world.slack.connections).toBe(1);
  const outcome = await world.slack.as('U0ALICE').command(command, 'help');
  expect(outcome.response?.text).toContain('any second of the last 35 days');
});

test.for([
  ['a bot token', { botToken: 'xoxb-wrong' }, 'Slack refuses SLACK_BOT_TOKEN (invalid_auth).', 'xoxb-'],
  ['an app token', { appToken: 'xapp-wrong' }, 'Slack refuses SLACK_APP_TOKEN (invalid_auth).', 'connections:write'],
] as const)('%s that Slack refuses is named', async ([, settings, message, hint]) => {
  await expect(startWorld({ settings })).rejects.toMatchObject({
    code: 'BAD_CONFIGURATION',
    message,
    hint: expect.stringContaining(hint),
  });
});

test('what Socket Mode sets for its own reconnects never becomes a blind retry of ours', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  for (const fault of ['failWith', 'loseReply'] as const) {
    if (fault === 'failWith') world.slack.faults.failWith('views.open', 500);
    else world.slack.faults.loseReply('views.open', { times: 5 });
    const before = alice.ephemerals().length;
    const calls = () => world.slack.apiCalls.filter(({ method }) => method === 'views.open').length;
    const earlier = calls();
    await alice.command(command, 'prod 2 hours ago');
    await expect.poll(() => alice.ephemerals().length).toBe(before + 1);
    expect(alice.ephemerals().at(-1)?.text).toContain('Slack did not answer in time');
    expect(calls()).toBe(earlier + 1);
    world.slack.faults.clear();
  }
});

test('neither token nor signing secret: the error names both variables', async () => {
  await expect(startWorld({ mode: 'http', settings: { signingSecret: '' } })).rejects.toMatchObject({
    message: expect.stringMatching(/SLACK_APP_TOKEN.*SLACK_SIGNING_SECRET/),
  });
});

test.each(['socket', 'http'] as const)('over %s a port that is taken is a configuration error', async (mode) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, resolve));
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(startWorld({ mode, settings: { port } })).rejects.toMatchObject({
    code: 'BAD_CONFIGURATION',
    message: `Port ${port} cannot be listened on.`,
  });
});

test('over HTTP what is not signed by Slack, or was signed long ago, is refused', async () => {
  const world = await startWorld({ mode: 'http' });
  const envelope = {
    type: 'slash_commands' as const,
    payload: { command, text: 'help', user_id: 'U0ALICE', team_id: 'T0SANDBOX', channel_id: 'C0OPS', trigger_id: 'x' },
  };
  for (const how of ['bad signature', 'old', 'no signature', 'wrong secret'] as const) {
    expect(await world.slack.forge(envelope, how)).toMatchObject({ outcome: 'refused', status: 401 });
  }
});

test('over HTTP a request that is sent again, byte for byte, is refused and does nothing', async () => {
  const world = await startWorld({ mode: 'http' });
  await world.slack.as('U0BOB').click(await ask(world), { text: 'Approve' });
  await parentShowing(world, 'Approved by <@U0BOB>');
  const calls = world.slack.apiCalls.length;
  for (const after of ['', '=', '=again', ' '])
    expect(await world.slack.replay(after)).toMatchObject({ outcome: 'refused', status: 401 });
  expect(world.slack.apiCalls).toHaveLength(calls);
  expect(world.approved).toHaveLength(1);
});

test('stop waits for what is being answered, and then the line is closed', async () => {
  const world = await startWorld();
  world.slack.faults.slow('users.info', 300);
  const card = await ask(world);
  const click = world.slack.as('U0BOB').click(card, { text: 'Approve' });
  await expect.poll(() => world.slack.apiCalls.length).toBeGreaterThan(5);
  await click;
  await world.bot.stop(60 * minute);
  expect(world.approved).toEqual([onlyRun(world).id]);
  await expect.poll(() => world.slack.connections).toBe(0);
  await parentShowing(world, 'Approved by <@U0BOB>');
});

test('help, status, history and list answer only the person who asks', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  const say = async (text: string) => (await alice.command(command, text)).response;
  const hears = async (text: string, expected: string) => {
    await alice.command(command, text);
    await alice.ephemeralUntil((shown) => shown.text.includes(expected));
  };
  expect(await say('help')).toMatchObject({
    ephemeral: true,
    text: expect.stringContaining('/pitr-restore dev yesterday 9am'),
  });
  await hears('status', 'No restore is running');
  await hears('history', 'Nothing has been restored yet');
  expect((await say('hlep'))?.text).toContain('Did you mean /pitr-restore help?');
  await ask(world);
  const { id } = onlyRun(world);
  await hears('status', `\`${id}\` :raised_hand: waits for approval`);
  await hears('history', `\`${id}\` :raised_hand: waits for approval – prod`);
  await alice.command(command, 'list dev');
  const list = await alice.ephemeralUntil((message) => readable(message).includes('Restore points of dev'));
  expect(readable(list)).toContain('shop-user-likes-dev');
  expect((await say('cancel restore-0'))?.text).toContain('There is no restore restore-0.');
});

test('list shows a guest nothing, even one whom the configuration names', async () => {
  const world = await startWorld();
  world.slack.changeUser('U0BOB', { isRestricted: true });
  const bob = world.slack.as('U0BOB');
  await bob.command(command, 'list prod');
  expect((await bob.ephemeralUntil(() => true)).text).toContain('Guests may not use this bot.');
});

test('list says whom to ask', async () => {
  const world = await startWorld({ environments: [dev] });
  const outcome = await world.slack.as('U0EVE').command(command, 'list');
  expect(outcome.response?.text).toContain(
    'You may not look at the tables of dev. Its admins and approvers may. Ask <@U0ALICE>.',
  );
});
