/**
 * Says what Slack would say about the blocks of a message or a view: every limit, every surface, no unknown field.
 * Nothing is sent anywhere, so builders of messages can be tested with it alone.
 */
import { block } from './block-kit/blocks.ts';
import { id, plainText } from './block-kit/objects.ts';
import {
  byType,
  type Check,
  flag,
  inside,
  list,
  optional,
  type Place,
  type Problem,
  problemsOf,
  refuse,
  required,
  type Surface,
  shape,
  text,
} from './block-kit/shape.ts';
import { isObject, type JsonObject, objectsAt, textAt } from './json.ts';

export type { Problem } from './block-kit/shape.ts';

/** Not documented; measured by others (slackapi/bolt-js issue 2509): about 13.2 thousand characters. */
const maxMessageCharacters = 13_200;

/** What is wrong with the `blocks` of a message, the message's total size included; empty when Slack would take it. */
export function validateMessage(payload: unknown): readonly Problem[] {
  const blocks = isObject(payload) ? payload['blocks'] : undefined;
  if (blocks === undefined) return [];
  const problems = validateBlocks(blocks, 'message', '/blocks');
  if (!isTooLong(blocks)) return problems;
  const message = `blocks must have less than ${maxMessageCharacters + 1} characters together`;
  return [...problems, { pointer: '/blocks', code: 'failed_constraint', message }];
}

export function validateBlocks(blocks: unknown, surface: Surface, pointer = ''): readonly Problem[] {
  return problemsOf(blocksOf(surface), blocks, surface, pointer);
}

export function isTooLong(blocks: unknown): boolean {
  return charactersIn(blocks) > maxMessageCharacters;
}

/** What is wrong with a modal or a Home tab; empty when Slack would take it. */
export function validateView(view: unknown): readonly Problem[] {
  const surface = textAt(view, 'type') === 'home' ? 'home' : 'modal';
  return problemsOf(byType({ modal, home }), view, surface);
}

/** The sentence in which the Web API reports a problem, under `response_metadata.messages`. */
export function describeProblem(problem: Problem): string {
  return `[ERROR] ${problem.message} [json-pointer:${problem.pointer}]`;
}

function blocksOf(surface: Surface): Check {
  return (value, at) => {
    list(block, surface === 'message' ? 0 : 1, surface === 'message' ? 50 : 100)(value, at);
    if (!Array.isArray(value)) return;
    const blocks = value.filter(isObject);
    uniqueBlockIds(blocks, at);
    for (const [index, entry] of blocks.entries()) uniqueActionIds(entry, inside(at, index));
    if (surface === 'message') onePerMessage(blocks, at);
  };
}

function uniqueBlockIds(blocks: readonly JsonObject[], at: Place): void {
  const seen = new Set<unknown>();
  for (const [index, entry] of blocks.entries()) {
    const blockId = entry['block_id'];
    if (blockId !== undefined && seen.has(blockId)) {
      refuse(inside(inside(at, index), 'block_id'), `block_id ${String(blockId)} already exists`);
    }
    seen.add(blockId);
  }
}

/** Within one block: Slack's own rule, so that one action may stand beside every row of a list. */
function uniqueActionIds(entry: JsonObject, at: Place): void {
  const seen = new Set<string>();
  for (const [index, element] of objectsAt(entry, 'elements').entries()) {
    const actionId = textAt(element, 'action_id');
    if (actionId === undefined) continue;
    if (seen.has(actionId)) {
      refuse(inside(inside(inside(at, 'elements'), index), 'action_id'), `action_id ${actionId} already exists`);
    }
    seen.add(actionId);
  }
}

function onePerMessage(blocks: readonly JsonObject[], at: Place): void {
  const count = (...types: readonly string[]) =>
    blocks.filter((entry) => types.includes(textAt(entry, 'type') ?? '')).length;
  if (count('plan') > 1) refuse(at, 'Cannot have more than 1 plan block');
  if (count('plan') > 0 && count('task_card') > 0) refuse(at, 'Cannot have plan and task_card blocks together');
  if (count('table', 'data_table') > 1) refuse(at, 'only_one_table_allowed');
  const markdown = blocks.filter((entry) => entry['type'] === 'markdown');
  if (markdown.reduce((sum, entry) => sum + (textAt(entry, 'text')?.length ?? 0), 0) > 12_000) {
    refuse(at, 'markdown blocks must have less than 12001 characters together');
  }
}

const common = {
  type: required(text({ max: 255 })),
  private_metadata: optional(text({ max: 3000, min: 0 })),
  callback_id: optional(text({ max: 255, min: 0 })),
  external_id: id,
};

const modal = shape(
  {
    ...common,
    blocks: required(blocksOf('modal')),
    title: required(plainText(24)),
    submit: optional(plainText(24)),
    close: optional(plainText(24)),
    clear_on_close: optional(flag),
    notify_on_close: optional(flag),
    submit_disabled: optional(flag),
  },
  (view, at) => {
    const hasInput = objectsAt(view, 'blocks').some((entry) => entry['type'] === 'input');
    if (hasInput && view['submit'] === undefined) {
      const message = 'missing required field: submit (a view with input blocks needs a submit button)';
      at.report({ pointer: at.pointer, code: 'missing_field', message });
    }
  },
);

const home = shape({ ...common, blocks: required(blocksOf('home')) });

/** Only what people read counts: ids, values and types do not. */
export function charactersIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, entry) => sum + charactersIn(entry), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce((sum, [key, entry]) => {
    if (typeof entry === 'string') return readable.has(key) ? sum + entry.length : sum;
    return sum + charactersIn(entry);
  }, 0);
}

const readable = new Set(['text', 'title', 'caption', 'alt_text', 'fallback']);
