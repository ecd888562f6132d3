/** Turns a view a bot sent into the view Slack keeps, or refuses it as Slack would. */
import { describeProblem, validateView } from '../block-kit.ts';
import type { Faults } from '../faults.ts';
import { flagAt, isObject, type JsonObject, objectAt, objectsAt, textAt } from '../json.ts';
import { completeBlocks } from '../messages.ts';
import type { Store } from '../store.ts';
import { maxViewBytes, type View } from '../views.ts';
import { decoded } from './content.ts';
import { invalidArguments, SlackError } from './slack-error.ts';

export interface ViewPlace {
  readonly id: string;
  readonly user: string;
  readonly rootId: string;
  readonly previousId: string | null;
}

/** @throws SlackError invalid_arguments, view_too_large, duplicate_external_id */
export function readView(store: Store, faults: Faults, given: unknown, type: View['type'], place: ViewPlace): View {
  const view = decoded(given);
  if (!isObject(view)) throw invalidArguments('[ERROR] missing required field: view');
  if (Buffer.byteLength(JSON.stringify(view)) > maxViewBytes) throw new SlackError('view_too_large');
  if (view['type'] !== type) throw invalidArguments(`[ERROR] expected view type: ${type} [json-pointer:/view/type]`);
  const problems = validateView(view).map((problem) => ({ ...problem, pointer: `/view${problem.pointer}` }));
  const messages = [...faults.refusedBlocks(objectsAt(view, 'blocks')), ...problems.map(describeProblem)];
  if (messages.length > 0) throw invalidArguments(...messages);
  const externalId = textAt(view, 'external_id') ?? '';
  const namesake = externalId === '' ? undefined : store.viewByExternalId(externalId);
  if (namesake !== undefined && namesake.id !== place.id) throw new SlackError('duplicate_external_id');
  return { ...place, ...contentOf(store, view, type), externalId };
}

function contentOf(store: Store, view: JsonObject, type: View['type']): Omit<View, keyof ViewPlace | 'externalId'> {
  const labels = ['title', 'submit', 'close'].flatMap((name) => {
    const label = objectAt(view, name);
    return label === undefined ? [] : [[name, { emoji: true, ...label }] as const];
  });
  return {
    type,
    hash: store.newHash(),
    callbackId: textAt(view, 'callback_id') ?? '',
    privateMetadata: textAt(view, 'private_metadata') ?? '',
    blocks: completeBlocks(objectsAt(view, 'blocks'), () => store.newId('b')),
    clearOnClose: flagAt(view, 'clear_on_close'),
    notifyOnClose: flagAt(view, 'notify_on_close'),
    ...Object.fromEntries(labels),
  };
}

/** A new modal's place: alone, or on top of the person's stack. */
export function newPlace(store: Store, user: string, isPushed: boolean): ViewPlace {
  const id = store.newId('V');
  const stack = isPushed ? store.stackOf(user) : [];
  return { id, user, rootId: stack[0]?.id ?? id, previousId: stack.at(-1)?.id ?? null };
}

export function samePlace(view: View): ViewPlace {
  return { id: view.id, user: view.user, rootId: view.rootId, previousId: view.previousId };
}
