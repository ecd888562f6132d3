/** What stands in an input: its initial value, what a person puts there, and how Slack's client checks it. */
import { isObject, type JsonObject, numberAt, objectsAt, parseJson, textAt } from '../json.ts';
import type { Touchable } from './elements.ts';

/** `{type, value}` and its like: one entry of `state.values`. */
export type InputState = JsonObject;

type Kind = 'text' | 'option' | 'options' | 'id' | 'ids' | 'seconds' | 'rich';
type Slot = { readonly field: string; readonly initial: string; readonly kind: Kind };

const text: Slot = { field: 'value', initial: 'initial_value', kind: 'text' };
const option: Slot = { field: 'selected_option', initial: 'initial_option', kind: 'option' };
const options: Slot = { field: 'selected_options', initial: 'initial_options', kind: 'options' };

const slots: Readonly<Record<string, Slot>> = {
  plain_text_input: text,
  email_text_input: text,
  url_text_input: text,
  number_input: text,
  rich_text_input: { field: 'rich_text_value', initial: 'initial_value', kind: 'rich' },
  static_select: option,
  external_select: option,
  radio_buttons: option,
  checkboxes: options,
  multi_static_select: options,
  multi_external_select: options,
  datepicker: { field: 'selected_date', initial: 'initial_date', kind: 'id' },
  timepicker: { field: 'selected_time', initial: 'initial_time', kind: 'id' },
  datetimepicker: { field: 'selected_date_time', initial: 'initial_date_time', kind: 'seconds' },
  users_select: { field: 'selected_user', initial: 'initial_user', kind: 'id' },
  conversations_select: { field: 'selected_conversation', initial: 'initial_conversation', kind: 'id' },
  channels_select: { field: 'selected_channel', initial: 'initial_channel', kind: 'id' },
  multi_users_select: { field: 'selected_users', initial: 'initial_users', kind: 'ids' },
  multi_conversations_select: { field: 'selected_conversations', initial: 'initial_conversations', kind: 'ids' },
  multi_channels_select: { field: 'selected_channels', initial: 'initial_channels', kind: 'ids' },
};

/** Buttons and overflow menus hold nothing. */
export function holdsState(touchable: Touchable): boolean {
  return slots[touchable.type] !== undefined;
}

export function initialState(touchable: Touchable): InputState {
  const slot = slotOf(touchable);
  const nothing = slot.kind === 'options' || slot.kind === 'ids' ? [] : null;
  return { type: touchable.type, [slot.field]: touchable.element[slot.initial] ?? nothing };
}

/**
 * What stands there once a person has chosen `given`: a text, an option by its value or its words, several as an
 * array, a moment as a Date or in seconds. `null` empties it.
 * @throws Error when no such option exists.
 */
export function chosenState(touchable: Touchable, given: unknown): InputState {
  const slot = slotOf(touchable);
  const isMany = slot.kind === 'options' || slot.kind === 'ids';
  const value = given === null ? (isMany ? [] : null) : valueFor(slot.kind, touchable, given);
  return { type: touchable.type, [slot.field]: value };
}

function valueFor(kind: Kind, touchable: Touchable, given: unknown): unknown {
  switch (kind) {
    case 'text':
    case 'id':
      return String(given);
    case 'ids':
      return [given].flat().map(String);
    case 'option':
      return optionOf(touchable, given);
    case 'options':
      return [given].flat().map((one) => optionOf(touchable, one));
    case 'seconds':
      return given instanceof Date ? Math.floor(given.getTime() / 1000) : Number(given);
    case 'rich':
      return isObject(given) ? given : parseJson(String(given));
  }
}

/** An option of a select, of radio buttons, of checkboxes or of an overflow menu, by its value or its words. */
export function optionOf(touchable: Touchable, given: unknown): JsonObject {
  const { element } = touchable;
  const grouped = objectsAt(element, 'option_groups').flatMap((group) => objectsAt(group, 'options'));
  const all = [...objectsAt(element, 'options'), ...grouped];
  const found = all.find((entry) => entry['value'] === given || textAt(entry['text'], 'text') === given);
  if (found !== undefined) return found;
  const there = all.map((entry) => textAt(entry, 'value')).join(', ');
  throw new Error(`${touchable.actionId} has no option "${String(given)}"; it has: ${there}`);
}

/** What Slack's client would say before it sends anything; `undefined` when it would send. */
export function clientComplaint(touchable: Touchable, state: InputState): string | undefined {
  const value = state[slotOf(touchable).field];
  const isEmpty = value === null || value === '' || (Array.isArray(value) && value.length === 0);
  if (isEmpty) return touchable.isOptional ? undefined : 'Please complete this required field.';
  if (typeof value !== 'string') return undefined;
  const min = numberAt(touchable.element, 'min_length') ?? 0;
  const max = numberAt(touchable.element, 'max_length') ?? 3000;
  if (value.length < min) return `Please enter at least ${min} characters.`;
  if (touchable.type === 'plain_text_input' && value.length > max)
    return `Please enter no more than ${max} characters.`;
  if (touchable.type === 'number_input') return numberComplaint(touchable, value);
  return undefined;
}

function numberComplaint(touchable: Touchable, value: string): string | undefined {
  const { element } = touchable;
  const pattern = element['is_decimal_allowed'] === true ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  if (!pattern.test(value)) return 'Please enter a valid number.';
  const tooSmall = Number(value) < (numberAt(element, 'min_value') ?? Number.NEGATIVE_INFINITY);
  const tooLarge = Number(value) > (numberAt(element, 'max_value') ?? Number.POSITIVE_INFINITY);
  return tooSmall || tooLarge ? 'Please enter a number in the allowed range.' : undefined;
}

function slotOf(touchable: Touchable): Slot {
  const slot = slots[touchable.type];
  if (slot === undefined) throw new Error(`a ${touchable.type} holds no value`);
  return slot;
}
