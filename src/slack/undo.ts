/** Undoing a restore: from the click or the command to the request on record. */
import { asUserError, UserError } from '../restore/errors.ts';
import { mayAsk, mayRequest } from '../restore/policy.ts';
import type { Run } from '../restore/run.ts';
import { askedBefore, originOf } from './asked-before.ts';
import { turnCautions } from './cautions.ts';
import { actorOf, type Desk, memberOf, whoAndWhere } from './desk.ts';
import { showOutcome, startApproved } from './done.ts';
import { limits } from './limits.ts';
import type { Message } from './messages/blocks.ts';
import { errorMessage, refusalMessage } from './messages/refusal.ts';
import type { Submission } from './submissions.ts';
import { asked, askedAlready, refusedView } from './views/asked.ts';
import { inputIds, loadingView, neededInputOf, problemView, problemWithReason, strangeWindow } from './views/modal.ts';
import { readWantedUndo, undoView, type WantedUndo } from './views/undo.ts';
import { openView } from './windows.ts';

type Asking = {
  readonly userId: string;
  readonly triggerId: string;
  /** Where it is asked, and so where its story is told. */
  readonly channelId: string;
  readonly ack: () => Promise<void>;
  readonly tell: (message: Message) => Promise<unknown>;
};

/** Shows what would be put back. @throws UserError OUT_OF_DATE when there is nothing to undo (any more) */
export async function openUndo(desk: Desk, run: Run, asking: Asking): Promise<void> {
  const { userId, channelId, triggerId, ack, tell } = asking;
  const environment = desk.restores.environment(run.request.environment);
  const by = await memberOf(desk, userId, [environment], 'admin', ack);
  const refusal = mayAsk(environment, by, channelId, 'undo');
  if (refusal !== undefined) {
    await ack();
    await tell(refusalMessage(refusal));
    return;
  }
  const until = desk.restores.undoableUntil(run.id);
  const now = desk.clock.now();
  if (until === undefined || until <= now) throw nothingToUndo(run);
  const warnings = turnCautions(desk.restores.inTheWay(false), environment.approvals);
  const view = undoView({ run, environment, warnings, until, now, askedBy: userId, channelId });
  await Promise.all([openView(desk, triggerId, view), ack()]);
}

/** The undo is meant. */
export async function onUndoConfirmed(desk: Desk, { view, form, userId, ack }: Submission): Promise<void> {
  const wanted = readWantedUndo(view.private_metadata);
  const run = wanted === undefined ? undefined : desk.restores.run(wanted.runId);
  if (wanted === undefined || run === undefined) return strangeWindow();
  const input = neededInputOf(view, inputIds.reason);
  const reason = input.value.trim();
  const problem = problemWithReason(reason, desk.restores.environment(run.request.environment).reasonRequired);
  if (problem !== undefined) {
    await ack({ response_action: 'errors', errors: { [input.blockId]: problem } });
    return;
  }
  await ack({ response_action: 'update', view: loadingView('Writing the request down …') });
  const outcome = await askedOrNot(desk, run, wanted, { userId, form, reason: reason.slice(0, limits.reason) });
  await showOutcome(desk, { viewId: view.id }, userId, outcome);
}

type Form = Pick<Submission, 'userId' | 'form'> & { readonly reason: string };

async function askedOrNot(desk: Desk, run: Run, wanted: WantedUndo, { userId, form, reason }: Form) {
  const { restores } = desk;
  try {
    const environment = restores.environment(run.request.environment);
    const { account, channel } = await whoAndWhere(desk, userId, wanted.channelId, environment);
    const refusal = mayRequest(environment, account, channel, desk.home(), 'undo');
    if (refusal !== undefined) return refusedView(refusal);
    const origin = originOf(desk, wanted.channelId, form);
    const before = askedBefore(desk, origin);
    if (before !== undefined) return askedAlready(before);
    const undoing = restores.undo(run.id, actorOf(desk, account), reason, origin);
    if (undoing.state === 'APPROVED') startApproved(desk, undoing.id);
    return asked(restores.run(undoing.id) ?? undoing);
  } catch (error) {
    if (!(error instanceof UserError))
      desk.logger.error({ userId, runId: run.id, err: error }, 'Something broke while asking for an undo');
    return problemView(errorMessage(asUserError(error)).text);
  }
}

function nothingToUndo({ id }: Run): UserError {
  return new UserError(
    'OUT_OF_DATE',
    `${id} cannot be undone.`,
    'It wrote nothing, is still running, was put back or undone already, or its time for that is over. Type /pitr-restore history to see how it went.',
  );
}
