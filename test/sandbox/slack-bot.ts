/** The official Bolt against the sandbox, in both of its modes. */
import { type AddressInfo, createServer } from 'node:net';
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { SandboxSlack } from '../../src/sandbox/slack/server.ts';

export type Mode = 'socket' | 'http';

export interface Bot {
  readonly app: App;
  stop(): Promise<void>;
}

// Bolt's own noise would drown the tests' output.
const logLevel = LogLevel.ERROR;

/** Starts a bot whose listeners `define` adds; it is connected when this resolves. */
export async function startBot(slack: SandboxSlack, mode: Mode, define: (app: App) => void): Promise<Bot> {
  const client = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true };
  const identity = { token: slack.botToken, botId: slack.botId, botUserId: slack.botUserId };
  const common = { ...identity, tokenVerificationEnabled: false, clientOptions: client, logLevel };
  if (mode === 'socket') {
    const receiver = new SocketModeReceiver({
      appToken: slack.appToken,
      logLevel,
      clientPingTimeout: 200,
      installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
    });
    const app = new App({ ...common, receiver });
    define(app);
    await app.start();
    return { app, stop: async () => void (await receiver.client.disconnect()) };
  }
  const port = await freePort();
  const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logLevel });
  const app = new App({ ...common, receiver });
  define(app);
  await app.start(port);
  slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
  return { app, stop: async () => void (await app.stop()) };
}

export function webClient(slack: SandboxSlack, token = slack.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel,
  });
}

/** Slack's error name of a call that must fail. */
export async function errorOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('the call succeeded');
  const data = 'data' in error && typeof error.data === 'object' ? error.data : undefined;
  return data && 'error' in data ? String(data.error) : error.name;
}

export const plain = (text: string) => ({ type: 'plain_text' as const, text });
export const section = (text: string) => ({ type: 'section' as const, text: { type: 'mrkdwn' as const, text } });
export const modal = (...blocks: readonly object[]) => ({
  type: 'modal' as const,
  callback_id: 'restore',
  title: plain('Restore'),
  submit: plain('Confirm'),
  blocks: blocks as { type: string }[],
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
