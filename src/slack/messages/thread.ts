/** What the thread says about each event. Most events need no line of their own: the parent message shows them. */
import type { KnownBlock } from '@slack/types';
import type { LockHolder, Phase, RunEvent, StoredEvent } from '../../restore/events.ts';
import { trustedIn } from '../../restore/policy.ts';
import type { Instant } from '../../restore/restore-point.ts';
import type { Run } from '../../restore/run.ts';
import { actionIds, valueFor } from '../button-value.ts';
import { count, counted, duration, utc } from '../measures.ts';
import { actor, anyOf, code, escaped, listed, readersTime, sentence } from '../mrkdwn.ts';
import { whatStoppingDoes } from './answers.ts';
import { actions, button, confirmation, type Message, message, section } from './blocks.ts';
import { comparisonTable, comparisonText, verificationTable } from './counts.ts';
import { closedLine } from './decided.ts';
import { lastWord } from './last-word.ts';
import { pausedNews, refusedToGoOn } from './paused.ts';
import { phaseTitles, titleOf } from './phases.ts';
import { stamp } from './request.ts';
import type { Surroundings } from './surroundings.ts';
import { fenceNews, fencesClosed, tableNews } from './table-news.ts';
import { changesOf, putBackBy, writtenBy } from './written.ts';

export type Reply = Message & {
  /** Shown in the channel too: the last word on a run. */
  readonly broadcast: boolean;
};

/** `run`: the run as it was right after the event. undefined: nothing to say. */
export function replyTo(row: StoredEvent, run: Run, surroundings: Surroundings): Reply | undefined {
  const { event, at } = row;
  switch (event.type) {
    case 'approved':
    case 'denied':
    case 'withdrawn':
    case 'expired':
    case 'plan-confirmed':
    case 'plan-refused':
    case 'cancel-requested':
    case 'speed-set':
      return line(run, at, decision(event, run));
    case 'lock-taken':
      return lineOrNothing(run, at, takenOver(event.takenOverFrom));
    case 'preflight-warning':
      return line(run, at, warningLine(event.label, event.message));
    case 'preflight-passed':
      return line(run, at, `:mag: ${counted(event.checks, 'check')} passed.`);
    case 'table-restore-refused':
    case 'table-delete-failed':
    case 'table-rolled-back':
    case 'table-verified':
    case 'swap-finished':
      return lineOrNothing(run, at, tableNews(event, run));
    case 'fence-raising':
    case 'fence-raised':
    case 'fence-proven':
    case 'fence-lowering':
    case 'fence-lowered':
    case 'fence-left':
      return lineOrNothing(run, at, fenceNews(event, run));
    case 'phase-finished':
      return phaseReply(event.phase, event.durationMs, run, at);
    case 'plan-shown':
      return { ...planQuestion(run, surroundings, at), broadcast: false };
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'rolled-back':
    case 'needs-attention':
      return { ...lastWord(run, surroundings, at), broadcast: true };
    case 'paused':
      return line(run, at, pausedNews(run));
    case 'resumed':
      return line(run, at, resumedLine(run, event.holder.host, at, surroundings));
    case 'resume-refused':
      return line(run, at, refusedToGoOn(event));
    case 'rollback-started':
      return line(run, at, rollbackLine(event.message, run));
    case 'requested':
    case 'started':
    case 'lock-released':
    case 'phase-started':
    case 'table-restoring':
    case 'table-restore-accepted':
    case 'table-active':
    case 'table-compared':
    case 'swap-started':
    case 'table-deleting':
    case 'table-deleted':
      return undefined;
  }
}

function takenOver(from: LockHolder | undefined): string | undefined {
  return from === undefined ? undefined : `:lock: Took over the lock that ${code(from.runId)} left behind.`;
}

function warningLine(label: string | undefined, text: string): string {
  return `:warning: ${label === undefined ? '' : `${code(label)} `}${escaped(text)}`;
}

/** Somebody else goes on; `before` is when the run was last heard of. */
function resumedLine(run: Run, host: string, at: Instant, { before }: Surroundings): string {
  const where = run.phase === undefined ? '' : ` in: ${titleOf(run, run.phase)}`;
  const pause = before === undefined ? '' : `, after ${duration(at - before)}`;
  return `:arrow_forward: Goes on${where} (on ${code(host)}${pause}). What is done already is not done twice.`;
}

function rollbackLine(reason: string, run: Run): string {
  const what = run.request.undoOf === undefined ? 'The swap' : 'The undo';
  return `:leftwards_arrow_with_hook: ${what} is not carried on: ${sentence(reason)} What it wrote is being put back from the journal.`;
}

type Decision = Extract<
  RunEvent,
  {
    readonly type:
      | 'approved'
      | 'denied'
      | 'withdrawn'
      | 'expired'
      | 'plan-confirmed'
      | 'plan-refused'
      | 'cancel-requested'
      | 'speed-set';
  }
>;

/** What people decided, or did not. */
function decision(event: Decision, run: Run): string {
  switch (event.type) {
    case 'approved':
      return `:thumbsup: Approved by ${actor(event.by)} (${run.approvals.length} of ${run.approvalsNeeded}).`;
    case 'denied':
    case 'withdrawn':
      return closedLine(run);
    case 'expired':
      return `${closedLine(run)} ${whyExpired[event.why]}`;
    case 'plan-confirmed':
      return `:arrow_forward: ${actor(event.by)} said: proceed.`;
    case 'plan-refused':
      return `:octagonal_sign: ${actor(event.by)} said: stop.`;
    case 'speed-set':
      return `:control_knobs: ${actor(event.by)} set the speed to *${event.speed}*.`;
    case 'cancel-requested':
      return event.outrankedBy === undefined
        ? `:octagonal_sign: ${actor(event.by)} asked to stop. ${honestAboutStopping(run)}`
        : `:octagonal_sign: ${code(event.outrankedBy)} goes first: the drill stops.`;
  }
}

const whyExpired = {
  'no-decision': 'Nobody decided in time.',
  'left-window': 'The restore point is about to leave the window in which AWS can restore it.',
  'not-started': 'It was approved, but could not be started in time.',
} as const;

/** The plan and the question whether to carry it out; without buttons once it is answered or the run has ended. */
export function planQuestion(run: Run, { environment }: Surroundings, at: Instant): Message {
  const { put, deleted } = changesOf(run);
  const plan = `${counted(put, 'item')} will be put back and ${count(deleted)} deleted`;
  const where = environment === undefined ? '' : ` in ${code(environment.name)}, ${escaped(environment.region)}`;
  const open = run.plan === 'shown' && run.state === 'IN_PROGRESS' && !run.cancelRequested;
  const until = run.planAnswerBy === undefined ? '' : ` No answer until ${readersTime(run.planAnswerBy)} means stop.`;
  const who = environment === undefined ? '' : ` ${anyOf(trustedIn(environment))} may answer.`;
  const question = open
    ? `:raised_hand: *Go on?* ${whyAsked(run)} ${plan}${where}.${until}${who} Stop leaves the live tables as they are.`
    : `The plan was: ${plan}. ${answerTo(run)}`;
  const buttons: readonly KnownBlock[] = open ? [proceedOrStop(run, plan)] : [];
  const text = `${question} ${escaped(comparisonText(run))}`;
  return message(text, [section(question), comparisonTable(run), ...buttons, stamp(run, at)]);
}

/** Equal counts are asked about only where everything is. */
function whyAsked({ tables }: Run): string {
  const differ = tables.some(({ comparison }) => comparison?.liveItems !== comparison?.restoredItems);
  return differ
    ? 'Item counts of live and restored tables differ, as they do after an accident:'
    : 'Live and restored tables have the same number of items; this restore asks all the same before anything is written:';
}

function proceedOrStop(run: Run, plan: string): KnownBlock {
  const confirm = confirmation(
    'Write to the live tables?',
    `${plan} in ${run.request.environment}.`,
    'Proceed',
    'Not yet',
  );
  return actions(
    button({ actionId: actionIds.proceed, label: 'Proceed', value: valueFor(run), style: 'primary', confirm }),
    button({ actionId: actionIds.stop, label: 'Stop', value: valueFor(run), style: 'danger' }),
  );
}

function answerTo(run: Run): string {
  if (run.plan === 'confirmed') return 'It was confirmed.';
  if (run.plan === 'refused') return 'It was refused.';
  return 'It was not answered.';
}

function phaseReply(phase: Phase, durationMs: number, run: Run, at: Instant): Reply | undefined {
  const took = duration(durationMs);
  switch (phase) {
    case 'INITIATE_RESTORE': {
      const names = listed(
        run.tables.flatMap(({ restoreTable }) => (restoreTable === undefined ? [] : [code(restoreTable)])),
        1500,
      );
      return line(
        run,
        at,
        `:hourglass_flowing_sand: AWS is building the tables as they were at ${utc(run.request.restorePoint)}: ${names}. It usually takes 5 to 60 minutes.`,
      );
    }
    case 'AWAIT_ACTIVE':
      return line(run, at, `:white_check_mark: ${counted(run.tables.length, 'restored table')} ready after ${took}.`);
    case 'VERIFY_COUNTS':
      return withTable(
        run,
        at,
        `:bar_chart: Compared live and restored tables in ${took}.`,
        comparisonTable(run),
        comparisonText(run),
      );
    case 'SWAP_DATA': {
      if (run.request.undoOf !== undefined) return line(run, at, `:pencil2: Put back in ${took}.`);
      const { put, deleted } = writtenBy(run);
      return line(
        run,
        at,
        `:pencil2: Written back in ${took}: ${counted(put, 'item')} put, ${count(deleted)} deleted.`,
      );
    }
    case 'VERIFY_DATA':
      if (run.request.undoOf !== undefined)
        return line(run, at, `:white_check_mark: Every item that was put back was read again in ${took}.`);
      return withTable(run, at, `:white_check_mark: Compared everything again in ${took}.`, verificationTable(run), '');
    case 'CLEANUP': {
      const done = run.tables.filter((table) => table.restoreTableDeleted).length;
      return line(run, at, `:broom: ${phaseTitles.CLEANUP}: ${done} of ${run.tables.length} deleted.`);
    }
    case 'ROLL_BACK':
      return line(
        run,
        at,
        `:leftwards_arrow_with_hook: Put back in ${took}: ${counted(putBackBy(run).putBack, 'item')}.`,
      );
    case 'RAISE_FENCE':
      return lineOrNothing(run, at, fencesClosed(run));
    case 'LOWER_FENCE':
    case 'ACQUIRE_LOCK':
    case 'PREFLIGHT':
    case 'CONFIRM_PLAN':
    case 'RELEASE_LOCK':
      return undefined;
  }
}

function honestAboutStopping(run: Run): string {
  if (run.phases.CLEANUP.status !== 'pending') return whatStoppingDoes(run);
  if (run.tables.some(({ swap }) => swap !== 'pending')) {
    return run.request.options.rollback
      ? 'It stops at the next safe point, and what was written already is put back; the last message says how that went.'
      : 'It stops at the next safe point, and what was written already stays: it was asked for without a rollback.';
  }
  if (run.request.drill === true) return 'Nothing live was written.';
  const building = run.tables.some(
    ({ restoreTable, restoreMs }) => restoreTable !== undefined && restoreMs === undefined,
  );
  return building
    ? 'AWS cannot stop the copies it has begun to build; they will be kept. The live tables are untouched.'
    : 'It stops at the next safe point.';
}

function line(run: Run, at: Instant, text: string): Reply {
  return { ...message(text, [section(text), stamp(run, at)]), broadcast: false };
}

function lineOrNothing(run: Run, at: Instant, text: string | undefined): Reply | undefined {
  return text === undefined ? undefined : line(run, at, text);
}

function withTable(run: Run, at: Instant, text: string, table: KnownBlock, more: string): Reply {
  return { ...message(`${text} ${escaped(more)}`.trim(), [section(text), table, stamp(run, at)]), broadcast: false };
}
