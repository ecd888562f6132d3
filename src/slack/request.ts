/** From the first word to the request on record: the modal that opens at once, fills in, and can be corrected in place. */
import type { ModalView } from '@slack/types';
import { type Environment, selectTables } from '../restore/environment.ts';
import { asUserError, UserError } from '../restore/errors.ts';
import { mayRequest, type Refusal } from '../restore/policy.ts';
import { checkWindow, type Instant, readRestorePoint } from '../restore/restore-point.ts';
import type { EnvironmentOutlook, Wish } from '../restore/restores.ts';
import { actorOf, type Desk, whoAndWhere } from './desk.ts';
import type { Person } from './people.ts';
import { isRefusal } from './poster.ts';
import { askedView, confirmView, correctView, dryRunView, refusedView } from './views/restore.ts';
import type { Wanted } from './views/wanted.ts';

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

/** Looks everything up and fills the modal; what goes wrong is shown in it, with the words to correct. */
export async function fillView(desk: Desk, open: OpenView, userId: string, wanted: Wanted): Promise<void> {
  await showView(desk, open, await nextView(desk, userId, wanted));
}

async function nextView(desk: Desk, userId: string, wanted: Wanted): Promise<ModalView> {
  try {
    return await lookUp(desk, userId, wanted);
  } catch (error) {
    if (error instanceof UserError) return correctView(wanted, error, desk.clock.now());
    desk.logger.error({ userId, err: error }, 'Something broke while filling a modal');
    return correctView(wanted, asUserError(error), desk.clock.now());
  }
}

async function lookUp(desk: Desk, userId: string, wanted: Wanted): Promise<ModalView> {
  const { restores, clock } = desk;
  const environment = restores.environment(wanted.environment);
  const tables = selectTables(environment, wanted.tables);
  // Slack and AWS at the same time; rights come first all the same.
  const looking = restores.outlook(
    environment,
    tables.map(({ label }) => label),
  );
  looking.catch(() => undefined);
  const { person, account, channel } = await whoAndWhere(desk, userId, wanted.channelId);
  const refusal = mayRequest(environment, account, channel, desk.home());
  if (refusal !== undefined) return refusedView(refusal);
  const outlook = await looking;
  const now = clock.now();
  const timeZone = wanted.timeZone ?? person.timeZone;
  const reading = instantOf(wanted, outlook, now, timeZone);
  if ('problem' in reading) return correctView(wanted, reading.problem, now);
  const { at } = reading;
  if (!wanted.dryRun) return confirmView({ wanted, environment, tables, outlook, at, timeZone, now, askedBy: userId });
  const report = await restores.dryRun(wishOf(desk, environment, person, { ...wanted, at }, ''));
  return dryRunView(report, now);
}

type Problem = Parameters<typeof correctView>[1];

function instantOf(
  wanted: Wanted,
  { window }: EnvironmentOutlook,
  now: Instant,
  timeZone: string,
): { readonly at: Instant } | { readonly problem: Problem } {
  const at = wanted.at ?? read(wanted.words, window.latest, now, timeZone);
  if (typeof at !== 'number') return { problem: at };
  const outside = checkWindow(at, window, now, timeZone);
  return outside === undefined ? { at } : { problem: outside };
}

function read(words: string, latest: Instant, now: Instant, timeZone: string): Instant | Problem {
  const reading = readRestorePoint(words, now, timeZone);
  switch (reading.kind) {
    case 'instant':
      return reading.at;
    case 'latest':
      return Math.floor(latest / 1000) * 1000;
    case 'refused':
      return reading.refusal;
  }
}

/** Checks everything again and writes the request down; says in the modal how that went. */
export async function submitRequest(
  desk: Desk,
  open: OpenView,
  userId: string,
  wanted: Wanted,
  reason: string,
): Promise<void> {
  const view = await submittedView(desk, userId, wanted, reason);
  const seen = await showView(desk, open, view);
  if (!seen) desk.logger.info({ userId }, 'The modal was closed before the request was on record; the channel tells');
}

async function submittedView(desk: Desk, userId: string, wanted: Wanted, reason: string): Promise<ModalView> {
  try {
    const outcome = await ask(desk, userId, wanted, reason);
    return 'refusal' in outcome ? refusedView(outcome.refusal) : outcome.view;
  } catch (error) {
    if (!(error instanceof UserError))
      desk.logger.error({ userId, err: error }, 'Something broke while asking for a restore');
    return correctView(wanted, asUserError(error), desk.clock.now());
  }
}

async function ask(
  desk: Desk,
  userId: string,
  wanted: Wanted,
  reason: string,
): Promise<{ readonly refusal: Refusal } | { readonly view: ModalView }> {
  const { restores } = desk;
  const environment = restores.environment(wanted.environment);
  const { person, account, channel } = await whoAndWhere(desk, userId, wanted.channelId);
  const refusal = mayRequest(environment, account, channel, desk.home());
  if (refusal !== undefined) return { refusal };
  const origin = { kind: 'slack', channelId: wanted.channelId, teamId: desk.home().teamId } as const;
  const run = await restores.request(wishOf(desk, environment, person, wanted, reason), origin);
  if (run.state === 'APPROVED') desk.onApproved(run.id);
  return { view: askedView(run) };
}

function wishOf(desk: Desk, environment: Environment, person: Person, wanted: Wanted, reason: string): Wish {
  return {
    environment: environment.name,
    tables: selectTables(environment, wanted.tables),
    restorePoint: wanted.at ?? 'latest',
    words: wanted.words,
    timeZone: wanted.timeZone ?? person.timeZone,
    requestedBy: actorOf(desk, person.account.userId),
    reason,
    options: {
      planConfirmation: environment.planConfirmation,
      onConflict: environment.onConflict,
      fence: environment.fence,
      rollback: true,
      timeoutMinutes: environment.timeoutMinutes,
      dryRun: wanted.dryRun,
    },
  };
}
