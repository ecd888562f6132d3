/** Opens modals and shows the next step in them. */
import type { ModalView } from '@slack/types';
import { UserError } from '../restore/errors.ts';
import type { Desk } from './desk.ts';
import { isRefusal } from './poster.ts';

/** Where the modal is: its id, and its hash while nothing has changed it since. */
export type OpenView = { readonly viewId: string; readonly hash?: string };

/**
 * Opens a modal with the trigger of what somebody just did.
 * @throws UserError OUT_OF_DATE when the three seconds of the trigger are over, NETWORK when Slack does not answer
 */
export async function openView(desk: Desk, triggerId: string, view: ModalView): Promise<OpenView> {
  try {
    const answer = await desk.client.views.open({ trigger_id: triggerId, view });
    const { id, hash } = answer.view ?? {};
    if (id === undefined) throw new Error('views.open answered without a view');
    return { viewId: id, ...(hash === undefined ? {} : { hash }) };
  } catch (error) {
    if (isRefusal(error, ['expired_trigger_id', 'exchanged_trigger_id', 'trigger_expired', 'trigger_exchanged'])) {
      throw new UserError(
        'OUT_OF_DATE',
        'Slack gives three seconds to open a window, and they were over.',
        'Do it once more.',
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

/** Shows the next step in a modal. Somebody who closed it meanwhile does not want to see it. */
export async function showView(desk: Desk, { viewId, hash }: OpenView, view: ModalView): Promise<boolean> {
  try {
    await desk.client.views.update({ view_id: viewId, view, ...(hash === undefined ? {} : { hash }) });
    return true;
  } catch (error) {
    if (!isRefusal(error, ['not_found', 'view_not_found', 'hash_conflict'])) throw error;
    desk.logger.debug({ viewId, err: error }, 'The modal was closed or changed meanwhile');
    return false;
  }
}
