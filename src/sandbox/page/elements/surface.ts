/** What blocks stand on, a message or a view: where their inputs keep what was typed, and how their buttons act. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** The ids that say which element is meant. */
export type Place = { readonly blockId: string; readonly actionId: string };

/** What stands in an input, as the sandbox takes it: a text, an option's value, several, or seconds; null: nothing. */
export type Value = string | readonly string[] | number | null;

export type Surface = {
  /** Distinguishes the ids of elements on the page. */
  readonly name: string;
  /** undefined: untouched. */
  valueAt(place: Place): Value | undefined;
  put(place: Place, value: Value): void;
  /** Presses a button. Resolves when the bot has acknowledged it, or has not. */
  press(place: Place, value: string | undefined): Promise<void>;
  /** Tells the bot at once what was chosen. */
  choose(place: Place, value: Value): Promise<void>;
  /** What is wrong with an input block. */
  errorAt(blockId: string): string | undefined;
};

const nowhere: Surface = {
  name: '',
  valueAt: () => undefined,
  put: () => undefined,
  press: async () => undefined,
  choose: async () => undefined,
  errorAt: () => undefined,
};

export const SurfaceContext = createContext<Surface>(nowhere);

export function useSurface(): Surface {
  return useContext(SurfaceContext);
}

export function keyOf({ blockId, actionId }: Place): string {
  return `${blockId} ${actionId}`;
}
