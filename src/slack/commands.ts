/** `/pitr-restore …` */
import type { RespondArguments, SlashCommand } from '@slack/bolt';
import { refuseCancel } from '../restore/decide.ts';
import { selectTables } from '../restore/environment.ts';
import { UserError } from '../restore/errors.ts';
import { groupsThatMatter, type Member, mayAsk, mayCancel, mayLook, refuseAccount } from '../restore/policy.ts';
import type { Run } from '../restore/run.ts';
import { type Command, parseCommand, type RestoreCommand } from './command.ts';
import { actorOf, type Desk, memberOf, refuseNow, refuseToStop, stopper } from './desk.ts';
import { tellDone } from './done.ts';
import type { Ack } from './listening.ts';
import {
  cancelledMessage,
  historyMessage,
  outlookMessage,
  speedMessage,
  statusMessage,
  whichMessage,
  whichUndoMessage,
} from './messages/answers.ts';
import type { Message } from './messages/blocks.ts';
import { helpMessage } from './messages/help.ts';
import { mistakeMessage, refusalMessage } from './messages/refusal.ts';
import { fillView } from './request.ts';
import { openUndo } from './undo.ts';
import { chooseView } from './views/choose.ts';
import { loadingView } from './views/modal.ts';
import { isTooLong, type Wanted, wishIn } from './views/wanted.ts';
import { overdueDrills, progressOf, visibleHistory, visibleOf } from './visible.ts';
import { openView } from './windows.ts';

export type CommandCall = {
  readonly command: SlashCommand;
  readonly ack: Ack<RespondArguments>;
  /** Tells the person alone, after the acknowledgement. */
  readonly tell: (message: Message) => Promise<unknown>;
};

export async function onCommand(desk: Desk, call: CommandCall): Promise<void> {
  const environments = desk.restores.environments();
  const command = parseCommand(
    typeof call.command.text === 'string' ? call.command.text : '',
    environments.map(({ name }) => name),
  );
  switch (command.kind) {
    case 'help':
      return await call.ack(ephemeral(helpMessage(environments)));
    case 'mistake':
      return await call.ack(ephemeral(mistakeMessage(command)));
    case 'status':
      return await informed(desk, call, (by) => statusFor(desk, by));
    case 'history':
      return await informed(desk, call, (by) => historyPage(desk, by, 0));
    case 'list':
      return await list(desk, answering(call), command.environment);
    case 'cancel':
    case 'speed':
      return await steer(desk, answering(call), command);
    case 'undo':
      return await undo(desk, answering(call), command);
    case 'choose':
      return await choose(desk, answering(call));
    case 'restore':
      return await restore(desk, call, command);
  }
}

type Answering = CommandCall & {
  /** In the acknowledgement while that is owed, which is quickest; after it otherwise. */
  readonly answer: (message: Message) => Promise<unknown>;
};

function answering(call: CommandCall): Answering {
  let isAcknowledged = false;
  const ack: CommandCall['ack'] = async (response) => {
    isAcknowledged = true;
    await call.ack(response);
  };
  return { ...call, ack, answer: (message) => (isAcknowledged ? call.tell(message) : ack(ephemeral(message))) };
}

/** Answers an account in good standing; asking Slack about it may take longer than an acknowledgement has. */
async function informed(desk: Desk, { command, ack, tell }: CommandCall, answer: (by: Member) => Message) {
  await ack();
  const { user_id: userId } = command;
  const account = await refuseNow(desk, userId);
  const message =
    account === undefined
      ? answer(await memberOf(desk, userId, desk.restores.environments(), 'either'))
      : refusalMessage(account);
  await tell(message);
}

function statusFor(desk: Desk, by: Member): Message {
  const { restores } = desk;
  const open = visibleOf(desk, by, restores.open());
  const [last] = visibleHistory(desk, by, 1).runs;
  const overdue = [...overdueDrills(desk)].filter(([name]) => mayLook(restores.environment(name), by) === undefined);
  return statusMessage(open.runs, last, progressOf(desk), restores.interrupted(), open.hidden, new Map(overdue));
}

const runsPerPage = 10;

/** `page`: 0 is the newest. */
export function historyPage(desk: Desk, by: Member, page: number): Message {
  const first = page * runsPerPage;
  const { runs, hidden } = visibleHistory(desk, by, first + runsPerPage + 1);
  const shown = runs.slice(first, first + runsPerPage);
  return historyMessage(shown, page, runs.length > first + runsPerPage, hidden);
}

/** An answer that nobody else sees. */
export function ephemeral({ text, blocks }: Message): RespondArguments {
  return { response_type: 'ephemeral', replace_original: false, text, blocks: [...blocks] };
}

async function list(desk: Desk, { command, ack, answer, tell }: Answering, name: string): Promise<void> {
  const environment = desk.restores.environment(name);
  const by = await memberOf(desk, command.user_id, [environment], 'either', ack);
  const refusal = mayLook(environment, by);
  if (refusal !== undefined) {
    await answer(refusalMessage(refusal));
    return;
  }
  await ack();
  const { account, timeZone } = await desk.people.person(command.user_id);
  const notThey = refuseAccount(account, desk.home());
  if (notThey !== undefined) {
    await tell(refusalMessage(notThey));
    return;
  }
  const labels = environment.tables.map(({ label }) => label);
  const outlook = await desk.restores.outlook(environment, labels);
  await tell(outlookMessage(outlook, desk.clock.now(), timeZone));
}

type Steering = Command & { readonly kind: 'cancel' | 'speed' };

/** Stops what is running, or changes how fast it goes. */
async function steer(desk: Desk, call: Answering, wanted: Steering): Promise<void> {
  const { command, ack, answer, tell } = call;
  const { user_id: userId } = command;
  const run = meantBy(desk, wanted);
  if (run === undefined) {
    const by = await memberOf(desk, userId, desk.restores.environments(), 'either', ack);
    await answer(whichMessage(wanted, visibleOf(desk, by, steerable(desk, wanted)).runs));
    return;
  }
  const environment = desk.restores.environmentOf(run);
  const isCancel = wanted.kind === 'cancel';
  const by = isCancel
    ? await stopper(desk, run, userId, ack)
    : actorOf(desk, await memberOf(desk, userId, [environment], 'either', ack));
  const refusal =
    wanted.kind === 'cancel'
      ? refuseCancel(run, environment, by)
      : mayCancel(environment, run.request.requestedBy, by, wanted.kind);
  if (refusal !== undefined) {
    await answer(refusalMessage(refusal));
    return;
  }
  await ack();
  const account = await (isCancel ? refuseToStop(desk, run, userId) : refuseNow(desk, userId));
  if (account !== undefined) {
    await tell(refusalMessage(account));
    return;
  }
  const said =
    wanted.kind === 'cancel'
      ? cancelledMessage(desk.restores.cancel(run.id, by))
      : speedMessage(desk.restores.setSpeed(run.id, wanted.speed, by));
  await tellDone(desk, userId, said, () => tell(said));
}

function steerable({ restores }: Desk, { kind }: Steering): readonly Run[] {
  return kind === 'cancel' ? restores.open() : restores.open().filter(({ state }) => state === 'IN_PROGRESS');
}

/** undefined: there is not exactly one that it could be. @throws UserError UNKNOWN_RUN, OUT_OF_DATE */
function meantBy(desk: Desk, wanted: Steering): Run | undefined {
  const { runId } = wanted;
  if (runId === undefined) {
    const [first, ...more] = steerable(desk, wanted);
    return more.length === 0 ? first : undefined;
  }
  const run = desk.restores.run(runId);
  if (run === undefined) throw unknownRun(runId);
  if (desk.restores.open().some(({ id }) => id === runId)) return run;
  const hint = wanted.kind === 'cancel' ? 'There is nothing to cancel.' : 'Its speed does not matter any more.';
  throw new UserError('OUT_OF_DATE', `${runId} has ended already (${run.state.toLowerCase()}).`, hint);
}

function unknownRun(runId: string): UserError {
  return new UserError('UNKNOWN_RUN', `There is no restore ${runId}.`, 'Type /pitr-restore history for the last ones.');
}

async function undo(
  desk: Desk,
  { command, ack, answer, tell }: Answering,
  { runId }: Command & { readonly kind: 'undo' },
): Promise<void> {
  const { restores } = desk;
  const { user_id: userId, trigger_id: triggerId, channel_id: channelId } = command;
  const asking = { userId, triggerId, channelId, ack, tell };
  if (runId !== undefined) {
    const run = restores.run(runId);
    if (run === undefined) throw unknownRun(runId);
    return await openUndo(desk, run, asking);
  }
  const by = await memberOf(desk, userId, restores.environments(), 'either', ack);
  const undoable = visibleOf(desk, by, restores.history(50)).runs.filter(({ id }) => restores.undoableUntil(id));
  const [run, ...more] = undoable;
  if (run === undefined || more.length > 0) {
    await answer(whichUndoMessage(undoable));
    return;
  }
  await openUndo(desk, run, asking);
}

async function choose(desk: Desk, { command, ack, answer }: Answering): Promise<void> {
  const environments = desk.restores.environments();
  const by = await memberOf(desk, command.user_id, environments, 'admin', ack);
  const refusals = environments.map((each) => mayAsk(each, by, command.channel_id));
  const allowed = environments.filter((_, index) => refusals[index] === undefined);
  const [first] = refusals;
  if (allowed.length === 0 && first !== undefined) {
    await answer(refusalMessage(first));
    return;
  }
  const view = chooseView(allowed, desk.clock.now(), nothingYet(command.channel_id));
  await Promise.all([openView(desk, command.trigger_id, view), ack()]);
}

/** What somebody wants who has said nothing but where. */
export function nothingYet(channelId: string): Wanted {
  return { environment: '', tables: [], words: '', dryRun: false, drill: false, channelId };
}

async function restore(desk: Desk, { command, ack }: CommandCall, asked: RestoreCommand): Promise<void> {
  const environment = desk.restores.environment(asked.environment);
  const { user_id: userId, channel_id: channelId } = command;
  // Whether somebody is in a user group has to be asked of Slack; the window opens meanwhile, and says it then.
  const mayBeByGroup = groupsThatMatter(environment, userId, 'admin').length > 0;
  const refusal = mayBeByGroup ? undefined : mayAsk(environment, { userId }, channelId, wishIn(asked));
  if (refusal !== undefined) return await ack(ephemeral(refusalMessage(refusal)));
  selectTables(environment, asked.tables);
  const { kind: _, ...rest } = asked;
  const wanted: Wanted = { ...rest, tables: [...asked.tables], channelId };
  if (isTooLong(wanted)) {
    throw new UserError(
      'BAD_REQUEST',
      'That is too long for a Slack window.',
      'Name fewer tables at once, or use the command line.',
    );
  }
  const opening = openView(desk, command.trigger_id, loadingView(`Looking at the tables of ${environment.name} …`));
  const [open] = await Promise.all([opening, ack()]);
  await fillView(desk, open, userId, wanted);
}
