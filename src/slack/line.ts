/** The line to Slack: a WebSocket (Socket Mode) or an HTTP endpoint, with its health and its end. */
import type { Server } from 'node:http';
import { type Logger as BoltLogger, HTTPReceiver, type Receiver } from '@slack/bolt';
import { UserError } from '../restore/errors.ts';
import { healthRoutes, listenForHealth, type Vitals } from './health.ts';
import { boltLogger } from './logging.ts';
import { makeReplayMark } from './replays.ts';
import { makeSocket, type Socket, type SocketParts } from './socket.ts';

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
  /** Whether Slack can reach us, as far as that can be known here. */
  isConnected(): boolean;
  /** Answers what a supervisor asks, and in HTTP mode Slack; resolves with the port. @throws UserError BAD_CONFIGURATION */
  listen(): Promise<{ readonly port: number }>;
  /** Resolves once Slack can reach us, however long it is away. @throws UserError BAD_CONFIGURATION */
  connect(): Promise<void>;
  close(): Promise<void>;
}

export type LineParts = Pick<SocketParts, 'clock' | 'logger'> & {
  /** What a supervisor may ask. */
  readonly vitals: Vitals;
};

export function makeLine(settings: LineSettings, { vitals, ...parts }: LineParts): Line {
  const { appToken, apiUrl, signingSecret } = settings;
  if (appToken !== undefined) {
    const socket = makeSocket({ ...parts, appToken, ...(apiUrl === undefined ? {} : { apiUrl }) });
    return socketLine(settings, socket, vitals);
  }
  if (signingSecret !== undefined && signingSecret !== '')
    return httpLine({ ...settings, signingSecret }, boltLogger(parts.logger), vitals);
  throw new UserError(
    'BAD_CONFIGURATION',
    'Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so Slack cannot reach the bot.',
    'Set SLACK_APP_TOKEN (xapp-…, scope connections:write) for Socket Mode, or SLACK_SIGNING_SECRET and PORT for HTTP.',
  );
}

function socketLine({ port }: LineSettings, socket: Socket, vitals: Vitals): Line {
  let health: Server | undefined;
  return {
    receiver: socket.receiver,
    isConnected: socket.isConnected,
    async listen() {
      health = await orPortProblem(port, listenForHealth(port, vitals));
      return { port: portOf(health, port) };
    },
    connect: socket.connect,
    async close() {
      health?.close();
      health?.closeAllConnections();
      await socket.close();
    },
  };
}

function httpLine(
  { signingSecret, port }: LineSettings & { readonly signingSecret: string },
  logger: BoltLogger,
  vitals: Vitals,
): Line {
  let server: Server | undefined;
  const routes = healthRoutes(vitals);
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: eventsPath,
    logger,
    customPropertiesExtractor: makeReplayMark(),
    customRoutes: Object.entries(routes).map(([path, handler]) => ({ path, method: ['GET'], handler })),
  });
  return {
    receiver,
    isConnected: () => server?.listening === true,
    async listen() {
      server = await orPortProblem(port, receiver.start(port));
      return { port: portOf(server, port) };
    },
    connect: async () => undefined,
    async close() {
      if (server?.listening !== true) return;
      const closed = receiver.stop();
      server.closeIdleConnections();
      await closed;
    },
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
