/** What a person has typed and picked so far, kept while the view around it changes. */
import { isObject, type JsonObject } from '../json.ts';
import { type Touchable, touchables } from './elements.ts';
import { chosenState, clientComplaint, holdsState, type InputState, initialState } from './input.ts';

/** By block_id, then action_id; or by the label of the input. */
export type FormValues = { readonly [blockIdOrLabel: string]: unknown };

export class Drafts {
  readonly #entries = new Map<string, InputState>();

  /** @throws Error when a key names no input, or more than one. */
  fill(where: string, blocks: readonly JsonObject[], values: FormValues): void {
    const inputs = touchables(blocks).filter(holdsState);
    for (const [key, value] of Object.entries(values)) {
      for (const [touchable, given] of addressed(inputs, key, value))
        this.put(where, touchable, chosenState(touchable, given));
    }
  }

  put(where: string, touchable: Touchable, state: InputState): void {
    this.#entries.set(keyOf(where, touchable), state);
  }

  /** `state.values` as Slack sends it: every input, touched or not. */
  values(where: string, blocks: readonly JsonObject[] = []): JsonObject {
    const values: Record<string, Record<string, InputState>> = {};
    for (const touchable of touchables(blocks).filter(holdsState)) {
      values[touchable.blockId] = {
        ...values[touchable.blockId],
        [touchable.actionId]: this.#stateOf(where, touchable),
      };
    }
    return values;
  }

  /** Complaints of Slack's client by block_id; none when it would send the form. */
  complaints(where: string, blocks: readonly JsonObject[]): Readonly<Record<string, string>> {
    const inputs = touchables(blocks).filter((touchable) => touchable.isInput && holdsState(touchable));
    const complaints = inputs.flatMap((touchable) => {
      const complaint = clientComplaint(touchable, this.#stateOf(where, touchable));
      return complaint === undefined ? [] : [[touchable.blockId, complaint] as const];
    });
    return Object.fromEntries(complaints);
  }

  #stateOf(where: string, touchable: Touchable): InputState {
    const draft = this.#entries.get(keyOf(where, touchable));
    return draft?.['type'] === touchable.type ? draft : initialState(touchable);
  }
}

function keyOf(where: string, touchable: Touchable): string {
  return JSON.stringify([where, touchable.blockId, touchable.actionId]);
}

function addressed(
  inputs: readonly Touchable[],
  key: string,
  value: unknown,
): readonly (readonly [Touchable, unknown])[] {
  const inBlock = inputs.filter((input) => input.blockId === key);
  if (inBlock.length > 0 && isObject(value) && !(value instanceof Date)) {
    return Object.entries(value).map(([actionId, given]) => {
      const input = inBlock.find((candidate) => candidate.actionId === actionId);
      if (input === undefined) throw new Error(`block ${key} has no input ${actionId}`);
      return [input, given];
    });
  }
  const named = inBlock.length > 0 ? inBlock : inputs.filter((input) => input.label === key);
  const [only] = named;
  if (only === undefined || named.length > 1) {
    const there = inputs.map((input) => `${input.label ?? '-'} (${input.blockId}.${input.actionId})`).join(', ');
    throw new Error(`${named.length} inputs are called "${key}"; the form has: ${there || 'none'}`);
  }
  return [[only, value]];
}
