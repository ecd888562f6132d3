/** Carries out the bot's answer to a submitted modal: docs.slack.dev/surfaces/modals#response_actions. */
import type { Faults } from '../faults.ts';
import { isObject, type JsonObject, textAt } from '../json.ts';
import { SlackError } from '../methods/slack-error.ts';
import { newPlace, readView, samePlace } from '../methods/view-content.ts';
import type { Store } from '../store.ts';
import { maxViewsInStack, type View } from '../views.ts';
import { touchables } from './elements.ts';
import { type Reached, type SubmitOutcome, submissionErrors, trouble } from './outcomes.ts';

export function applySubmission(
  store: Store,
  faults: Faults,
  view: View,
  reachedBot: Reached,
  body: unknown,
): SubmitOutcome {
  const outcome = { ...reachedBot, isSent: true };
  if (!reachedBot.acked) return { ...outcome, warning: trouble };
  const action = textAt(body, 'response_action');
  try {
    return { ...outcome, ...carryOut(store, faults, view, action, isObject(body) ? body : {}) };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return { ...outcome, error: error.code, warning: trouble };
  }
}

function carryOut(
  store: Store,
  faults: Faults,
  view: View,
  action: string | undefined,
  body: JsonObject,
): Partial<SubmitOutcome> {
  switch (action) {
    case undefined:
      closeOne(store, view);
      return { closed: true };
    case 'clear':
      store.closeViews(view.user);
      return { closed: true };
    case 'errors': {
      const inputs = touchables(view.blocks).filter((touchable) => touchable.isInput);
      const errors = submissionErrors(
        body,
        inputs.map((input) => input.blockId),
      );
      if (errors === undefined) throw new SlackError('invalid_response_errors');
      return { errors };
    }
    case 'update':
      store.putView(readView(store, faults, body['view'], 'modal', samePlace(view)));
      return { updated: true };
    case 'push':
      if (store.stackOf(view.user).length >= maxViewsInStack) throw new SlackError('push_limit_reached');
      store.pushView(readView(store, faults, body['view'], 'modal', newPlace(store, view.user, true)));
      return { pushed: true };
    default:
      throw new SlackError('invalid_response_action');
  }
}

/** While the person waited the bot may have changed the stack: only the submitted view goes. */
function closeOne(store: Store, view: View): void {
  if (store.stackOf(view.user).at(-1)?.id === view.id) store.closeViews(view.user, 'top');
}
