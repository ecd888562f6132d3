import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { makeSocket } from '../../src/slack/socket.ts';
import { command } from './conversation.ts';
import { noonClock, startWorld, type World } from './world.ts';

const lines = ({ logged }: World, message: string) => logged.filter((line) => line.message === message);
const healthOf = async ({ port }: World) => {
  const reply = await fetch(`http://127.0.0.1:${port}/healthz`);
  return { status: reply.status, text: await reply.text() };
};

test.for(['refresh_requested', 'warning'] as const)('a new connection is made at once on %s', async (reason) => {
  // Whoever sleeps here sleeps for ever.
  const clock = { ...noonClock(), sleep: (_: number, signal?: AbortSignal) => asleep(signal) };
  const world = await startWorld({ clock });
  const opened = () => world.slack.apiCalls.filter(({ method }) => method === 'apps.connections.open').length;
  const before = opened();
  const since = performance.now();
  world.slack.faults.disconnect(reason);
  await expect.poll(() => [opened() - before, world.slack.connections]).toEqual([1, 1]);
  // The SDK alone would do it after five seconds.
  expect(performance.now() - since).toBeLessThan(4_000);
});

function asleep(signal?: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

test.for(['invalid_auth', 'account_inactive', 'team_disabled'])(
  'a Slack that answers %s when asked for a new connection is asked again until it gives one',
  async (code) => {
    const world = await startWorld();
    world.slack.faults.refuseWith('apps.connections.open', code);
    world.slack.faults.disconnect();
    const refused = () => lines(world, 'Slack refuses a connection; restores go on, and it is asked again');
    await expect.poll(() => refused().length).toBeGreaterThan(1);
    expect(refused()[0]).toMatchObject({ level: 'error', details: { reason: code } });
    expect(await healthOf(world)).toEqual({ status: 503, text: 'not connected to Slack\n' });
    world.slack.faults.clear();
    await expect.poll(() => world.slack.connections).toBe(1);
    await expect.poll(() => healthOf(world)).toEqual({ status: 200, text: 'ok\n' });
    expect(lines(world, 'Connected to Slack again')).toHaveLength(1);
    const outcome = await world.slack.as('U0ALICE').command(command, 'help');
    expect(outcome.response?.text).toContain('any second of the last 35 days');
  },
);

test('while Slack is away it is asked twice a minute at least, however long it takes', async () => {
  const world = await startWorld({ clock: noonClock(200) });
  world.slack.faults.down('refuses connections');
  const waits = () => lines(world, 'Slack cannot be reached; trying again').map(({ details }) => details['retryInMs']);
  await expect.poll(() => waits().length).toBeGreaterThan(7);
  expect(waits().slice(0, 8)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  world.slack.faults.up();
  await expect.poll(() => world.slack.connections).toBe(1);
});

test('a Slack that takes the connection and does not greet is given up, and asked again', async () => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port()}/` }));
  });
  const sockets = new WebSocketServer({ server });
  const port = () => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    sockets.close();
    server.close();
  });
  let silent = 2;
  sockets.on('connection', (socket) => {
    if (silent === 0) socket.send(JSON.stringify({ type: 'hello' }));
    else silent -= 1;
  });
  const warnings: string[] = [];
  const socket = makeSocket({
    appToken: 'xapp-1',
    apiUrl: `http://127.0.0.1:${port()}/api/`,
    clock: noonClock(1000),
    logger: { debug: quiet, info: quiet, error: quiet, warn: (_, message) => warnings.push(message) },
    patienceMs: 200,
  });
  onTestFinished(() => socket.close());
  await socket.connect();
  expect(socket.isConnected()).toBe(true);
  expect(warnings.length).toBeGreaterThanOrEqual(2);
  expect(new Set(warnings)).toEqual(new Set(['Slack cannot be reached; trying again']));
  await expect.poll(() => sockets.clients.size).toBe(1);
});

test('what the socket says beyond all documentation, or as Slack says it of a rate limit, ends nothing', async () => {
  const world = await startWorld();
  // docs.slack.dev/apis/events-api: "app_rate_limited" has no event in it.
  const payload = { type: 'app_rate_limited', team_id: 'T0', minute_rate_limited: 1_518_467_820, api_app_id: 'A0' };
  const limited = { type: 'events_api', envelope_id: 'E1', payload };
  const strange = [limited, { ...limited, payload: null }, null, 7, 'text', [], {}].map((one) => JSON.stringify(one));
  for (const text of strange) world.slack.faults.say(text);
  const ignored = () => lines(world, 'Slack sent a message that cannot be understood; it is ignored');
  await expect.poll(() => ignored().length).toBe(3);
  const outcome = await world.slack.as('U0ALICE').command(command, 'help');
  expect(outcome.response?.text).toContain('any second of the last 35 days');
});

const quiet = () => undefined;
