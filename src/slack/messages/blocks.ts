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

/**
 * Every block keeps its own limit; all of them together may still be too long. The longest texts then give way, and the
 * message says so.
 */
function withinBudget(blocks: readonly KnownBlock[]): readonly KnownBlock[] {
  if (fits(blocks)) return blocks;
  const last = context(shortenedHere);
  let fitting = blocks;
  // Each round halves a text, so a few rounds are plenty; the bound is for the day on which they are not.
  for (let round = 0; round < 40 && !fits([...fitting, last]); round += 1) {
    const longest = Math.max(...fitting.map(lengthToGive));
    fitting = fitting.map((block) => (lengthToGive(block) === longest ? halved(block, Math.ceil(longest / 2)) : block));
  }
  return fitting.length < limits.blocksPerMessage ? [...fitting, last] : fitting;
}

const shortenedHere =
  'Shortened to what Slack takes. In a shell `pitr-restore history --json` and `pitr-restore audit export` have all of it.';

function fits(blocks: readonly KnownBlock[]): boolean {
  return readableLength(blocks) <= limits.messageBlocks && JSON.stringify(blocks).length <= limits.messageJson;
}

/** Where Block Kit has what people read; ids, values and types are not counted. */
const readableFields: ReadonlySet<string> = new Set(['text', 'title', 'caption', 'alt_text', 'fallback']);

function readableLength(part: unknown): number {
  if (Array.isArray(part)) return part.reduce((sum: number, each) => sum + readableLength(each), 0);
  if (typeof part !== 'object' || part === null) return 0;
  return Object.entries(part).reduce((sum, [name, value]) => {
    if (typeof value === 'string') return readableFields.has(name) ? sum + value.length : sum;
    return sum + readableLength(value);
  }, 0);
}

/** What a block can do with less of: a section, and what somebody typed. */
function lengthToGive(block: KnownBlock): number {
  if (block.type === 'section') return block.text?.text.length ?? 0;
  return block.type === 'rich_text' ? readableLength(block) : 0;
}

function halved(block: KnownBlock, length: number): KnownBlock {
  if (block.type === 'section') return section(shortened(block.text?.text ?? '', length));
  if (block.type !== 'rich_text') return block;
  return quote(plain(textOf(block), length));
}

/** The text of all parts, in order: rich texts of ours hold nothing but text. */
export function textOf(part: unknown): string {
  if (typeof part !== 'object' || part === null) return '';
  if ('text' in part && typeof part.text === 'string') return part.text;
  return 'elements' in part && Array.isArray(part.elements) ? part.elements.map(textOf).join('') : '';
}

function plain(text: string, limit: number): string {
  if (text === '') return '–';
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
