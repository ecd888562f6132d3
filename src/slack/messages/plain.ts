/** The same message in blocks every Slack has always known, for when it refuses a newer one (`invalid_blocks`). */
import type { DataTableBlock, KnownBlock, PlanBlock, RichTextBlock, TableBlock } from '@slack/types';
import { limits } from '../limits.ts';
import { escaped, literal, shortened } from '../mrkdwn.ts';
import { type Message, section, textOf, message as withinLimits } from './blocks.ts';

export function inPlainBlocks(message: Message): Message {
  return withinLimits(message.text, message.blocks.map(plainBlock).slice(0, limits.blocksPerMessage));
}

/** What has to be there when Slack refuses even these: what it is about, and what can be decided. */
export function inButtonsOnly({ text, blocks }: Message): Message {
  return { text, blocks: [section(text), ...blocks.filter(({ type }) => type === 'actions')] };
}

function plainBlock(block: KnownBlock): KnownBlock {
  if (block.type === 'plan') return section(planLines(block));
  if (block.type === 'table' || block.type === 'data_table') return section(tableLines(block));
  if (block.type === 'rich_text') return section(quoted(textOf(block)));
  if (block.type === 'header') return section(`*${literal(block.text.text)}*`);
  return block;
}

const marks: Readonly<Record<string, string>> = { complete: '✓', in_progress: '▸', error: '✗', pending: '·' };

function planLines(plan: PlanBlock): string {
  const lines = (plan.tasks ?? []).map((task) => {
    const { status, title, details, output } = task;
    const notes = [details, output]
      .filter(isRichText)
      .map(textOf)
      .filter((note) => note !== '');
    const note = notes.length === 0 ? '' : ` – ${notes.join(', ')}`;
    return `${marks[String(status)] ?? '·'} ${literal(String(title) + note)}`;
  });
  return [`*${literal(plan.title)}*`, ...lines].join('\n');
}

type Cell = (TableBlock | DataTableBlock)['rows'][number][number];

function tableLines({ rows }: TableBlock | DataTableBlock): string {
  const lines = rows.map((row: readonly Cell[]) =>
    row.map((cell) => (cell.type === 'rich_text' ? textOf(cell) : cell.text)).join(' | '),
  );
  const fence = '```';
  return `${fence}${shortened(escaped(lines.join('\n')).replaceAll('`', "'"), limits.sectionText - 10)}${fence}`;
}

function quoted(text: string): string {
  return literal(text)
    .split('\n')
    .map((line) => `>${line}`)
    .join('\n');
}

function isRichText(value: unknown): value is RichTextBlock {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'rich_text';
}
