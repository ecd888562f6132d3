/** Opens modals and shows the next step in them. */
import type { ModalView } from '@slack/types';
import { WebAPIRateLimitedError } from '@slack/web-api';
import { UserError } from '../restore/errors.ts';
import type { Desk } from './desk.ts';
import { times } from './limits.ts';
import { isRefusal } from './poster.ts';
import { refusalIn, secondsAskedFor } from './trouble.ts';
import { inPlainView } from './views/plain.ts';

/** Where the modal is: its id, and its hash while nothing has changed it since. */
export type OpenView = { readonly viewId: string; readonly hash?: string };

/**
 * Opens a modal with the trigger of what somebody just did.
 * @throws UserError OUT_OF_DATE when the three seconds of the trigger are over, NETWORK when Slack does not answer
 */
export async function openView(desk: Desk, triggerId: string, view: ModalView): Promise<OpenView> {
  try {
    const answer = await inNewOrPlainView(view, (shown) =>
      desk.client.views.open({ trigger_id: triggerId, view: shown }),
    );
    const { id, hash } = answer.view ?? {};
    if (id === undefined) throw new Error('views.open answered without a view');
    return { viewId: id, ...(hash === undefined ? {} : { hash }) };
  } catch (error) {
    if (isRefusal(error, ['exchanged_trigger_id', 'trigger_exchanged'])) {
      const said = 'Slack has opened a window for this already.';
      throw new UserError('OUT_OF_DATE', said, 'Do it once more if you do not see it.', { cause: error });
    }
    if (isRefusal(error, ['expired_trigger_id', 'trigger_expired'])) {
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

/**
 * Shows the next step in a modal. Somebody who closed it meanwhile does not want to see it.
 * @throws whatever the Slack client threw at last
 */
export async function showView(desk: Desk, { viewId, hash }: OpenView, view: ModalView): Promise<boolean> {
  try {
    const unchanged = hash === undefined ? {} : { hash };
    await inNewOrPlainView(view, (shown) =>
      patiently(desk, () => desk.client.views.update({ view_id: viewId, view: shown, ...unchanged })),
    );
    return true;
  } catch (error) {
    if (!isRefusal(error, ['not_found', 'view_not_found', 'hash_conflict'])) throw error;
    desk.logger.debug({ viewId, err: error }, 'The modal was closed or changed meanwhile');
    return false;
  }
}

/** Sends as it is; when Slack refuses what is in it, the same without newer blocks. */
async function inNewOrPlainView<T>(view: ModalView, send: (view: ModalView) => Promise<T>): Promise<T> {
  try {
    return await send(view);
  } catch (error) {
    const plain = isRefusal(error, ['invalid_arguments', 'invalid_blocks']) ? inPlainView(view) : undefined;
    if (plain === undefined) throw error;
    return await send(plain);
  }
}

/**
 * Somebody sits before a window that says "Looking": unless Slack says no, it is filled at the third attempt. An update
 * that was carried out before may be sent again: with a hash Slack refuses it, without one it changes nothing.
 */
async function patiently(desk: Desk, update: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await update();
      return;
    } catch (error) {
      const wait = error instanceof WebAPIRateLimitedError ? secondsAskedFor(error) * 1000 : times.retryFirst;
      if (refusalIn(error) !== undefined || attempt === attempts || wait > longestWait) throw error;
      await desk.clock.sleep(wait);
    }
  }
}

const attempts = 3;
/** Nobody looks at a window for longer. */
const longestWait = 30_000;
