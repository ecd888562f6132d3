/** Whether Slack does not want us, or is only having a bad day. */
import { WebAPIPlatformError } from '@slack/web-api';

/** Answers that are about Slack's day, not about our token. */
const passing: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'ratelimited',
  'request_timeout',
]);

/** Slack's word for why it refuses us; undefined: it did not say so, and may answer the next time. */
export function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof WebAPIPlatformError) || passing.has(error.data.error)) return undefined;
  return error.data.error;
}
