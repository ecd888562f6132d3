/** What a person can touch in a message or a view. */
import { flagAt, isObject, type JsonObject, objectAt, objectsAt, textAt } from '../json.ts';

export interface Touchable {
  readonly blockId: string;
  readonly actionId: string;
  readonly type: string;
  readonly element: JsonObject;
  /** The label of the input block around it, when there is one. */
  readonly label?: string;
  readonly isInput: boolean;
  readonly isOptional: boolean;
  /** Whether touching it tells the bot at once; an input tells only when it asks to. */
  readonly isDispatched: boolean;
}

/** Which one is meant. Every field given must fit; `text` is what stands on the button, or the input's label. */
export interface Pick {
  readonly text?: string;
  readonly action_id?: string;
  readonly block_id?: string;
  readonly value?: string;
}

export function touchables(blocks: readonly JsonObject[] = []): readonly Touchable[] {
  return blocks.flatMap((block) => [...elementsOf(block), ...touchables(objectsAt(block, 'child_blocks'))]);
}

function elementsOf(block: JsonObject): readonly Touchable[] {
  const blockId = textAt(block, 'block_id') ?? '';
  const isInput = block['type'] === 'input';
  const label = textAt(objectAt(block, 'label'), 'text');
  const inside = [block['accessory'], block['element'], ...list(block['elements']), ...list(block['actions'])];
  return inside.filter(isObject).flatMap((element) => {
    const actionId = textAt(element, 'action_id');
    if (actionId === undefined) return [];
    const isOptional = flagAt(block, 'optional');
    const isDispatched = !isInput || flagAt(block, 'dispatch_action');
    const type = textAt(element, 'type') ?? '';
    return { blockId, actionId, type, element, isInput, isOptional, isDispatched, ...(label ? { label } : {}) };
  });
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * The one thing meant. Who looks at what stood there a moment ago names a block that is gone, where Slack makes up its id
 * anew with each update: there the value tells.
 * @throws Error naming what there is instead, when nothing or more than one thing fits.
 */
export function find(blocks: readonly JsonObject[] | undefined, pick: Pick): Touchable {
  const all = touchables(blocks);
  const { block_id, ...anyBlock } = pick;
  const isGone = pick.value !== undefined && all.every(({ blockId }) => blockId !== block_id);
  const found = all.filter((touchable) => fits(touchable, isGone ? anyBlock : pick));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const asked = JSON.stringify(pick);
  const there = all.map((touchable) => `${labelOf(touchable)} (${touchable.actionId})`).join(', ') || 'nothing';
  throw new Error(`${found.length} things fit ${asked}; one can touch: ${there}`);
}

function fits(touchable: Touchable, pick: Pick): boolean {
  if (pick.action_id !== undefined && pick.action_id !== touchable.actionId) return false;
  if (pick.block_id !== undefined && pick.block_id !== touchable.blockId) return false;
  if (pick.value !== undefined && pick.value !== touchable.element['value']) return false;
  return pick.text === undefined || pick.text === labelOf(touchable);
}

function labelOf(touchable: Touchable): string {
  const onIt = textAt(objectAt(touchable.element, 'text'), 'text');
  return onIt ?? touchable.label ?? touchable.type;
}
