import { z } from 'zod';

/**
 * What docs/configuration.md says of a setting, kept where its default and its validation are. What it may be is taken
 * from the refusal of a wrong value; `allowed` says it where nothing is refused, or better.
 */
export type Note = {
  readonly description: string;
  readonly allowed?: string;
  /** What holds while it is not set, where that is no value of its own. */
  readonly unset?: string;
};

export const notes = z.registry<Note>();
