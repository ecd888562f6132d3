/** A message or a view as lines for a terminal. */
import { isObject, type JsonObject, objectAt, objectsAt, textAt } from './json.ts';
import { type Reader, readMrkdwn } from './mrkdwn.ts';
import { renderElement } from './render-element.ts';
import { renderRichText } from './render-rich-text.ts';
import { renderTable } from './render-table.ts';

export interface Renderable {
  readonly text?: string;
  readonly title?: unknown;
  readonly submit?: unknown;
  readonly close?: unknown;
  readonly blocks?: readonly unknown[];
}

/**
 * Blocks win over `text`, as in Slack; a modal shows its title above and its buttons below. Takes the sandbox's own
 * messages and views and, field by field the same, what the Web API sends and gets.
 */
export function renderText(what: Renderable, reader: Reader = {}): string {
  const blocks = (what.blocks ?? []).filter(isObject);
  const body =
    blocks.length > 0 ? blocks.map((block) => renderBlock(block, reader)) : [readMrkdwn(what.text ?? '', reader)];
  const title = textAt(what.title, 'text');
  const buttons = [what.close, what.submit].flatMap((button) => textAt(button, 'text') ?? []);
  const frame = title === undefined ? [] : [`── ${title} ──`];
  const foot = buttons.length === 0 ? [] : [buttons.map((button) => `[${button}]`).join(' ')];
  return [...frame, ...body, ...foot].filter((part) => part !== '').join('\n');
}

type Renderer = (block: JsonObject, reader: Reader) => string;

const renderers: Readonly<Record<string, Renderer>> = {
  section: renderSection,
  header: (block, reader) => `## ${textOf(block['text'], reader)}`,
  context: (block, reader) =>
    objectsAt(block, 'elements')
      .map((element) => textOf(element, reader))
      .join('  '),
  actions: renderElements,
  context_actions: renderElements,
  divider: () => '────────',
  image: (block) => `(image: ${textAt(block, 'alt_text') ?? ''})`,
  video: (block) => `(video: ${textAt(block, 'alt_text') ?? ''})`,
  file: (block) => `(file: ${textAt(block, 'external_id') ?? ''})`,
  markdown: (block) => textAt(block, 'text') ?? '',
  rich_text: renderRichText,
  input: renderInput,
  alert: (block, reader) =>
    `${alertSigns[textAt(block, 'level') ?? 'default'] ?? '!'} ${textOf(block['text'], reader)}`,
  plan: renderPlan,
  task_card: (block, reader) => renderTask(block, reader, ''),
  table: (block, reader) => renderTable(block, reader),
  data_table: (block, reader) => `${textAt(block, 'caption') ?? ''}\n${renderTable(block, reader)}`,
  card: renderCard,
  carousel: (block, reader) =>
    objectsAt(block, 'elements')
      .map((card) => renderCard(card, reader))
      .join('\n'),
  container: renderContainer,
};

function renderBlock(block: JsonObject, reader: Reader = {}): string {
  const type = textAt(block, 'type') ?? '';
  const renderer = Object.hasOwn(renderers, type) ? renderers[type] : undefined;
  return renderer === undefined ? `(${type})` : renderer(block, reader);
}

const alertSigns: Readonly<Record<string, string>> = {
  info: 'ℹ',
  warning: '⚠',
  error: '✗',
  success: '✓',
  default: '•',
};
const taskSigns: Readonly<Record<string, string>> = { pending: '○', in_progress: '◐', complete: '✓', error: '✗' };

function textOf(value: unknown, reader: Reader): string {
  if (!isObject(value)) return '';
  const text = textAt(value, 'text') ?? textAt(value, 'alt_text') ?? '';
  return value['type'] === 'mrkdwn' ? readMrkdwn(text, reader) : text;
}

function renderSection(block: JsonObject, reader: Reader): string {
  const fields = objectsAt(block, 'fields').map((field) => fieldLine(textOf(field, reader)));
  const accessory = objectAt(block, 'accessory');
  const beside = accessory === undefined ? '' : renderElement(accessory, reader);
  const text = textOf(block['text'], reader);
  return [beside === '' ? text : `${text} ${beside}`.trim(), ...fields].filter((line) => line !== '').join('\n');
}

/** A field is usually a bold name above its value: one line on a terminal. */
function fieldLine(text: string): string {
  const [name = '', ...rest] = text.split('\n');
  return rest.length === 1 ? `${name.replace(/^\*(.+?):?\*$/, '$1')}: ${rest[0]}` : text;
}

function renderElements(block: JsonObject, reader: Reader): string {
  return objectsAt(block, 'elements')
    .map((element) => renderElement(element, reader))
    .join(' ');
}

function renderInput(block: JsonObject, reader: Reader): string {
  const label = textOf(block['label'], reader);
  const optional = block['optional'] === true ? ' (optional)' : '';
  const hint = textOf(block['hint'], reader);
  const line = `${label}${optional}: ${renderElement(objectAt(block, 'element') ?? {}, reader)}`;
  return hint === '' ? line : `${line}\n  ${hint}`;
}

function renderPlan(block: JsonObject, reader: Reader): string {
  const tasks = objectsAt(block, 'tasks').map((task) => renderTask(task, reader, '  '));
  return [textAt(block, 'title') ?? '', ...tasks].join('\n');
}

function renderTask(task: JsonObject, reader: Reader, indent: string): string {
  const sign = taskSigns[textAt(task, 'status') ?? 'pending'] ?? '?';
  const notes = ['details', 'output'].flatMap((name) => {
    const richText = objectAt(task, name);
    return richText === undefined ? [] : [renderRichText(richText, reader)];
  });
  const [first, ...more] = notes.filter((note) => note !== '').flatMap((note) => note.split('\n'));
  const head = `${indent}${sign} ${textAt(task, 'title') ?? ''}${first === undefined ? '' : ` — ${first}`}`;
  return [head, ...more.map((line) => `${indent}    ${line}`)].join('\n');
}

function renderCard(block: JsonObject, reader: Reader): string {
  const lines = ['title', 'subtitle', 'body', 'subtext'].map((name) => textOf(block[name], reader));
  const buttons = objectsAt(block, 'actions').map((button) => renderElement(button, reader));
  return [...lines, buttons.join(' ')].filter((line) => line !== '').join('\n');
}

function renderContainer(block: JsonObject, reader: Reader): string {
  const richTitle = objectAt(block, 'rich_text_title');
  const title = richTitle === undefined ? textOf(block['title'], reader) : renderRichText(richTitle, reader);
  const children = objectsAt(block, 'child_blocks').map((child) => renderBlock(child, reader));
  const indented = children
    .join('\n')
    .split('\n')
    .map((line) => `  ${line}`);
  return [title, textOf(block['subtitle'], reader), ...indented].filter((line) => line.trim() !== '').join('\n');
}
