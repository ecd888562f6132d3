/** The line to Slack: a WebSocket (Socket Mode) or an HTTP endpoint, with its health and its end. */
import type { Server } from 'node:http';
import { type Logger as BoltLogger, HTTPReceiver, type Receiver, SocketModeReceiver } from '@slack/bolt';
import { WebAPIPlatformError } from '@slack/web-api';
import { UserError } from '../restore/errors.ts';
import { healthRoutes, listenForHealth, type Vitals } from './health.ts';
import { makeReplayMark } from './replays.ts';

const eventsPath = '/slack/events';

export type LineSettings = {
  /** Given: Socket Mode. */
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** HTTP mode: Slack's requests, /healthz and /readyz; Socket Mode: these two alone. 0: any free one. */
  readonly port: number;
  readonly apiUrl?: string;
};

export interface Line {
  readonly receiver: Receiver;
  /** Resolves with the port once Slack can reach us. @throws UserError BAD_CONFIGURATION */
  open(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

/** @param vitals what is asked of it, beside the line itself */
export function makeLine(settings: LineSettings, logger: BoltLogger, vitals: Vitals): Line {
  const { appToken, signingSecret } = settings;
  if (appToken !== undefined) return socketLine({ ...settings, appToken }, logger, vitals);
  if (signingSecret !== undefined && signingSecret !== '')
    return httpLine({ ...settings, signingSecret }, logger, vitals);
  throw new UserError(
    'BAD_CONFIGURATION',
    'Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so Slack cannot reach the bot.',
    'Set SLACK_APP_TOKEN (xapp-…, scope connections:write) for Socket Mode, or SLACK_SIGNING_SECRET and PORT for HTTP.',
  );
}

function socketLine(
  { appToken, apiUrl, port }: LineSettings & { readonly appToken: string },
  logger: BoltLogger,
  vitals: Vitals,
): Line {
  // Options of its own, with no retryConfig: the client then sets its 100 retries here, and not in the options of ours.
  // With fewer it would never reconnect after Slack has been away.
  const clientOptions = apiUrl === undefined ? {} : { slackApiUrl: apiUrl };
  const receiver = new SocketModeReceiver({ appToken, logger, installerOptions: { clientOptions } });
  let isConnected = false;
  receiver.client.on('connected', () => {
    isConnected = true;
  });
  for (const event of ['close', 'reconnecting', 'disconnecting', 'disconnected']) {
    receiver.client.on(event, () => {
      isConnected = false;
    });
  }
  let health: Server | undefined;
  return {
    receiver,
    async open() {
      health = await orPortProblem(
        port,
        listenForHealth(
          port,
          onLine(vitals, () => isConnected),
        ),
      );
      try {
        await receiver.start();
      } catch (error) {
        health.close();
        throw socketProblem(error);
      }
      return { port: portOf(health, port) };
    },
    async close() {
      health?.close();
      health?.closeAllConnections();
      // Not App.stop(): it resolves while the socket is still open.
      await receiver.client.disconnect();
    },
  };
}

function httpLine(
  { signingSecret, port }: LineSettings & { readonly signingSecret: string },
  logger: BoltLogger,
  vitals: Vitals,
): Line {
  let server: Server | undefined;
  const routes = healthRoutes(onLine(vitals, () => server?.listening === true));
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: eventsPath,
    logger,
    customPropertiesExtractor: makeReplayMark(),
    customRoutes: Object.entries(routes).map(([path, handler]) => ({ path, method: ['GET'], handler })),
  });
  return {
    receiver,
    async open() {
      server = await orPortProblem(port, receiver.start(port));
      return { port: portOf(server, port) };
    },
    async close() {
      if (server?.listening !== true) return;
      const closed = receiver.stop();
      server.closeIdleConnections();
      await closed;
    },
  };
}

/** Without Slack nothing else is of use either. */
function onLine({ troubles, obstacles }: Vitals, isConnected: () => boolean): Vitals {
  const offline = () => (isConnected() ? [] : ['not connected to Slack']);
  return {
    troubles: () => [...offline(), ...troubles()],
    obstacles: async () => [...offline(), ...(await obstacles())],
  };
}

function portOf(server: Server, asked: number): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : asked;
}

async function orPortProblem<T>(port: number, listening: Promise<T>): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    throw new UserError(
      'BAD_CONFIGURATION',
      `Port ${port} cannot be listened on.`,
      'Set PORT to a free one, or end what uses it.',
      {
        cause: error,
      },
    );
  }
}

function socketProblem(error: unknown): unknown {
  if (!(error instanceof WebAPIPlatformError)) return error;
  return new UserError(
    'BAD_CONFIGURATION',
    `Slack refuses SLACK_APP_TOKEN (${error.data.error}).`,
    'It begins with xapp- and needs the scope connections:write; Socket Mode must be on. See Basic Information > App-Level Tokens.',
    { cause: error },
  );
}
