/** The buttons of cards and plans. Whoever clicks is asked about anew; the first decision wins; the rest learn why not. */
import type { ModalView } from '@slack/types';
import { refuseCancel } from '../restore/decide.ts';
import type { Environment } from '../restore/environment.ts';
import { asUserError, UserError } from '../restore/errors.ts';
import { mayAnswerPlan, mayApprove, mayDeny, mayWithdraw, type Refusal, type Role } from '../restore/policy.ts';
import type { Actor } from '../restore/request.ts';
import type { Run } from '../restore/run.ts';
import { type ActionId, actionIds, type ButtonValue, readValue, valueFor } from './button-value.ts';
import { actorOf, type Desk, memberOf, refuseNow, refuseToStop, stopper } from './desk.ts';
import { showOutcome, startApproved } from './done.ts';
import { limits } from './limits.ts';
import type { Ack } from './listening.ts';
import type { Message } from './messages/blocks.ts';
import { errorMessage, lateMessage, notYetMessage, refusalMessage, tooLateMessage } from './messages/refusal.ts';
import type { Submission } from './submissions.ts';
import { openUndo } from './undo.ts';
import { approved, approveView } from './views/approve.ts';
import { refusedView } from './views/asked.ts';
import { denied, denyView } from './views/deny.ts';
import { type Done, inputIds, loadingView, neededInputOf, problemView } from './views/modal.ts';
import { progressOf } from './visible.ts';
import { openView } from './windows.ts';

export type Click = {
  readonly actionId: ActionId;
  readonly value: string | undefined;
  readonly userId: string;
  readonly triggerId: string;
  /** Where the button is; absent in the Home tab. */
  readonly channelId?: string;
  readonly ack: Ack<void>;
  readonly tell: (message: Message) => Promise<unknown>;
};

export async function onClick(desk: Desk, click: Click): Promise<void> {
  const { actionId, userId, ack, tell } = click;
  const { run, value } = theRun(desk, click.value);
  if (actionId === actionIds.undo) {
    const channelId = click.channelId ?? (run.origin.kind === 'slack' ? run.origin.channelId : '');
    return await openUndo(desk, run, { ...click, channelId });
  }
  const isStopping = actionId === actionIds.cancel || actionId === actionIds.withdraw;
  // What is not configured any more can still be stopped.
  const environment = isStopping
    ? desk.restores.environmentOf(run)
    : desk.restores.environment(run.request.environment);
  const by = isStopping
    ? await stopper(desk, run, userId, ack)
    : actorOf(desk, await memberOf(desk, userId, [environment], roleFor[actionId], ack));
  const refusal = mayDecide(environment, actionId, run, by);
  const view =
    refusal === undefined && run.state === 'AWAITING_APPROVAL'
      ? askingFirst(desk, environment, actionId, run)
      : undefined;
  if (view !== undefined) {
    await Promise.all([openView(desk, click.triggerId, view(click.value ?? '')), ack()]);
    return;
  }
  await ack();
  const no = refusal ?? (await (isStopping ? refuseToStop(desk, run, userId) : refuseNow(desk, userId)));
  if (no !== undefined) {
    await tell(refusalMessage(no));
    return;
  }
  const whyNot = unlessDecided(desk, run, actionId, () => decide(desk, actionId, value, by));
  if (whyNot !== undefined) await tell(whyNot);
}

/** The window that asks something before a decision counts; undefined: none does. */
function askingFirst(
  { restores }: Desk,
  environment: Environment,
  actionId: Deciding,
  run: Run,
): ((metadata: string) => ModalView) | undefined {
  if (actionId === actionIds.deny) return () => denyView(run, valueFor(run));
  // The digest of the card that was clicked goes along: it says what was read.
  if (actionId === actionIds.approve && environment.approvalStepUp === true)
    return (metadata) => approveView(run, metadata, restores.inTheWayOf(run));
  return undefined;
}

/** The reason for a denial was given. */
export async function onDenied(desk: Desk, submission: Submission): Promise<void> {
  const { view } = submission;
  const { run } = theRun(desk, view.private_metadata);
  const reason = neededInputOf(view, inputIds.reason).value.trim().slice(0, limits.reason);
  await submission.ack({ response_action: 'update', view: loadingView('Denying …') });
  await decideInView(desk, submission, actionIds.deny, run, (by) => denied(desk.restores.deny(run.id, by, reason)));
}

/** The environment's name was typed. */
export async function onNameTyped(desk: Desk, submission: Submission): Promise<void> {
  const { view, ack } = submission;
  const { run, value } = theRun(desk, view.private_metadata);
  const input = neededInputOf(view, inputIds.name);
  if (input.value.trim() !== run.request.environment) {
    const problem = `That is not its name: ${run.request.environment}`.slice(0, limits.alertText);
    await ack({ response_action: 'errors', errors: { [input.blockId]: problem } });
    return;
  }
  await ack({ response_action: 'update', view: loadingView('Approving …') });
  await decideInView(desk, submission, actionIds.approve, run, (by) =>
    approved(decide(desk, actionIds.approve, value, by)),
  );
}

/** Decides once the rights are checked anew, and says in the window how that went. */
async function decideInView(
  desk: Desk,
  { view: { id: viewId }, userId }: Submission,
  actionId: Deciding,
  run: Run,
  act: (by: Actor) => Done,
): Promise<void> {
  await showOutcome(desk, { viewId }, userId, await decided(desk, userId, actionId, run, act));
}

async function decided(
  desk: Desk,
  userId: string,
  actionId: Deciding,
  run: Run,
  act: (by: Actor) => Done,
): Promise<Done | ModalView> {
  try {
    const environment = desk.restores.environment(run.request.environment);
    const by = actorOf(desk, await memberOf(desk, userId, [environment], roleFor[actionId]));
    const refusal = mayDecide(environment, actionId, run, by) ?? (await refuseNow(desk, userId));
    return refusal === undefined ? act(by) : refusedView(refusal);
  } catch (error) {
    if (!(error instanceof UserError))
      desk.logger.error({ userId, runId: run.id, err: error }, 'Something broke while deciding');
    return problemView(problemOf(desk, run, actionId, asUserError(error)).text);
  }
}

function theRun(desk: Desk, written: string | undefined): { readonly run: Run; readonly value: ButtonValue } {
  const value = readValue(written);
  const run = value === undefined ? undefined : desk.restores.run(value.runId);
  if (value !== undefined && run !== undefined) return { run, value };
  throw new UserError(
    'UNKNOWN_RUN',
    'This button belongs to a restore that is not on record here.',
    'Type /pitr-restore status to see what is.',
  );
}

/** The buttons that decide something at once; Undo opens a window first. */
type Deciding = Exclude<ActionId, typeof actionIds.undo>;

/** What decides about a request; the others are about a run that was approved, if that was needed, and say so no more. */
const endsRequest: readonly Deciding[] = [actionIds.approve, actionIds.deny, actionIds.withdraw];

const roleFor: Readonly<Record<Deciding, Role>> = {
  [actionIds.approve]: 'approver',
  [actionIds.deny]: 'approver',
  [actionIds.withdraw]: 'either',
  [actionIds.cancel]: 'either',
  [actionIds.proceed]: 'either',
  [actionIds.stop]: 'either',
};

function mayDecide(environment: Environment, actionId: Deciding, run: Run, by: Actor): Refusal | undefined {
  const { requestedBy } = run.request;
  switch (actionId) {
    case actionIds.withdraw:
      return mayWithdraw(requestedBy, by);
    case actionIds.approve:
      return mayApprove(environment, requestedBy, by);
    case actionIds.deny:
      return mayDeny(environment, requestedBy, by);
    case actionIds.cancel:
      return refuseCancel(run, environment, by);
    case actionIds.proceed:
    case actionIds.stop:
      return mayAnswerPlan(environment, by);
  }
}

function decide(desk: Desk, actionId: Deciding, { runId, digest }: ButtonValue, by: Actor): Run {
  const { restores } = desk;
  switch (actionId) {
    case actionIds.approve: {
      const run = restores.approve(runId, by, digest);
      if (run.state === 'APPROVED') startApproved(desk, runId);
      return run;
    }
    case actionIds.deny:
      return restores.deny(runId, by, '');
    case actionIds.withdraw:
      return restores.withdraw(runId, by);
    case actionIds.proceed:
      return restores.confirmPlan(runId, by);
    case actionIds.stop:
      return restores.refusePlan(runId, by);
    case actionIds.cancel:
      return restores.cancel(runId, by);
  }
}

/** What was decided about its request is then the last that is to be told. */
function neverBegan({ closedBy, state }: Run): boolean {
  return closedBy !== undefined || state === 'EXPIRED';
}

/** Why it could not be decided so; undefined: it was. */
function unlessDecided(desk: Desk, run: Run, actionId: Deciding, act: () => Run): Message | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError) || (error.code !== 'OUT_OF_DATE' && error.code !== 'RESTORE_IN_PROGRESS'))
      throw error;
    return problemOf(desk, run, actionId, error);
  }
}

function problemOf(desk: Desk, run: Run, actionId: Deciding, error: UserError): Message {
  const { restores } = desk;
  if (error.code === 'OUT_OF_DATE') {
    const now = restores.run(run.id) ?? run;
    return endsRequest.includes(actionId) || neverBegan(now) ? tooLateMessage(now, error) : lateMessage(error);
  }
  const first = error.code === 'RESTORE_IN_PROGRESS' ? restores.inTheWayOf(run) : undefined;
  // It may be over by now.
  return first === undefined ? errorMessage(error) : notYetMessage(run, first, progressOf(desk)(first.run));
}
