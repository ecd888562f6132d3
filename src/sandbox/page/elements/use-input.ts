import { type Place, useSurface, type Value } from './surface.ts';

export type InputProps<T> = {
  readonly element: T;
  readonly blockId: string;
  /** The ids of its label and of what is said about it; an element outside an input block has neither. */
  readonly labelledBy?: string;
  readonly describedBy?: string;
  readonly isInvalid?: boolean;
  readonly isRequired?: boolean;
  /** Whether the bot hears of every change. */
  readonly isDispatched: boolean;
};

/** What stands in an input, and how it is changed; `initial` until somebody touches it. */
export function useInput(
  { element, blockId, isDispatched }: InputProps<{ readonly action_id?: string }>,
  initial: Value,
): readonly [value: Value, change: (value: Value) => void] {
  const surface = useSurface();
  const place: Place = { blockId, actionId: element.action_id ?? '' };
  const touched = surface.valueAt(place);
  const change = (value: Value) => {
    surface.put(place, value);
    if (isDispatched) void surface.choose(place, value);
  };
  return [touched === undefined ? initial : touched, change];
}

/** What assistive technology is told of every input. */
export function ariaOf({ labelledBy, describedBy, isInvalid, isRequired }: InputProps<unknown>) {
  return {
    'aria-labelledby': labelledBy,
    'aria-describedby': describedBy,
    'aria-invalid': isInvalid === true ? true : undefined,
    'aria-required': isRequired === true ? true : undefined,
  };
}
