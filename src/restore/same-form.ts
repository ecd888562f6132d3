import type { Origin } from './request.ts';
import type { Run } from './run.ts';

/** More than are asked for in the five minutes in which a form can come again (Slack's signature, "Verifying requests"). */
export const formsLookedAt = 30;

/** The run that was asked for with the same form. */
export function ofSameForm(runs: () => readonly Run[], origin: Origin): Run | undefined {
  if (origin.kind !== 'slack' || origin.form === undefined) return undefined;
  return runs().find((run) => run.origin.kind === 'slack' && run.origin.form === origin.form);
}
