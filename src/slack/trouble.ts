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

/**
 * Slack's word for why it refuses us; undefined: it did not say so, and may answer the next time. What was asked for may
 * have been done all the same: "It's possible some aspect of the operation succeeded before the error was raised"
 * (docs.slack.dev/reference/methods/chat.postMessage, fatal_error).
 */
export function refusalIn(error: unknown): string | undefined {
  const code = codeIn(error);
  return code === undefined || passing.has(code) ? undefined : code;
}

/** The client takes any answer that is no JSON, a proxy's page say, for Slack's word. */
function codeIn(error: unknown): string | undefined {
  if (!(error instanceof WebAPIPlatformError)) return undefined;
  return /^\w{1,100}$/.test(error.data.error) ? error.data.error : undefined;
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
  const code = codeIn(error);
  if (code === undefined) {
    return error instanceof WebAPIPlatformError
      ? new UserError('NETWORK', 'What came back is no answer of Slack.', 'Do it once more.', options)
      : new UserError('NETWORK', 'Slack did not answer in time.', 'Do it once more.', options);
  }
  return passing.has(code)
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
