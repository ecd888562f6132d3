import type { RunId } from '../restore/events.ts';
import type { Run } from '../restore/run.ts';

/** The buttons of our messages. Slack sends these back when somebody clicks. */
export const actionIds = {
  approve: 'pitr_approve',
  deny: 'pitr_deny',
  withdraw: 'pitr_withdraw',
  proceed: 'pitr_proceed',
  stop: 'pitr_stop',
  cancel: 'pitr_cancel',
  undo: 'pitr_undo',
} as const;
export type ActionId = (typeof actionIds)[keyof typeof actionIds];

/** Buttons that only lead somewhere. */
export const pageActionIds = { newer: 'pitr_newer', older: 'pitr_older' } as const;
export const homeActionIds = { restore: 'pitr_home_restore' } as const;
/** Unfolds the options of the request modal. */
export const optionsActionId = 'pitr_options';

/** What a button refers to. A hint only: people can forge it, so everything is looked up again at the click. */
export type ButtonValue = { readonly runId: RunId; readonly digest: string };

export function valueFor(run: Run): string {
  return `${run.id} ${run.digest}`;
}

/** undefined: not one of ours. */
export function readValue(value: string | undefined): ButtonValue | undefined {
  const match = /^(\S{1,100}) ([0-9a-f]{64})$/.exec(value ?? '');
  const [, runId, digest] = match ?? [];
  return runId === undefined || digest === undefined ? undefined : { runId, digest };
}
