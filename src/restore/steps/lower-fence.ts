import { lowerFences } from '../fence/lower.ts';
import type { Step } from '../step.ts';

/** Lets the other writers in again, as soon as what was written is verified. */
export const lowerFence: Step = {
  phase: 'LOWER_FENCE',
  run: lowerFences,
};
