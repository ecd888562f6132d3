/** `/pitr-restore …` */
import type { RespondArguments, SlashCommand } from '@slack/bolt';
import { selectTables } from '../restore/environment.ts';
import { UserError } from '../restore/errors.ts';
import { mayAsk, mayCancel, mayLook } from '../restore/policy.ts';
import { type Command, parseCommand, type RestoreCommand } from './command.ts';
import { actorOf, type Desk, refuseNow } from './desk.ts';
import { tellDone } from './done.ts';
import type { Ack } from './listening.ts';
import {
  cancelledMessage,
  helpMessage,
  historyMessage,
  outlookMessage,
  statusMessage,
  whichMessage,
  whichUndoMessage,
} from './messages/answers.ts';
import type { Message } from './messages/blocks.ts';
import { mistakeMessage, refusalMessage } from './messages/refusal.ts';
import { fillView } from './request.ts';
import { openUndo } from './undo.ts';
import { loadingView } from './views/modal.ts';
import { chooseView } from './views/restore.ts';
import { isTooLong, type Wanted } from './views/wanted.ts';
import { visibleHistory, visibleOf } from './visible.ts';
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
  const answer = (message: Message) => call.ack(ephemeral(message));
  switch (command.kind) {
    case 'help':
      return await answer(helpMessage(environments));
    case 'mistake':
      return await answer(mistakeMessage(command));
    case 'status':
      return await informed(desk, call, () => statusFor(desk, call.command.user_id));
    case 'history':
      return await informed(desk, call, () => historyPage(desk, call.command.user_id, 0));
    case 'list':
      return await list(desk, call, command.environment);
    case 'cancel':
      return await cancel(desk, call, command);
    case 'undo':
      return await undo(desk, call, command);
    case 'choose':
      return await choose(desk, call);
    case 'restore':
      return await restore(desk, call, command);
  }
}

/** Answers an account in good standing; asking Slack about it may take longer than an acknowledgement has. */
async function informed(desk: Desk, { command, ack, tell }: CommandCall, answer: () => Message): Promise<void> {
  await ack();
  const account = await refuseNow(desk, command.user_id);
  await tell(account === undefined ? answer() : refusalMessage(account));
}

function statusFor(desk: Desk, userId: string): Message {
  const { restores, progress } = desk;
  const open = visibleOf(desk, userId, restores.open());
  const [last] = visibleHistory(desk, userId, 1).runs;
  return statusMessage(open.runs, last, (run) => progress.get(run.id), restores.interrupted(), open.hidden);
}

const runsPerPage = 10;

/** `page`: 0 is the newest. */
export function historyPage(desk: Desk, userId: string, page: number): Message {
  const first = page * runsPerPage;
  const { runs, hidden } = visibleHistory(desk, userId, first + runsPerPage + 1);
  const shown = runs.slice(first, first + runsPerPage);
  return historyMessage(shown, page, runs.length > first + runsPerPage, hidden);
}

/** An answer that nobody else sees. */
export function ephemeral({ text, blocks }: Message): RespondArguments {
  return { response_type: 'ephemeral', replace_original: false, text, blocks: [...blocks] };
}

async function list(desk: Desk, { command, ack, tell }: CommandCall, name: string): Promise<void> {
  const environment = desk.restores.environment(name);
  const refusal = mayLook(environment, command.user_id);
  if (refusal !== undefined) return await ack(ephemeral(refusalMessage(refusal)));
  await ack();
  const [person, outlook] = await Promise.all([
    desk.people.person(command.user_id),
    desk.restores.outlook(
      environment,
      environment.tables.map(({ label }) => label),
    ),
  ]);
  await tell(outlookMessage(outlook, desk.clock.now(), person.timeZone));
}

async function cancel(
  desk: Desk,
  { command, ack, tell }: CommandCall,
  { runId }: Command & { readonly kind: 'cancel' },
): Promise<void> {
  const open = desk.restores.open();
  const run = runId === undefined && open.length === 1 ? open[0] : open.find((candidate) => candidate.id === runId);
  if (run === undefined) {
    const known = runId === undefined ? undefined : desk.restores.run(runId);
    if (runId === undefined) return await ack(ephemeral(whichMessage(visibleOf(desk, command.user_id, open).runs)));
    throw known === undefined
      ? unknownRun(runId)
      : new UserError(
          'OUT_OF_DATE',
          `${runId} has ended already (${known.state.toLowerCase()}).`,
          'There is nothing to cancel.',
        );
  }
  const by = actorOf(desk, command.user_id);
  const refusal = mayCancel(desk.restores.environment(run.request.environment), run.request.requestedBy, by);
  if (refusal !== undefined) return await ack(ephemeral(refusalMessage(refusal)));
  await ack();
  const account = await refuseNow(desk, command.user_id);
  if (account !== undefined) {
    await tell(refusalMessage(account));
    return;
  }
  const said = cancelledMessage(desk.restores.cancel(run.id, by));
  await tellDone(desk, command.user_id, said, () => tell(said));
}

function unknownRun(runId: string): UserError {
  return new UserError('UNKNOWN_RUN', `There is no restore ${runId}.`, 'Type /pitr-restore history for the last ones.');
}

async function undo(
  desk: Desk,
  { command, ack, tell }: CommandCall,
  { runId }: Command & { readonly kind: 'undo' },
): Promise<void> {
  const { restores } = desk;
  const recent = runId === undefined ? visibleOf(desk, command.user_id, restores.history(50)).runs : [];
  const undoable = recent.filter(({ id }) => restores.undoableUntil(id));
  const run = runId === undefined ? undoable[0] : restores.run(runId);
  if (runId === undefined && undoable.length !== 1) return await ack(ephemeral(whichUndoMessage(undoable)));
  if (run === undefined) throw unknownRun(runId ?? '');
  const { user_id: userId, trigger_id: triggerId, channel_id: channelId } = command;
  await openUndo(desk, run, { userId, triggerId, channelId, ack, tell });
}

async function choose(desk: Desk, { command, ack }: CommandCall): Promise<void> {
  const environments = desk.restores.environments();
  const refusals = environments.map((each) => mayAsk(each, command.user_id, command.channel_id));
  const allowed = environments.filter((_, index) => refusals[index] === undefined);
  const [first] = refusals;
  if (allowed.length === 0 && first !== undefined) return await ack(ephemeral(refusalMessage(first)));
  const wanted: Wanted = { environment: '', tables: [], words: '', dryRun: false, channelId: command.channel_id };
  await Promise.all([openView(desk, command.trigger_id, chooseView(allowed, desk.clock.now(), wanted)), ack()]);
}

async function restore(desk: Desk, { command, ack }: CommandCall, asked: RestoreCommand): Promise<void> {
  const environment = desk.restores.environment(asked.environment);
  const refusal = mayAsk(environment, command.user_id, command.channel_id);
  if (refusal !== undefined) return await ack(ephemeral(refusalMessage(refusal)));
  selectTables(environment, asked.tables);
  const { kind: _, ...rest } = asked;
  const wanted: Wanted = { ...rest, tables: [...asked.tables], channelId: command.channel_id };
  if (isTooLong(wanted)) {
    throw new UserError(
      'BAD_REQUEST',
      'That is too long for a Slack window.',
      'Name fewer tables at once, or use the command line.',
    );
  }
  const opening = openView(desk, command.trigger_id, loadingView(`Looking at the tables of ${environment.name} …`));
  const [open] = await Promise.all([opening, ack()]);
  await fillView(desk, open, command.user_id, wanted);
}
