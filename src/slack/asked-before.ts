/**
 * One form is one request, also where it comes again to another process than the first time: sent again by a person who did
 * not see that it had arrived, or by whoever saw it pass. A process remembers by itself what it has heard.
 */
import { createHash } from 'node:crypto';
import type { ViewOutput } from '@slack/bolt';
import type { Origin } from '../restore/request.ts';
import type { Run } from '../restore/run.ts';
import { formsLookedAt, ofSameForm } from '../restore/same-form.ts';
import type { Desk } from './desk.ts';

/**
 * The same for a form that arrives twice, and for no other one: the next step of a window is another form, and the same form
 * in a later state of the window has another hash. Where Slack leaves the hash out, nobody can know: undefined.
 */
export function formOf({ id, hash, callback_id: step, state }: ViewOutput): string | undefined {
  if (!hash) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([id, step, hash, state]))
    .digest('hex');
}

/** What a form that came before has asked for. That there is one run of each is the event log's business. */
export function askedBefore({ restores }: Desk, origin: Origin): Run | undefined {
  return ofSameForm(() => restores.history(formsLookedAt), origin);
}

/** Where a request comes from. `channelId`: where its story is told. */
export function originOf(desk: Desk, channelId: string, form: string | undefined): Origin {
  return { kind: 'slack', channelId, teamId: desk.home().teamId, ...(form === undefined ? {} : { form }) };
}
