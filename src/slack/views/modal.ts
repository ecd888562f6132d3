/** The frame of every modal, and how its inputs are read. */
import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { z } from 'zod';
import { UserError } from '../../restore/errors.ts';
import { limits } from '../limits.ts';
import { alert, section } from '../messages/blocks.ts';
import { shortened } from '../mrkdwn.ts';

export const callbackIds = {
  choose: 'pitr_choose',
  when: 'pitr_when',
  confirm: 'pitr_confirm',
  deny: 'pitr_deny_reason',
  undo: 'pitr_undo_confirm',
  approve: 'pitr_approve_name',
} as const;

export const inputIds = {
  environment: 'pitr_environment',
  instant: 'pitr_instant',
  when: 'pitr_words',
  candidate: 'pitr_candidate',
  reason: 'pitr_reason',
  name: 'pitr_name',
  channel: 'pitr_channel',
  tables: 'pitr_tables',
  fence: 'pitr_fence',
  onConflict: 'pitr_on_conflict',
  planConfirmation: 'pitr_plan_confirmation',
} as const;

/** What has been done and is on record, in full. `text` is mrkdwn. */
export type Done = { readonly title: string; readonly text: string };

export function modal(order: {
  readonly title: string;
  readonly blocks: readonly KnownBlock[];
  readonly submit?: string;
  readonly close?: string;
  readonly callbackId?: string;
  readonly metadata?: string;
}): ModalView {
  const { title, blocks, submit, close = 'Close', callbackId, metadata } = order;
  return {
    type: 'modal',
    title: { type: 'plain_text', text: shortened(title, limits.viewTitle) },
    close: { type: 'plain_text', text: close },
    blocks: blocks.slice(0, limits.blocksPerView),
    ...(submit === undefined ? {} : { submit: { type: 'plain_text' as const, text: submit } }),
    ...(callbackId === undefined ? {} : { callback_id: callbackId }),
    ...(metadata === undefined ? {} : { private_metadata: metadata }),
  };
}

export function input(label: string, element: InputBlock['element']): InputBlock {
  return { type: 'input', label: { type: 'plain_text', text: label }, element };
}

/** `text` is what people read, `value` what comes back. */
export function option(text: string, value: string): PlainTextOption {
  return {
    text: { type: 'plain_text', text: shortened(text, limits.optionText) },
    value: value.slice(0, limits.optionValue),
  };
}

/** A message for people, as an alert, and in full below where the alert has no room for it. */
export function alertBlocks(level: 'info' | 'warning' | 'error' | 'success', text: string): readonly KnownBlock[] {
  return text.length <= limits.alertText ? [alert(level, text)] : [alert(level, text), plainSection(text)];
}

export function plainSection(text: string): KnownBlock {
  return { type: 'section', text: { type: 'plain_text', text: shortened(text, limits.sectionText), emoji: false } };
}

export function loadingView(what: string): ModalView {
  return modal({ title: 'Restore tables', blocks: [section(`:hourglass_flowing_sand: ${what}`)] });
}

/** `text` is mrkdwn. */
export function problemView(text: string): ModalView {
  return modal({ title: 'Not done', blocks: [section(text)] });
}

/** The reason for a request; whoever approves it reads it. */
export function reasonInput(isRequired: boolean): InputBlock {
  return {
    type: 'input',
    // Slack keeps what was typed while a block keeps its id, also when the window around it changes.
    block_id: inputIds.reason,
    label: { type: 'plain_text', text: 'Reason' },
    hint: { type: 'plain_text', text: 'Everybody in the channel will read it.' },
    element: { type: 'plain_text_input', action_id: inputIds.reason, multiline: true, max_length: limits.reason },
    ...(isRequired ? {} : { optional: true }),
  };
}

/** What is wrong with a reason; undefined: nothing. */
export function problemWithReason(reason: string, isRequired: boolean): string | undefined {
  if (reason === '' && isRequired) return 'Say why: whoever approves it reads this.';
  return reason.length > limits.reason ? `At most ${limits.reason} characters.` : undefined;
}

/** What the inputs of a submitted modal hold, as far as we use it. Comes from the client: anything else reads as nothing. */
const stateSchema = z.object({
  values: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        value: z.string().nullish(),
        selected_option: z.object({ value: z.string() }).nullish(),
        selected_options: z.array(z.object({ value: z.string() })).nullish(),
        selected_date_time: z.number().nullish(),
        selected_conversation: z.string().nullish(),
      }),
    ),
  ),
});

function valuesOf(view: { readonly state: unknown }) {
  return stateSchema.safeParse(view.state).data?.values ?? {};
}

/** What is chosen in a list; undefined: the modal does not have it. */
export function listIn(view: { readonly state: unknown }, actionId: string): readonly string[] | undefined {
  for (const inputs of Object.values(valuesOf(view))) {
    const chosen = inputs[actionId]?.selected_options;
    if (chosen) return chosen.map(({ value }) => value);
  }
  return undefined;
}

/** The block of an input and what stands in it, found by its action id: block ids change with every update. */
export function inputOf(
  view: { readonly state: unknown },
  actionId: string,
): { readonly blockId: string; readonly value: string } | undefined {
  for (const [blockId, inputs] of Object.entries(valuesOf(view))) {
    const input = inputs[actionId];
    if (input === undefined) continue;
    const value =
      input.value ?? input.selected_option?.value ?? input.selected_conversation ?? input.selected_date_time ?? '';
    return { blockId, value: String(value) };
  }
  return undefined;
}

/** The same for an input that the modal always has. @throws UserError OUT_OF_DATE when it is not there */
export function neededInputOf(view: { readonly state: unknown }, actionId: string) {
  return inputOf(view, actionId) ?? strangeWindow();
}

/** For what cannot have been sent from a window of ours. @throws UserError OUT_OF_DATE always */
export function strangeWindow(): never {
  throw new UserError(
    'OUT_OF_DATE',
    'This window is of another version of the bot.',
    'Close it and type the command again.',
  );
}
