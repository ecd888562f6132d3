/** What people send from the request modal. */
import type { ViewOutput, ViewResponseAction } from '@slack/bolt';
import type { Desk } from './desk.ts';
import { limits } from './limits.ts';
import type { Ack } from './listening.ts';
import { fillView, submitRequest } from './request.ts';
import { inputIds, inputOf, loadingView, neededInputOf, problemWithReason, strangeWindow } from './views/modal.ts';
import { readWanted, type Wanted } from './views/wanted.ts';

export type Submission = {
  readonly view: ViewOutput;
  readonly userId: string;
  readonly ack: Ack<ViewResponseAction>;
};

/** Environment and time were picked. */
export async function onChosen(desk: Desk, { view, userId, ack }: Submission): Promise<void> {
  const environment = inputOf(view, inputIds.environment)?.value ?? '';
  const at = Number(inputOf(view, inputIds.instant)?.value) * 1000;
  const before = wantedIn(view.private_metadata);
  const channelId = inputOf(view, inputIds.channel)?.value ?? before.channelId;
  const { at: _, ...wanted } = { ...before, environment, channelId };
  await ack(looking(environment));
  await fillView(desk, { viewId: view.id }, userId, Number.isSafeInteger(at) && at > 0 ? { ...wanted, at } : wanted);
}

/** The words for the time were corrected, or one of two readings was picked. */
export async function onReworded(desk: Desk, { view, userId, ack }: Submission): Promise<void> {
  const before = wantedIn(view.private_metadata);
  const words = inputOf(view, inputIds.when)?.value.trim().slice(0, limits.whenInput) ?? '';
  const candidate = inputOf(view, inputIds.candidate)?.value ?? '';
  const { at: _, ...wanted } = { ...before, words };
  // Whoever types other words after picking a reading means the words.
  const picked = candidate !== '' && words === before.words ? Number(candidate) : undefined;
  await ack(looking(wanted.environment));
  await fillView(
    desk,
    { viewId: view.id },
    userId,
    picked !== undefined && Number.isSafeInteger(picked) ? { ...wanted, at: picked } : wanted,
  );
}

/** Everything was read; the request is meant. */
export async function onConfirmed(desk: Desk, { view, userId, ack }: Submission): Promise<void> {
  const wanted = wantedIn(view.private_metadata);
  const input = neededInputOf(view, inputIds.reason);
  const reason = input.value.trim();
  const problem = problemWithReason(reason, desk.restores.environment(wanted.environment).reasonRequired);
  if (problem !== undefined) {
    await ack({ response_action: 'errors', errors: { [input.blockId]: problem } });
    return;
  }
  await ack({ response_action: 'update', view: loadingView('Writing the request down …') });
  await submitRequest(desk, { viewId: view.id }, userId, wanted, reason.slice(0, limits.reason));
}

function looking(environment: string) {
  return { response_action: 'update' as const, view: loadingView(`Looking at the tables of ${environment} …`) };
}

function wantedIn(metadata: string): Wanted {
  return readWanted(metadata) ?? strangeWindow();
}
