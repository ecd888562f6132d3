/** What Slack's no means for a person: whether to do it again, when, or whom to tell. */
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { UserError } from '../restore/errors.ts';

/** Answers that are about Slack's day, not about our token, scopes or arguments. */
const passing: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'ratelimited',
  'request_timeout',
]);

/** Slack's word for why it refuses us; undefined: it did not say so, and may answer the next time. */
export function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof WebAPIPlatformError) || isPassing(error)) return undefined;
  return error.data.error;
}

function isPassing(error: WebAPIPlatformError): boolean {
  return passing.has(error.data.error);
}

/** For how many seconds Slack asks to be left alone: one at least. */
export function secondsAskedFor({ retryAfter }: WebAPIRateLimitedError): number {
  return Math.max(1, retryAfter);
}

/** For whoever waits for an answer that Slack would not let us give. `error`: whatever the Slack client threw. */
export function slackTrouble(error: unknown): UserError {
  const options = { cause: error };
  if (error instanceof WebAPIRateLimitedError) {
    const seconds = secondsAskedFor(error);
    return new UserError('NETWORK', `Slack takes no more of this for ${seconds} s.`, 'Do it once more then.', options);
  }
  if (!(error instanceof WebAPIPlatformError)) {
    return new UserError('NETWORK', 'Slack did not answer in time.', 'Do it once more.', options);
  }
  const code = error.data.error;
  return isPassing(error)
    ? new UserError('NETWORK', `Slack has trouble of its own (${code}).`, 'Do it once more.', options)
    : new UserError('NETWORK', `Slack refused what an answer needs (${code}).`, tellTheOperator, options);
}

/**
 * Nothing is done without an answer to this. NETWORK whatever the reason is, so that an approved restore waits for it.
 * @param what `who you are`
 */
export function cannotAsk(what: string, cause: unknown): UserError {
  const message = `Slack could not be asked ${what}, and without that nothing is done.`;
  if (cause instanceof WebAPIRateLimitedError) {
    return new UserError('NETWORK', message, `Try again in ${secondsAskedFor(cause)} s.`, { cause });
  }
  const refusal = refusalIn(cause);
  if (refusal === undefined) return new UserError('NETWORK', message, 'Try again in a moment.', { cause });
  const refused = `Slack refuses to say ${what} (${refusal}), and without that nothing is done.`;
  return new UserError('NETWORK', refused, tellTheOperator, { cause });
}

const tellTheOperator = 'Tell whoever runs this bot: `pitr-restore doctor` in a shell says what is wrong.';
