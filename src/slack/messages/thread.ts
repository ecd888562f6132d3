/** What the thread says about each event. Most events need no line of their own: the parent message shows them. */
import type { KnownBlock } from '@slack/types';
import type { Environment } from '../../restore/environment.ts';
import type { Phase, RunEvent, StoredEvent } from '../../restore/events.ts';
import { trustedIn } from '../../restore/policy.ts';
import type { Instant } from '../../restore/restore-point.ts';
import type { Run } from '../../restore/run.ts';
import { actionIds, valueFor } from '../button-value.ts';
import { count, counted, duration, utc } from '../measures.ts';
import { actor, anyOf, code, escaped, listed, readersTime } from '../mrkdwn.ts';
import { actions, button, confirmation, context, type Message, message, section } from './blocks.ts';
import { comparisonTable, comparisonText, verificationTable } from './counts.ts';
import { outcomeBlocks, outcomeText } from './outcome.ts';
import { closedLine } from './parent.ts';
import { changesOf, phaseTitles } from './phases.ts';

export type Reply = Message & {
  /** Shown in the channel too: the last word on a run. */
  readonly broadcast: boolean;
};

/** `run`: the run as it was right after the event. undefined: nothing to say. */
export function replyTo(row: StoredEvent, run: Run, environment: Environment | undefined): Reply | undefined {
  const { event, at } = row;
  switch (event.type) {
    case 'approved':
    case 'denied':
    case 'withdrawn':
    case 'expired':
    case 'plan-confirmed':
    case 'plan-refused':
    case 'cancel-requested':
      return line(run, at, decision(event, run));
    case 'lock-taken':
      return event.takenOverFrom === undefined
        ? undefined
        : line(run, at, `:lock: Took over the lock that ${code(event.takenOverFrom.runId)} left behind.`);
    case 'preflight-warning':
      return line(
        run,
        at,
        `:warning: ${event.label === undefined ? '' : `${code(event.label)} `}${escaped(event.message)}`,
      );
    case 'preflight-passed':
      return line(run, at, `:mag: ${counted(event.checks, 'check')} passed.`);
    case 'table-restore-refused':
      return line(run, at, `:x: AWS refused to restore ${code(event.label)}: ${escaped(event.message)}`);
    case 'table-delete-failed':
      return line(
        run,
        at,
        `:warning: The restore table ${code(event.restoreTable)} could not be deleted: ${escaped(event.reason)}`,
      );
    case 'phase-finished':
      return phaseReply(event.phase, event.durationMs, run, at);
    case 'plan-shown':
      return { ...planQuestion(run, environment, at), broadcast: false };
    case 'completed':
    case 'failed':
    case 'cancelled':
      return { ...message(outcomeText(run), [...outcomeBlocks(run), stamp(run, at)]), broadcast: true };
    case 'requested':
    case 'started':
    case 'lock-released':
    case 'phase-started':
    case 'table-restoring':
    case 'table-restore-accepted':
    case 'table-active':
    case 'table-compared':
    case 'swap-started':
    case 'swap-finished':
    case 'table-verified':
    case 'table-deleting':
    case 'table-deleted':
      return undefined;
  }
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
      | 'cancel-requested';
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
    case 'cancel-requested':
      return `:octagonal_sign: ${actor(event.by)} asked to stop. ${honestAboutStopping(run)}`;
  }
}

const whyExpired = {
  'no-decision': 'Nobody decided in time.',
  'left-window': 'The restore point is about to leave the window in which AWS can restore it.',
} as const;

/** The plan and the question whether to carry it out; without buttons once it is answered or the run has ended. */
export function planQuestion(run: Run, environment: Environment | undefined, at: Instant): Message {
  const { put, deleted } = changesOf(run);
  const plan = `${count(put)} items will be put back and ${count(deleted)} deleted`;
  const open = run.plan === 'shown' && run.state === 'IN_PROGRESS' && !run.cancelRequested;
  const until = run.planAnswerBy === undefined ? '' : ` No answer until ${readersTime(run.planAnswerBy)} means stop.`;
  const who = environment === undefined ? '' : ` ${anyOf(trustedIn(environment))} may answer.`;
  const question = open
    ? `:raised_hand: *Go on?* Item counts of live and restored tables differ, as they do after an accident: ${plan}.${until}${who} Stop leaves the live tables as they are.`
    : `The plan was: ${plan}. ${answerTo(run)}`;
  const buttons: readonly KnownBlock[] = open ? [proceedOrStop(run, plan)] : [];
  const text = `${question} ${escaped(comparisonText(run))}`;
  return message(text, [section(question), comparisonTable(run), ...buttons, stamp(run, at)]);
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
      const { put, deleted } = changesOf(run);
      return line(run, at, `:pencil2: Written back in ${took}: ${count(put)} items put, ${count(deleted)} deleted.`);
    }
    case 'VERIFY_DATA':
      return withTable(run, at, `:white_check_mark: Compared everything again in ${took}.`, verificationTable(run), '');
    case 'CLEANUP': {
      const done = run.tables.filter((table) => table.restoreTableDeleted).length;
      return line(run, at, `:broom: ${phaseTitles.CLEANUP}: ${done} of ${run.tables.length} deleted.`);
    }
    case 'ACQUIRE_LOCK':
    case 'PREFLIGHT':
    case 'CONFIRM_PLAN':
    case 'RELEASE_LOCK':
      return undefined;
  }
}

function honestAboutStopping(run: Run): string {
  if (run.phases.SWAP_DATA.status === 'in_progress') {
    return 'It stops at the next safe point; tables being written may be partly at the restore point, and the last message will name them.';
  }
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

function withTable(run: Run, at: Instant, text: string, table: KnownBlock, more: string): Reply {
  return { ...message(`${text} ${escaped(more)}`.trim(), [section(text), table, stamp(run, at)]), broadcast: false };
}

function stamp(run: Run, at: Instant): KnownBlock {
  return context(`${code(run.id)} · ${readersTime(at)} · ${utc(at)}`);
}
