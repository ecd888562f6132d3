/** Reminds an environment's channels, and the log, of a drill that is overdue: once a day, however many bots there are. */
import { overdueSentence } from '../restore/drills.ts';
import type { Clock, Deliveries } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Restores } from '../restore/restores.ts';
import type { Logger } from './logging.ts';
import { message, section } from './messages/blocks.ts';
import { code, escaped } from './mrkdwn.ts';
import type { Poster } from './poster.ts';

type Parts = {
  readonly restores: Pick<Restores, 'drills' | 'environment'>;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly poster: Poster;
  /** This process, to tell it from another bot on the same file. */
  readonly process: string;
};

const reporter = 'drill-reminders';
const claimMs = 30_000;
/** Where the log's own line is noted: no channel has this id. */
const log = 'log';

/** Call it now and then. What cannot be posted is logged, and tried again the next time. */
export function makeDrillReminders(parts: Parts): (signal: AbortSignal) => Promise<void> {
  const { restores, clock } = parts;
  return async (signal) => {
    const now = clock.now();
    for (const record of restores.drills()) {
      const sentence = overdueSentence(record, now);
      if (sentence === undefined) continue;
      for (const channelId of [log, ...restores.environment(record.environment).channels]) {
        await remind(parts, { environment: record.environment, sentence, channelId, now }, signal);
      }
    }
  };
}

type Reminder = {
  readonly environment: string;
  readonly sentence: string;
  readonly channelId: string;
  readonly now: Instant;
};

async function remind(parts: Parts, reminder: Reminder, signal: AbortSignal): Promise<void> {
  const { deliveries, logger, poster, process } = parts;
  const { environment, sentence, channelId, now } = reminder;
  const day = new Date(now).toISOString().slice(0, 10);
  const key = `drill:${environment}:${day}`;
  const claim = deliveries.claim(reporter, channelId, key, { process, now, until: now + claimMs });
  if (claim === 'posted' || claim === 'theirs') return;
  if (channelId === log) {
    logger.warn({ environment }, sentence);
    deliveries.remember(reporter, channelId, key, { channelId, messageId: day });
    return;
  }
  const command = code(`/pitr-restore drill ${environment}`);
  const text = `:stopwatch: ${escaped(sentence)} A drill writes to no live table. Type: ${command}`;
  try {
    const posted = await poster.post({ channelId, key }, message(text, [section(text)]), signal);
    deliveries.remember(reporter, channelId, key, posted);
  } catch (error) {
    signal.throwIfAborted();
    logger.warn({ err: error, environment, channelId }, 'The channel could not be reminded of a drill');
  }
}
