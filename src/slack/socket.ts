/** The WebSocket of Socket Mode, connected anew for as long as the process lives. */
import { setTimeout as timeout } from 'node:timers/promises';
import { defaultProcessEventErrorHandler, SocketModeReceiver } from '@slack/bolt';
import { WebAPIRateLimitedError } from '@slack/web-api';
import { UserError } from '../restore/errors.ts';
import type { Clock } from '../restore/ports.ts';
import { times } from './limits.ts';
import { boltLogger, type Logger, quietLogger } from './logging.ts';
import { refusalIn } from './trouble.ts';

export type SocketParts = {
  readonly appToken: string;
  readonly apiUrl?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long Slack may take to greet, in milliseconds of the network's time; absent: 30 s. */
  readonly patienceMs?: number;
};

export interface Socket {
  readonly receiver: SocketModeReceiver;
  isConnected(): boolean;
  /**
   * Resolves once connected, however long Slack is away; from then on a connection that ends is followed by another.
   * @throws UserError BAD_CONFIGURATION when Slack refuses the token. Only here: later, restores may be under way, and it
   * is asked again.
   */
  connect(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Our own loop, and not the client's: that one waits five seconds before each connection, and its waits grow without an end; and
 * an answer such as `invalid_auth` in its middle is a rejection that nobody can catch, which ends the process
 * (@slack/socket-mode 3.1.0, SocketModeClient.delayReconnectAttempt).
 */
export function makeSocket(parts: SocketParts): Socket {
  const { clock, logger, patienceMs = 30_000 } = parts;
  const receiver = receiverOf(parts);
  const { client } = receiver;
  const closing = new AbortController();
  let isConnected = false;
  let working: Promise<void> = Promise.resolve();
  client.on('connected', () => {
    isConnected = true;
  });
  client.on('disconnected', () => {
    isConnected = false;
  });
  survivesAnyMessage(client, logger);

  async function connected(whenRefused: (code: string, error: unknown, retryInMs: number) => void): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        await greeted(client, patienceMs);
        // Closing does not call off a connection that is being made.
        if (closing.signal.aborted) await client.disconnect();
        return closing.signal.throwIfAborted();
      } catch (error) {
        closing.signal.throwIfAborted();
        const retryInMs = waitAfter(failures, error);
        const refusal = refusalIn(error);
        if (refusal !== undefined) whenRefused(refusal, error, retryInMs);
        else logger.warn({ err: error, retryInMs }, 'Slack cannot be reached; trying again');
        await clock.sleep(retryInMs, closing.signal);
      }
    }
  }

  /** Until it is closed. */
  async function stayConnected(): Promise<void> {
    for (let short = 0; ; ) {
      const since = clock.now();
      if (isConnected) await new Promise((resolve) => client.once('disconnected', resolve));
      if (closing.signal.aborted) return;
      // At once: until then whoever types is told that the app did not respond. But not for ever at once.
      short = clock.now() - since < times.retryCap ? short + 1 : 0;
      if (short > 1) await clock.sleep(waitAfter(short - 2), closing.signal);
      await connected((reason, err, retryInMs) => {
        const details = { reason, err, retryInMs };
        logger.error(details, 'Slack refuses a connection; restores go on, and it is asked again');
      });
      logger.info({}, 'Connected to Slack again');
    }
  }

  return {
    receiver,
    isConnected: () => isConnected,
    async connect() {
      working = connected((code, error) => {
        throw wrongToken(code, error);
      });
      await working;
      working = stayConnected();
      // It ends when it is closed, by the abortion of whatever it waits for.
      working.catch(() => undefined);
    },
    async close() {
      closing.abort();
      // Not App.stop(): it resolves while the socket is still open.
      await client.disconnect();
      await working.catch(() => undefined);
    },
  };
}

/**
 * The client looks into every message without asking what it is, and what it stumbles over ends the process: an
 * `app_rate_limited` has no event in it (docs.slack.dev/apis/events-api, "Rate limiting"; @slack/socket-mode 3.1.0,
 * SocketModeClient.onWebSocketMessage).
 */
function survivesAnyMessage(client: SocketModeReceiver['client'], logger: Logger): void {
  const understands = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', async (...message: unknown[]) => {
    try {
      for (const listener of understands) await listener(...message);
    } catch (error) {
      logger.warn({ err: error }, 'Slack sent a message that cannot be understood; it is ignored');
    }
  });
}

/** Resolves when Slack has said hello. */
async function greeted(client: SocketModeReceiver['client'], patienceMs: number): Promise<void> {
  const inTime = new AbortController();
  const late = timeout(patienceMs, undefined, { signal: inTime.signal });
  const tooLate = late.then(() => Promise.reject(new Error(`Slack did not greet within ${patienceMs} ms`)));
  // A connection that ends before is a rejection with nothing in it.
  const started = client.start().catch((error: unknown) => {
    throw error instanceof Error ? error : new Error('The connection ended before Slack greeted');
  });
  try {
    await Promise.race([started, tooLate]);
  } catch (error) {
    // What is half open would come to life some time.
    await client.disconnect();
    throw error;
  } finally {
    inTime.abort();
  }
}

/** The n-th failure in a row, from 0, is followed by a wait of so many milliseconds. */
function waitAfter(failures: number, error?: unknown): number {
  const asked = error instanceof WebAPIRateLimitedError ? error.retryAfter * 1000 : 0;
  return Math.max(asked, Math.min(times.retryCap, times.retryFirst * 2 ** failures));
}

function receiverOf({ appToken, apiUrl, logger }: SocketParts): SocketModeReceiver {
  const bolt = boltLogger(logger);
  return new SocketModeReceiver({
    appToken,
    logger: quietLogger(logger),
    autoReconnectEnabled: false,
    processEventErrorHandler: (args) => defaultProcessEventErrorHandler({ ...args, logger: bolt }),
    // An object of its own: the client writes into it.
    installerOptions: {
      clientOptions: {
        ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
        timeout: times.call,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
      },
    },
  });
}

function wrongToken(code: string, cause: unknown): UserError {
  return new UserError(
    'BAD_CONFIGURATION',
    `Slack refuses SLACK_APP_TOKEN (${code}).`,
    'It begins with xapp- and needs the scope connections:write; Socket Mode must be on. See Basic Information > App-Level Tokens.',
    { cause },
  );
}
