/** Whether Slack does not want us, or is only having a bad day. */
import { WebAPIPlatformError } from '@slack/web-api';
import { isPassing } from './trouble.ts';

/** Slack's word for why it refuses us; undefined: it did not say so, and may answer the next time. */
export function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof WebAPIPlatformError) || isPassing(error)) return undefined;
  return error.data.error;
}
