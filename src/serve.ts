import type { Parts } from './compose.ts';
import { compose, connect } from './compose.ts';
import { slackSettings } from './config/slack-settings.ts';
import type { Config } from './config.ts';
import { makeHealth } from './health.ts';
import type { Log } from './log.ts';
import { createLog } from './log.ts';
import { statusFileReporter } from './reporters/status-file.ts';
import { UserError } from './restore/errors.ts';
import type { RunId } from './restore/events.ts';
import type { Reporter } from './restore/ports.ts';
import type { SlackBot, SlackSettings } from './slack/bot.ts';
import { createSlackBot } from './slack/bot.ts';
import { Turns } from './turns.ts';

const minute = 60_000;
/** How long the thread's last words and the answers under way may take when we are told to stop. */
const lastWordsMs = 10_000;

/**
 * The bot: runs until SIGTERM or SIGINT, then stops what it does at the next safe point, says so in the thread, and ends.
 * @throws UserError BAD_CONFIGURATION, STORAGE
 */
export async function serve(config: Config): Promise<void> {
  const settings = settingsFor(config);
  const log = createLog(config.logLevel);
  const parts = compose(config, await connect(config), (error, runId) =>
    log.error({ err: error, runId }, 'A bug ended a restore'),
  );
  const stopping = stopSignal(log);
  const cloudWatch = parts.cloudWatch({ say: (sentence) => log.warn(sentence), gauges: 'every-five-minutes' });
  const askSlack = () => bot.tokenTroubles();
  const vitals = makeHealth({ ...parts, environments: config.environments, askSlack }, stopping);
  const onApproved = (runId: RunId) => turns.approved(runId);
  const bot = await createSlackBot({ ...parts, settings, logger: log, onApproved, vitals });
  const carrying = { parts, config, stopping, log };
  const turns = new Turns({
    ...parts,
    log,
    stopping,
    recheck: (run) => bot.recheck(run),
    carryOut: (runId) => carryOut(runId, carrying),
    abandon: (runId, why) => abandon(runId, why, carrying),
  });
  const doChores = makeChores(parts, bot, log, stopping);
  const chores = setInterval(() => {
    void doChores();
    if (!turns.isLooking) turns.look();
  }, minute);
  let patienceMs = lastWordsMs;
  try {
    bot.reporter.start();
    cloudWatch?.start();
    turns.look();
    // Connecting goes on for as long as Slack is away; being told to stop must not wait for that.
    await Promise.race([bot.start().then(() => aborted(stopping)), aborted(stopping)]);
  } catch (error) {
    // What was begun is finished all the same, and what is thrown is not read before that. Else there is nothing to tell.
    if (turns.underWay > 0)
      log.error({ err: error }, 'The bot cannot start; it ends when the restore under way has ended');
    else patienceMs = 0;
    throw error;
  } finally {
    clearInterval(chores);
    await turns.stop();
    await bot.reporter.stop(patienceMs);
    await bot.stop(patienceMs);
    await cloudWatch?.stop(patienceMs);
    await parts.close();
    log.info('Stopped');
  }
}

type Carrying = {
  readonly parts: Parts;
  readonly config: Config;
  readonly stopping: AbortSignal;
  readonly log: Log;
};

async function carryOut(runId: RunId, carrying: Carrying): Promise<void> {
  const { parts, config, stopping, log } = carrying;
  const { restores } = parts;
  const statusFile = statusFileFor(parts, runId, config, log);
  try {
    const isInterrupted = restores.run(runId)?.state === 'IN_PROGRESS';
    statusFile?.start();
    const ended = await (isInterrupted ? restores.resume(runId, stopping) : restores.execute(runId, stopping));
    log.info(
      { runId, state: ended.state, ...(ended.failure && { code: ended.failure.code }) },
      'A restore has stopped',
    );
  } catch (error) {
    if (!stopping.aborted) abandon(runId, error, carrying);
  } finally {
    await statusFile?.stop(lastWordsMs);
  }
}

function abandon(runId: RunId, why: unknown, { parts, log }: Carrying): void {
  log.error({ err: why, runId }, 'A restore could not be carried out');
  try {
    if (why instanceof UserError) parts.restores.abandon(runId, why);
  } catch (error) {
    // The file that holds the record is the trouble. The run stays as it is written there, and is looked at again.
    log.error({ err: error, runId }, 'The end of a restore could not be written down');
  }
}

function statusFileFor({ log: events }: Parts, runId: RunId, { statusFile }: Config, log: Log): Reporter | undefined {
  if (statusFile === undefined) return undefined;
  return statusFileReporter(events, runId, statusFile, (error) => {
    log.error({ err: error, runId, file: statusFile }, 'The status file can no longer be written');
  });
}

/** Restore tables of runs that ended this long ago are of no use to anybody any more. */
const leftoversKeptMs = 24 * 60 * minute;
const hour = 60 * minute;

/** What has to be done now and then: requests expire, journals are forgotten, leftovers are deleted, people are reminded of drills. */
function makeChores(
  { restores, clock, purgeJournal, cleanUp }: Parts,
  bot: Pick<SlackBot, 'remindOfDrills'>,
  log: Log,
  stopping: AbortSignal,
) {
  let cleanedUpAt = clock.now();
  let remindedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    try {
      for (const run of restores.expireOverdue()) log.info({ runId: run.id }, 'A request has expired');
      // It reads a thousand runs, and meanwhile nobody in Slack is answered.
      if (clock.now() - remindedAt >= hour) {
        remindedAt = clock.now();
        await bot.remindOfDrills();
      }
      if (clock.now() - cleanedUpAt < hour) return;
      cleanedUpAt = clock.now();
      purgeJournal();
      const { tables } = await cleanUp(leftoversKeptMs, stopping);
      for (const { restoreTable, runId, outcome } of tables)
        log.info({ restoreTable, runId, reason: outcome }, 'A leftover');
    } catch (error) {
      // The file may be busy, AWS out of reach or the disk full for a moment; the next time tries again.
      if (!stopping.aborted) log.error({ err: error }, 'The chores could not be done');
    }
  };
}

function settingsFor(config: Config): SlackSettings {
  const { botToken, connection, apiUrl } = slackSettings(config);
  return {
    botToken: botToken.reveal(),
    ...(connection.kind === 'socket'
      ? { appToken: connection.appToken.reveal(), port: config.slack.port }
      : { signingSecret: connection.signingSecret.reveal(), port: connection.port }),
    ...(apiUrl === undefined ? {} : { apiUrl }),
  };
}

function stopSignal(log: Log): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      log.info({ signal: name }, 'Told to stop; a running restore stops at its next safe point');
      stopping.abort();
    });
  }
  return stopping.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
