/** One entry of a block_actions payload's `actions`. */
import { type JsonObject, objectAt, textAt } from '../json.ts';
import type { Touchable } from './elements.ts';
import { chosenState, type InputState, optionOf } from './input.ts';

export function actionOf(
  touchable: Touchable,
  value: unknown,
  actionTs: string,
): { readonly wire: JsonObject; readonly state: InputState } {
  const { type, element } = touchable;
  const ids = { action_id: touchable.actionId, block_id: touchable.blockId };
  const end = { type, action_ts: actionTs };
  if (type === 'button' || type === 'workflow_button' || type === 'icon_button') {
    const given = textAt(element, 'value');
    const style = textAt(element, 'style');
    const text = objectAt(element, 'text');
    const own = {
      ...(text ? { text } : {}),
      ...(given === undefined ? {} : { value: given }),
      ...(style ? { style } : {}),
    };
    return { wire: { ...ids, ...own, ...end }, state: {} };
  }
  if (type === 'overflow') return { wire: { ...ids, selected_option: optionOf(touchable, value), ...end }, state: {} };
  if (type === 'feedback_buttons') {
    const side = value === 'negative' ? 'negative_button' : 'positive_button';
    const button = objectAt(element, side);
    return { wire: { ...ids, text: button?.['text'], value: button?.['value'], ...end }, state: {} };
  }
  const state = chosenState(touchable, value ?? null);
  const initial = Object.entries(element).filter(([key]) => key.startsWith('initial_'));
  return { wire: { ...ids, ...Object.fromEntries(initial), ...state, ...end }, state };
}
