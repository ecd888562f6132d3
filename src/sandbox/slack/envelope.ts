import type { JsonObject } from './json.ts';

/** Something Slack tells the bot, by socket or by HTTP. */
export interface Envelope {
  readonly type: 'slash_commands' | 'interactive' | 'events_api';
  readonly payload: JsonObject;
  readonly retry?: { readonly attempt: number; readonly reason: string };
}

/** What became of it. `status` is the bot's HTTP status where it was not 2xx. `ms` is on Slack's clock. */
export type Delivery =
  | { readonly outcome: 'acked'; readonly ms: number; readonly body: unknown }
  | { readonly outcome: 'timed out'; readonly ms: number }
  | { readonly outcome: 'refused'; readonly ms: number; readonly status: number }
  | { readonly outcome: 'unreachable'; readonly ms: number };

export interface Channel {
  deliver(envelope: Envelope): Promise<Delivery>;
}
