/** Brackets everything that comes in from Slack: acknowledged in time, answered when it fails, waited for at the end. */
import { randomUUID } from 'node:crypto';
import { SlackError } from '@slack/web-api';
import { UserError } from '../restore/errors.ts';
import type { Clock } from '../restore/ports.ts';
import { times } from './limits.ts';
import type { Logger } from './logging.ts';
import type { Message } from './messages/blocks.ts';
import { bugMessage, errorMessage } from './messages/refusal.ts';
import { slackTrouble } from './trouble.ts';

export type Ack<Response> = (response?: Response) => Promise<void>;

type Incoming<Response> = {
  /** For the log: `command`, `action pitr_approve`. */
  readonly what: string;
  readonly userId: string;
  readonly ack: Ack<Response>;
  /** Tells the person alone. */
  readonly tell: (message: Message) => Promise<unknown>;
  /** The message as an acknowledgement that says it at once, where Slack knows such a thing. */
  readonly inAck?: (message: Message) => Response;
};

export interface Listening {
  /** Never rejects: what goes wrong is told to the person and to the log. */
  handle<Response>(incoming: Incoming<Response>, work: (ack: Ack<Response>) => Promise<void>): Promise<void>;
  /** From now on everybody is told to come back in a minute; resolves when all that is being done is done. */
  close(): Promise<void>;
}

export function makeListening({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }): Listening {
  const inFlight = new Set<Promise<void>>();
  let isClosed = false;

  async function carryOut<Response>(incoming: Incoming<Response>, work: (ack: Ack<Response>) => Promise<void>) {
    const { what } = incoming;
    const acked = new AbortController();
    const ack: Ack<Response> = async (response) => {
      if (acked.signal.aborted) return;
      acked.abort();
      await incoming.ack(response);
    };
    void warnWhenSlow(what, acked.signal);
    try {
      if (isClosed) throw restarting();
      await work(ack);
    } catch (error) {
      await answerInstead(incoming, messageFor(incoming, error), acked.signal.aborted ? undefined : ack);
    } finally {
      acked.abort();
    }
  }

  /** Whoever waits for an answer must not wait for nothing. `ack`: when that is still owed. */
  async function answerInstead<Response>(
    { what, userId, tell, inAck }: Incoming<Response>,
    message: Message,
    ack: Ack<Response> | undefined,
  ): Promise<void> {
    const answers =
      ack !== undefined && inAck !== undefined ? [ack(inAck(message))] : [ack?.() ?? Promise.resolve(), tell(message)];
    for (const result of await Promise.allSettled(answers)) {
      if (result.status === 'rejected')
        logger.warn({ what, userId, err: result.reason }, 'An answer did not reach Slack');
    }
  }

  function messageFor({ what, userId }: Pick<Incoming<unknown>, 'what' | 'userId'>, error: unknown): Message {
    if (error instanceof UserError) return errorMessage(error);
    if (!(error instanceof SlackError)) return bug(what, userId, error);
    logger.warn({ what, userId, err: error }, 'Slack did not do what an answer needs');
    return errorMessage(slackTrouble(error));
  }

  function bug(what: string, userId: string, error: unknown): Message {
    const id = randomUUID().slice(0, 8);
    logger.error({ what, userId, id, err: error }, 'Something broke while answering Slack');
    return bugMessage(id);
  }

  async function warnWhenSlow(what: string, acked: AbortSignal): Promise<void> {
    try {
      await clock.sleep(times.slowAck, acked);
      logger.warn({ what, afterMs: times.slowAck }, 'Not acknowledged yet; Slack gives up after three seconds');
    } catch (error) {
      if (!acked.aborted) throw error;
    }
  }

  return {
    handle(incoming, work) {
      const done = carryOut(incoming, work);
      inFlight.add(done);
      return done.finally(() => inFlight.delete(done));
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(inFlight);
    },
  };
}

function restarting(): UserError {
  return new UserError('OUT_OF_DATE', 'I am being restarted, so nothing was done.', 'Try again in a minute.');
}
