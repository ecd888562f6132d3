import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { UserError } from '../restore/errors.ts';
import type { Consumed, SpeedNow } from '../restore/speed.ts';
import type { Attempt } from './explanations.ts';
import type { Patience } from './patience.ts';
import type { Throttling } from './throttling.ts';
import { throttlingIn } from './throttling.ts';
import type { Throughput } from './throughput/throughput.ts';
import { isTemporary, translateError } from './translate-errors.ts';

/** Where requests go: a client, and its region for the messages. */
export type Account = { readonly client: DynamoDBClient; readonly region: string };

/** What the requests of one job share. */
export type Effort = {
  readonly throughput: Throughput;
  readonly patience: Patience;
  readonly signal: AbortSignal;
  readonly speed: SpeedNow;
  /** Told what a reply says that it cost. */
  readonly onConsumed?: ((consumed: Consumed) => void) | undefined;
};

/** One request about items, to be sent as often as it takes. */
export type ItemsRequest<T> = {
  /** Makes it, each time its turn has come: where hundreds wait for theirs, what waits is to be small. */
  readonly prepare: () => { readonly attempt: Attempt; readonly send: () => Promise<T> };
  /** Things in it, by which its cost is foreseen. */
  readonly pieces: number;
  /** What the reply says it cost; undefined: nothing. */
  readonly costOf: (reply: T) => Consumed | undefined;
  /** Called right before it is sent, each time; may say by throwing that it must not be. */
  readonly beforeEach?: (() => void) | undefined;
  /** Also what is to be waited out: a table that was made just now is not known everywhere at once. */
  readonly mayBeUnknown?: boolean;
};

/**
 * One request to AWS.
 * @throws UserError with a code of the outside world, or the signal's reason when that ended it.
 */
export async function call<T>(attempt: Attempt, send: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await send();
  } catch (error) {
    signal?.throwIfAborted();
    throw translateError(error, attempt);
  }
}

/**
 * Sends a request when the table may be asked, and again while AWS is busy or out of reach, as long as the patience lasts.
 * @throws as `call` does, and what `beforeEach` throws
 */
export async function callPatiently<T>(request: ItemsRequest<T>, effort: Effort): Promise<T> {
  const { patience, throughput, signal } = effort;
  for (let refusals = 1; ; refusals += 1) {
    try {
      const reply = await callInTurn(request, effort);
      patience.moved();
      return reply;
    } catch (error) {
      if (!isTemporary(error) && !(request.mayBeUnknown && isUnknownTable(error))) throw error;
      patience.othersMoved(throughput.acceptedAt);
      await patience.wait(error, refusals, signal);
    }
  }
}

/**
 * Sends a request once, when its turn comes. `leftOver`: whether the reply says that the table did not take all of it.
 * @throws as `call` does, and what `beforeEach` throws
 */
export async function callInTurn<T>(
  { prepare, pieces, costOf, beforeEach }: ItemsRequest<T>,
  { throughput, patience, signal, speed, onConsumed }: Effort,
  leftOver: (reply: T) => boolean = () => false,
): Promise<T> {
  const turn = await throughput.begin({ pieces, speed, signal, onPaused: () => patience.paused() });
  try {
    const { attempt, send } = prepare();
    beforeEach?.();
    const reply = await call(attempt, send, signal);
    const consumed = costOf(reply);
    if (consumed !== undefined) onConsumed?.(consumed);
    turn.accepted(consumed && consumed.readUnits + consumed.writeUnits, leftOver(reply) ? 'unknown' : undefined);
    return reply;
  } catch (error) {
    if (isTemporary(error)) turn.refused(refusalIn(error));
    else turn.ended();
    throw error;
  }
}

function isUnknownTable(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'TABLE_NOT_FOUND';
}

/** undefined: it was not the pace that was refused. */
function refusalIn(error: UserError): Throttling | undefined {
  return error.code === 'THROTTLED' ? throttlingIn(error.cause) : undefined;
}
