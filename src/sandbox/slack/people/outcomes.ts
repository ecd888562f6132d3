/** What a person notices after doing something. */
import type { Delivery } from '../envelope.ts';
import { isObject, type JsonObject, objectAt, textAt } from '../json.ts';

export interface Reached {
  readonly acked: boolean;
  /** Milliseconds until the bot acknowledged, on Slack's clock. */
  readonly ackMs: number;
  /** Slack's name for what went wrong, such as `operation_timeout`. */
  readonly error?: string;
}

export interface CommandOutcome extends Reached {
  /** The sentence Slackbot shows when the command failed. */
  readonly errorText?: string;
  readonly response?: { readonly text: string; readonly blocks?: readonly JsonObject[]; readonly ephemeral: boolean };
}

export interface ConfirmDialog {
  readonly title: string;
  readonly text: string;
  readonly confirm: string;
  readonly deny: string;
}

export interface ClickOutcome extends Reached {
  /** The dialog that was shown first, and answered as told. */
  readonly confirm?: ConfirmDialog;
  readonly warning?: string;
}

export interface SubmitOutcome extends Reached {
  /** By block_id: from Slack's client (then nothing was sent) or from the bot. */
  readonly errors?: Readonly<Record<string, string>>;
  readonly isSent: boolean;
  readonly closed?: boolean;
  readonly updated?: boolean;
  readonly pushed?: boolean;
  readonly warning?: string;
}

export const trouble = 'We had some trouble connecting. Try again?';

export function reached(delivery: Delivery): Reached {
  if (delivery.outcome === 'acked') return { acked: true, ackMs: delivery.ms };
  return { acked: false, ackMs: delivery.ms, error: errorOf(delivery) };
}

/** The names Slack shows people: "/deploy failed with the error …". */
function errorOf(delivery: Exclude<Delivery, { readonly outcome: 'acked' }>): string {
  switch (delivery.outcome) {
    case 'timed out':
      return 'operation_timeout';
    case 'unreachable':
      return 'dispatch_failed';
    case 'refused':
      return delivery.status < 500 ? 'http_client_error' : 'http_service_error';
  }
}

export function confirmDialog(element: JsonObject): ConfirmDialog | undefined {
  const confirm = objectAt(element, 'confirm');
  if (confirm === undefined) return undefined;
  const words = (name: string) => textAt(objectAt(confirm, name), 'text') ?? '';
  return { title: words('title'), text: words('text'), confirm: words('confirm'), deny: words('deny') };
}

/** The `errors` of a view_submission answer, or what is wrong with them. */
export function submissionErrors(
  body: JsonObject,
  inputs: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const errors = body['errors'];
  if (!isObject(errors) || Object.keys(errors).length === 0) return undefined;
  const texts = Object.entries(errors).map(([blockId, error]) => [blockId, String(error)] as const);
  return texts.every(([blockId]) => inputs.includes(blockId)) ? Object.fromEntries(texts) : undefined;
}
