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

export function isPassing(error: WebAPIPlatformError): boolean {
  return passing.has(error.data.error);
}

/** For whoever waits for an answer that Slack would not let us give. `error`: whatever the Slack client threw. */
export function slackTrouble(error: unknown): UserError {
  const options = { cause: error };
  if (error instanceof WebAPIRateLimitedError) {
    const seconds = Math.max(1, error.retryAfter);
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
    return new UserError('NETWORK', message, `Try again in ${Math.max(1, cause.retryAfter)} s.`, { cause });
  }
  if (!(cause instanceof WebAPIPlatformError) || isPassing(cause)) {
    return new UserError('NETWORK', message, 'Try again in a moment.', { cause });
  }
  const refused = `Slack refuses to say ${what} (${cause.data.error}), and without that nothing is done.`;
  return new UserError('NETWORK', refused, tellTheOperator, { cause });
}

const tellTheOperator = 'Tell whoever runs this bot: `pitr-restore doctor` in a shell says what is wrong.';
