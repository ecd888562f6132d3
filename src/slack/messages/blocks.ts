/** Block Kit, typed and kept inside its limits, so that no builder above has to count characters. */
import type {
  ActionsBlock,
  AlertBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  RichTextBlock,
  SectionBlock,
  TableBlock,
} from '@slack/types';
import { limits } from '../limits.ts';
import { shortened } from '../mrkdwn.ts';

/** What is posted: blocks, and the whole story once more as text, for notifications, screen readers and old clients. */
export type Message = { readonly text: string; readonly blocks: readonly KnownBlock[] };

export function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: shortened(text, limits.header), emoji: false } };
}

/** `text` is mrkdwn: escape what people or the configuration put into it. */
export function section(text: string): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: shortened(text, limits.sectionText) } };
}

/** Lines in as few sections as hold them, up to `room` characters; then how many more there are. */
export function lineSections(lines: readonly string[], room = limits.messageBlocks - 1000): readonly SectionBlock[] {
  const texts: string[] = [];
  let left = room;
  for (const [index, line] of lines.entries()) {
    left -= line.length;
    if (left < 0) {
      texts.push(`And ${lines.length - index} more.`);
      break;
    }
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length < limits.sectionText)
      texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts.map(section);
}

/** Rows of `*Name*  value`, in one section: two columns would cut long values. */
export function facts(rows: readonly (readonly [name: string, value: string])[]): SectionBlock {
  return section(rows.map(([name, value]) => `*${name}:* ${value}`).join('\n'));
}

export function context(...texts: readonly string[]): ContextBlock {
  return {
    type: 'context',
    elements: texts.map((text) => ({ type: 'mrkdwn', text: shortened(text, limits.contextText) })),
  };
}

/** What somebody typed, letter by letter: nothing in it is formatted, linked or pinged. */
export function quote(text: string): RichTextBlock {
  const element = { type: 'text' as const, text: plain(text, limits.richText) };
  return { type: 'rich_text', elements: [{ type: 'rich_text_quote', elements: [element] }] };
}

/** Unformatted text, as the details or the output of a task. */
export function plainRichText(text: string): RichTextBlock {
  const element = { type: 'text' as const, text: plain(text, limits.richText) };
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [element] }] };
}

/** For modals only: messages refuse it. */
export function alert(level: 'info' | 'warning' | 'error' | 'success', text: string): AlertBlock {
  return { type: 'alert', level, text: { type: 'plain_text', text: plain(text, limits.alertText) } };
}

export function actions(...elements: readonly Button[]): ActionsBlock {
  return { type: 'actions', elements: [...elements] };
}

export function button(order: {
  readonly actionId: string;
  readonly label: string;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: ConfirmationDialog;
}): Button {
  const { actionId, label, value, style, confirm } = order;
  return {
    type: 'button',
    action_id: actionId,
    text: { type: 'plain_text', text: label, emoji: false },
    value: value.slice(0, limits.buttonValue),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined ? {} : { confirm }),
  };
}

export function confirmation(title: string, text: string, yes: string, no: string): ConfirmationDialog {
  return {
    title: { type: 'plain_text', text: plain(title, limits.confirmTitle) },
    text: { type: 'plain_text', text: plain(text, limits.confirmText) },
    confirm: { type: 'plain_text', text: yes },
    deny: { type: 'plain_text', text: no },
  };
}

/** First row: the header. Columns after the first are numbers and stand at the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): TableBlock {
  return {
    type: 'table',
    column_settings: head.map((_, index) => (index === 0 ? { is_wrapped: true } : { align: 'right' })),
    rows: [head, ...rows].map((row) => row.map((text) => ({ type: 'raw_text', text: text === '' ? '–' : text }))),
  };
}

/** A message whose text fits chat.update too. */
export function message(text: string, blocks: readonly KnownBlock[]): Message {
  return { text: shortened(text, limits.messageText), blocks: withinBudget(blocks) };
}

/** Every block keeps its own limit; all of them together may still be too long. The longest sections then give way. */
function withinBudget(blocks: readonly KnownBlock[]): readonly KnownBlock[] {
  let fitting = blocks;
  // Each round halves a section, so a few rounds are plenty; the bound is for the day on which they are not.
  for (let round = 0; round < 20 && JSON.stringify(fitting).length > limits.messageJson; round += 1) {
    const longest = Math.max(...fitting.map(sectionLength));
    fitting = fitting.map((block) =>
      block.type === 'section' && sectionLength(block) === longest
        ? section(shortened(block.text?.text ?? '', Math.ceil(longest / 2)))
        : block,
    );
  }
  return fitting;
}

function sectionLength(block: KnownBlock): number {
  return block.type === 'section' ? (block.text?.text.length ?? 0) : 0;
}

function plain(text: string, limit: number): string {
  if (text === '') return '–';
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
