import { type JsonObject, textAt } from '../json.ts';
import type { Trigger } from '../store.ts';
import { maxViewsInStack, type View } from '../views.ts';
import { wireView } from '../wire.ts';
import { botMethod, type Call, type Methods, needText } from './method.ts';
import { invalidArguments, SlackError } from './slack-error.ts';
import { newPlace, readView, samePlace } from './view-content.ts';

export const viewMethods: Methods = {
  'views.open': botMethod([], open),
  'views.push': botMethod([], push),
  'views.update': botMethod([], update),
  'views.publish': botMethod([], publish),
};

/** A trigger is good for three seconds and for one view. */
function liveTrigger(call: Call): Trigger {
  const id = textAt(call.args, 'trigger_id') ?? textAt(call.args, 'interactivity_pointer');
  if (!id) throw invalidArguments('[ERROR] missing required field: trigger_id');
  const trigger = call.store.triggers.get(id);
  if (trigger === undefined) throw new SlackError('invalid_trigger_id');
  if (trigger.isUsed) throw new SlackError('exchanged_trigger_id');
  if (call.store.clock.now() > trigger.expiresAt) throw new SlackError('expired_trigger_id');
  return trigger;
}

function open(call: Call): JsonObject {
  const { store } = call;
  const trigger = liveTrigger(call);
  const view = readView(store, call.faults, call.args['view'], 'modal', newPlace(store, trigger.user, false));
  trigger.isUsed = true;
  store.pushView(view);
  return { view: wireView(store, view) };
}

function push(call: Call): JsonObject {
  const { store } = call;
  const trigger = liveTrigger(call);
  const stack = store.stackOf(trigger.user);
  if (stack.length === 0) throw new SlackError('not_found');
  if (stack.length >= maxViewsInStack) throw new SlackError('push_limit_reached');
  const view = readView(store, call.faults, call.args['view'], 'modal', newPlace(store, trigger.user, true));
  trigger.isUsed = true;
  store.pushView(view);
  return { view: wireView(store, view) };
}

function namedView(call: Call): View {
  const { store } = call;
  const viewId = textAt(call.args, 'view_id');
  const externalId = textAt(call.args, 'external_id');
  if (!(viewId || externalId)) throw invalidArguments('[ERROR] either view_id or external_id is required');
  const view = viewId ? store.views.get(viewId) : store.viewByExternalId(externalId ?? '');
  if (view === undefined || view.type !== 'modal') throw new SlackError('not_found');
  return view;
}

function update(call: Call): JsonObject {
  const { store } = call;
  const current = namedView(call);
  checkHash(call, current);
  const view = readView(store, call.faults, call.args['view'], 'modal', samePlace(current));
  store.putView(view);
  return { view: wireView(store, view) };
}

function publish(call: Call): JsonObject {
  const { store } = call;
  const user = needText(call, 'user_id');
  if (!store.users.has(user)) throw invalidArguments('[ERROR] user_id not found');
  const current = store.homes.get(user);
  if (current) checkHash(call, current);
  const place = current ? samePlace(current) : newPlace(store, user, false);
  const view = readView(store, call.faults, call.args['view'], 'home', place);
  store.putView(view);
  return { view: wireView(store, view) };
}

function checkHash(call: Call, view: View): void {
  const hash = textAt(call.args, 'hash');
  if (hash && hash !== view.hash) throw new SlackError('hash_conflict');
}
