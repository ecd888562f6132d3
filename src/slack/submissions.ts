/** What people send from the request modal. */
import type { ViewOutput, ViewResponseAction } from '@slack/bolt';
import { UserError } from '../restore/errors.ts';
import { isTimeZone } from '../restore/restore-point/time-zone.ts';
import { readRestorePoint } from '../restore/restore-point.ts';
import type { Desk } from './desk.ts';
import { limits } from './limits.ts';
import type { Ack } from './listening.ts';
import { fillView, submitRequest } from './request.ts';
import {
  inputIds,
  inputOf,
  listIn,
  loadingView,
  neededInputOf,
  problemWithReason,
  strangeWindow,
} from './views/modal.ts';
import { isTooLong, readWanted, type Wanted } from './views/wanted.ts';

export type Submission = {
  readonly view: ViewOutput;
  /** What tells this form from every other one (asked-before.ts). */
  readonly form: string | undefined;
  readonly userId: string;
  readonly ack: Ack<ViewResponseAction>;
};

/** Environment and time were picked. */
export async function onChosen(desk: Desk, { view, userId, ack }: Submission): Promise<void> {
  const environment = inputOf(view, inputIds.environment)?.value ?? '';
  const picked = neededInputOf(view, inputIds.instant);
  const at = Number(picked.value) * 1000;
  const before = wantedIn(view.private_metadata);
  const channelId = inputOf(view, inputIds.channel)?.value ?? before.channelId;
  const { at: _, ...wanted } = { ...before, environment, channelId };
  if (at > desk.clock.now()) {
    const problem = 'This is in the future. Pick a moment that has been.';
    return await ack({ response_action: 'errors', errors: { [picked.blockId]: problem } });
  }
  await ack(looking(environment));
  await fillView(desk, { viewId: view.id }, userId, Number.isSafeInteger(at) && at > 0 ? { ...wanted, at } : wanted);
}

/** The words for the time were corrected, or one of two readings was picked. */
export async function onReworded(desk: Desk, { view, userId, ack }: Submission): Promise<void> {
  const before = wantedIn(view.private_metadata);
  const input = neededInputOf(view, inputIds.when);
  const words = input.value.trim().slice(0, limits.whenInput);
  const candidate = inputOf(view, inputIds.candidate)?.value ?? '';
  const { at: _, ...wanted } = { ...before, words };
  // Whoever types other words after picking a reading means the words.
  const picked = candidate !== '' && words === before.words ? Number(candidate) : undefined;
  const problem = picked === undefined ? problemWithWords(desk, wanted) : undefined;
  if (problem !== undefined) return await ack({ response_action: 'errors', errors: { [input.blockId]: problem } });
  await ack(looking(wanted.environment));
  await fillView(
    desk,
    { viewId: view.id },
    userId,
    picked !== undefined && Number.isSafeInteger(picked) ? { ...wanted, at: picked } : wanted,
  );
}

/** What no look-up is needed for to say. Words with two readings are not wrong: the window shows both. */
function problemWithWords({ clock }: Desk, { words, readIn }: Wanted): string | undefined {
  if (readIn === undefined || !isTimeZone(readIn)) return undefined;
  const reading = readRestorePoint(words, clock.now(), readIn);
  if (reading.kind !== 'refused' || reading.refusal.candidates !== undefined) return undefined;
  return `${reading.refusal.message} ${reading.refusal.hint}`;
}

/** The options were unfolded, or other tables chosen: the window shows what that means, and keeps what was typed. */
export async function onOptions(
  desk: Desk,
  { view, userId, ack }: Omit<Submission, 'ack' | 'form'> & { readonly ack: Ack<void> },
): Promise<void> {
  const wanted: Wanted = { ...chosenIn(desk, view), unfolded: true };
  await ack();
  if (isTooLong(wanted)) {
    throw new UserError(
      'BAD_REQUEST',
      'These are too many tables to name in a Slack window.',
      'Choose fewer, or none for all of them.',
    );
  }
  await fillView(desk, { viewId: view.id, hash: view.hash }, userId, wanted);
}

/** Everything was read; the request is meant. */
export async function onConfirmed(desk: Desk, { view, form, userId, ack }: Submission): Promise<void> {
  const wanted = chosenIn(desk, view);
  const input = neededInputOf(view, inputIds.reason);
  const reason = input.value.trim();
  const isRequired = !wanted.drill && desk.restores.environment(wanted.environment).reasonRequired;
  const problem = problemWithReason(reason, isRequired);
  if (problem !== undefined) {
    await ack({ response_action: 'errors', errors: { [input.blockId]: problem } });
    return;
  }
  await ack({ response_action: 'update', view: loadingView('Writing the request down …') });
  await submitRequest(desk, { viewId: view.id }, { userId, wanted, reason: reason.slice(0, limits.reason), form });
}

function looking(environment: string) {
  return { response_action: 'update' as const, view: loadingView(`Looking at the tables of ${environment} …`) };
}

function wantedIn(metadata: string): Wanted {
  return readWanted(metadata) ?? strangeWindow();
}

/** What the window carries, with the options as they are chosen in it. */
function chosenIn({ restores }: Desk, view: Pick<ViewOutput, 'private_metadata' | 'state'>): Wanted {
  const wanted = wantedIn(view.private_metadata);
  const chosen = {
    fence: inputOf(view, inputIds.fence)?.value,
    onConflict: inputOf(view, inputIds.onConflict)?.value,
    planConfirmation: inputOf(view, inputIds.planConfirmation)?.value,
  };
  const tables = listIn(view, inputIds.tables) ?? wanted.tables;
  const isAll = tables.length === restores.environment(wanted.environment).tables.length;
  const given = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  return readWanted(JSON.stringify({ ...wanted, ...given, tables: isAll ? [] : tables })) ?? strangeWindow();
}
