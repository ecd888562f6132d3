import type { JsonObject } from '../json.ts';

/** An answer of `ok: false`: Slack's error name, and what Slack sends along with it. */
export class SlackError extends Error {
  readonly code: string;
  readonly details: JsonObject;

  constructor(code: string, details: JsonObject = {}) {
    super(code);
    this.name = 'SlackError';
    this.code = code;
    this.details = details;
  }
}

/** Slack's answer to a request it could not make sense of, with one sentence per mistake. */
export function invalidArguments(...messages: readonly string[]): SlackError {
  return new SlackError('invalid_arguments', { response_metadata: { messages } });
}
