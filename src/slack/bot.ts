/** The Slack side of the product: everything people do and read there. It never executes a run itself. */
import { randomUUID } from 'node:crypto';
import { App } from '@slack/bolt';
import { type WebAPIPlatformError, WebClient, type WebClientOptions } from '@slack/web-api';
import { UserError } from '../restore/errors.ts';
import type { RunId } from '../restore/events.ts';
import type { Home } from '../restore/policy.ts';
import type { Clock, Deliveries, EventLog, ProgressBoard, Reporter } from '../restore/ports.ts';
import type { Restores } from '../restore/restores.ts';
import type { Run } from '../restore/run.ts';
import { type Desk, isInGoodStanding } from './desk.ts';
import { makeDrillReminders } from './drill-reminders.ts';
import type { Vitals } from './health.ts';
import { times } from './limits.ts';
import { type LineSettings, makeLine } from './line.ts';
import { listenTo } from './listeners.ts';
import { makeListening } from './listening.ts';
import { boltLogger, type Logger, quietLogger } from './logging.ts';
import { unreachableMessage } from './messages/unreachable.ts';
import { askSlack } from './people.ts';
import { makePoster } from './poster.ts';
import { makeRecheck, type Recheck } from './recheck.ts';
import { refuseReplays } from './replays.ts';
import { makeThreadReporter } from './reporter.ts';
import { refusalIn } from './trouble.ts';
import { askUserGroups } from './user-groups.ts';

export type SlackSettings = LineSettings & { readonly botToken: string };

export type SlackBotParts = {
  readonly settings: SlackSettings;
  readonly restores: Restores;
  readonly log: EventLog;
  readonly deliveries: Deliveries;
  readonly progress: ProgressBoard;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A run may start now: the caller starts it. Called once per run. */
  readonly onApproved: (runId: RunId) => void;
  /** What else /healthz and /readyz are about; absent: nothing. */
  readonly vitals?: Vitals;
};

export interface SlackBot {
  /**
   * Answers /healthz and /readyz at once; connects, and resolves with the port. While Slack cannot be reached it keeps trying.
   * Nothing is closed when it fails: that is what `stop` is for.
   * @throws UserError BAD_CONFIGURATION naming the variable that is wrong
   */
  start(): Promise<{ readonly port: number }>;
  /** Takes nothing new, finishes what it is doing, for at most `ms`; then disconnects. */
  stop(ms: number): Promise<void>;
  /** Tells the stories of runs; started and stopped by the caller. */
  readonly reporter: Reporter;
  /** Reminds channels and log of overdue drills, once a day. */
  remindOfDrills(): Promise<void>;
  /** What Slack says against our token when it is asked now, for /healthz and /readyz; empty: nothing. */
  tokenTroubles(): Promise<readonly string[]>;
  /** Rights once more, just before a run is started. @throws UserError NOT_ALLOWED, NETWORK */
  recheck(run: Run): Promise<void>;
}

export async function createSlackBot(parts: SlackBotParts): Promise<SlackBot> {
  const { settings, clock, logger } = parts;
  const bolt = boltLogger(logger);
  const stopping = new AbortController();
  const stopped = new AbortController();
  const client = new WebClient(settings.botToken, strictly(settings, logger, stopped.signal));
  let home: Home | undefined;
  const people = askSlack(client, askUserGroups(client, clock, logger));
  const desk: Desk = {
    ...parts,
    client,
    people,
    home: () => home ?? stillStarting(),
  };
  const isConnected = () => home !== undefined && line.isConnected();
  const vitals = vitalsUntil(stopping.signal, isConnected, parts.vitals);
  const line = makeLine(settings, { clock, logger, vitals });
  const app = new App({
    receiver: line.receiver,
    authorize: async () => ({ botToken: settings.botToken }),
    clientOptions: strictly(settings, logger, stopped.signal),
    logger: bolt,
    convoStore: false,
    // There are no events to hear oneself in.
    ignoreSelf: false,
  });
  const { recheck, isUnanswered } = makeRecheck(desk);
  const listening = makeListening({ clock, logger });
  const remind = makeDrillReminders({ ...parts, poster: makePoster(client, clock), process: randomUUID() });
  refuseReplays(app);
  listenTo(app, desk, listening);
  return {
    reporter: reporterOf({ ...parts, isUnanswered }, desk, stopping.signal),
    recheck,
    tokenTroubles: () => tokenTroubles(client),
    remindOfDrills: () => remind(stopping.signal),
    async start() {
      const { port } = await line.listen();
      const mode = settings.appToken === undefined ? 'http' : 'socket';
      logger.info({ port, mode }, 'Listening');
      home = await findHome(client, parts, stopping.signal);
      await line.connect();
      logger.info({ port, mode, ...home }, 'Connected to Slack');
      return { port };
    },
    async stop(ms) {
      stopping.abort();
      const late = new AbortController();
      const ending = listening.close().then(() => line.close());
      await Promise.race([ending, clock.sleep(ms, late.signal).catch(() => undefined)]);
      late.abort();
      stopped.abort();
    },
  };
}

function vitalsUntil(stopping: AbortSignal, isConnected: () => boolean, given?: Vitals): Vitals {
  const going = () => (stopping.aborted ? ['stopping'] : []);
  const away = () => (isConnected() ? [] : ['not connected to Slack']);
  return {
    troubles: () => [...going(), ...(given?.troubles() ?? [])],
    offline: () => [...away(), ...(given?.offline() ?? [])],
    isRestoring: () => given?.isRestoring() ?? false,
    obstacles: async () => [...going(), ...away(), ...((await given?.obstacles()) ?? [])],
  };
}

/** One attempt per call: a call whose answer was lost may have been carried out. An object for each client, never shared. */
function strictly({ apiUrl }: SlackSettings, logger: Logger, stopped: AbortSignal): WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    timeout: times.call,
    // An answer that nobody waits for any more must not keep the process.
    fetch: (url, { signal = stopped, ...init } = {}) =>
      fetch(url, { ...init, signal: AbortSignal.any([signal, stopped]) }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quietLogger(logger),
  };
}

function reporterOf(parts: SlackBotParts & Pick<Recheck, 'isUnanswered'>, desk: Desk, signal: AbortSignal): Reporter {
  const { restores, clock, logger, client, people } = desk;
  const poster = makePoster(client, clock);

  /** Nothing can be posted in the channel: the person who asked learns it directly. */
  async function tellRequester(run: Run, error: WebAPIPlatformError): Promise<void> {
    const { requestedBy } = run.request;
    if (requestedBy.kind !== 'slack') return;
    try {
      const place = { channelId: requestedBy.userId, key: `${run.id}:unreachable` };
      await poster.post(place, unreachableMessage(run, error.data.error), signal);
    } catch (failure) {
      const details = { runId: run.id, err: failure };
      logger.warn(details, 'The requester could not be told that the channel cannot be posted to');
    }
  }

  return makeThreadReporter({
    ...parts,
    process: randomUUID(),
    poster,
    environmentOf: (name) => restores.environments().find((each) => each.name === name),
    undoableUntil: (runId) => restores.undoableUntil(runId),
    inTheWayOf: (run) => restores.inTheWayOf(run),
    membersOf: (channelId) => people.members(channelId),
    inGroup: (groupId) => people.inGroup(groupId),
    isInGoodStanding: (userId) => isInGoodStanding(desk, userId),
    onUnreachable: (run, error) => void tellRequester(run, error),
  });
}

function stillStarting(): never {
  throw new UserError('NETWORK', 'The bot is still starting.', 'Try again in a minute.');
}

/** The workspace of the token. Keeps asking while Slack is away: a restart in an outage must not keep the bot down. */
async function findHome(client: WebClient, { clock, logger }: SlackBotParts, signal: AbortSignal): Promise<Home> {
  for (let failures = 0; ; failures += 1) {
    try {
      const { team_id: teamId, enterprise_id: enterpriseId } = await client.auth.test();
      if (teamId === undefined) throw new Error('auth.test answered without a team');
      return { teamId, ...(enterpriseId === undefined ? {} : { enterpriseId }) };
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal !== undefined) throw wrongToken(refusal, error);
      const ms = Math.min(times.retryCap, times.retryFirst * 2 ** failures);
      logger.warn({ err: error, retryInMs: ms }, 'Slack cannot be reached; trying again');
      await clock.sleep(ms, signal);
    }
  }
}

async function tokenTroubles(client: WebClient): Promise<readonly string[]> {
  try {
    await client.auth.test();
    return [];
  } catch (error) {
    const refusal = refusalIn(error);
    return [refusal === undefined ? 'Slack cannot be reached' : `Slack: ${refusal}`];
  }
}

function wrongToken(code: string, cause: unknown): UserError {
  return new UserError(
    'BAD_CONFIGURATION',
    `Slack refuses SLACK_BOT_TOKEN (${code}).`,
    'It begins with xoxb-; see OAuth & Permissions > Bot User OAuth Token in the settings of the app. Reinstall the app if it was revoked.',
    { cause },
  );
}
