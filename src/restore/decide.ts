import type { Environment } from './environment.ts';
import { UserError } from './errors.ts';
import type { RunEvent } from './events.ts';
import type { Refusal } from './policy.ts';
import { mayAnswerPlan, mayApprove, mayCancel, mayDeny, mayWithdraw, notAllowed, samePerson } from './policy.ts';
import type { Actor } from './request.ts';
import { actorName } from './request.ts';
import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';
import { hasEnded } from './run.ts';
import type { Speed } from './speed.ts';

/** What people decide about a run. Pure: each returns what is to be written down, or throws why not. */

export function approve(
  run: Run,
  environment: Environment,
  by: Actor,
  digest: string,
  now: Instant,
): readonly RunEvent[] {
  mustAwaitApproval(run, now);
  must(mayApprove(environment, run.request.requestedBy, by));
  if (run.approvals.some((approval) => samePerson(approval.by, by))) {
    throw outOfDate('You approved this request already.', `It needs ${run.approvalsNeeded} different people.`);
  }
  if (digest !== run.digest) {
    throw outOfDate('This is not the request that you were shown.', 'Look at the current message and decide there.');
  }
  return [{ type: 'approved', by, digest }];
}

export function deny(run: Run, environment: Environment, by: Actor, reason: string, now: Instant): readonly RunEvent[] {
  mustAwaitApproval(run, now);
  must(mayDeny(environment, run.request.requestedBy, by));
  return [{ type: 'denied', by, reason }];
}

export function withdraw(run: Run, by: Actor): readonly RunEvent[] {
  mustBeUndecided(run);
  must(mayWithdraw(run.request.requestedBy, by));
  return [{ type: 'withdrawn', by }];
}

/** No table can be restored further back (API_PointInTimeRecoverySpecification, RecoveryPeriodInDays). */
const longestPeriodDays = 35;

/** When an instant leaves the window of the first of several tables. `periods`: of each, in days, as far as AWS says. */
export function restorableUntil(at: Instant, periods: readonly (number | undefined)[]): Instant {
  return at + Math.min(...periods.map((days = longestPeriodDays) => days), longestPeriodDays) * 24 * 3_600_000;
}

/** A request dies undecided; an approved one that was not begun in time, too: nobody expects it any more. */
export function expire(run: Run, now: Instant): readonly RunEvent[] {
  if (run.state !== 'AWAITING_APPROVAL' && run.state !== 'APPROVED') return [];
  const { undoOf, restorePoint } = run.request;
  const until = run.restorableUntil ?? restorableUntil(restorePoint, []);
  if (undoOf === undefined && until < now) return [{ type: 'expired', why: 'left-window' }];
  if (run.expiresAt === undefined || run.expiresAt > now) return [];
  return [{ type: 'expired', why: run.state === 'APPROVED' ? 'not-started' : 'no-decision' }];
}

export function answerPlan(run: Run, environment: Environment, by: Actor, proceed: boolean): readonly RunEvent[] {
  must(mayAnswerPlan(environment, by));
  // A completed one needs no new restore: somebody else has said "proceed" before.
  if (hasEnded(run) && run.state !== 'COMPLETED') {
    throw outOfDate(`${run.id} has ended (${run.state}).`, 'Ask for a new restore.');
  }
  if (run.plan !== 'shown') {
    throw outOfDate('Nobody is being asked about this plan now.', 'See the thread for what was decided.');
  }
  return [{ type: proceed ? 'plan-confirmed' : 'plan-refused', by }];
}

/**
 * Why somebody may not cancel it. What waits for approval is not running: who asked takes it back, an approver denies it.
 * Who approved it may stop it whatever becomes of the configuration, and of the chat that says who is in which group.
 */
export function refuseCancel(run: Run, environment: Environment, by: Actor): Refusal | undefined {
  const { requestedBy } = run.request;
  if (run.state !== 'AWAITING_APPROVAL' && run.approvals.some((approval) => samePerson(approval.by, by))) {
    return undefined;
  }
  const refusal = mayCancel(environment, requestedBy, by);
  if (refusal !== undefined || run.state !== 'AWAITING_APPROVAL' || by.kind !== 'slack') return refusal;
  return mayWithdraw(requestedBy, by);
}

export function cancel(run: Run, environment: Environment, by: Actor): readonly RunEvent[] {
  must(refuseCancel(run, environment, by));
  if (hasEnded(run)) throw outOfDate(`${run.id} has ended already (${run.state}).`, 'There is nothing to cancel.');
  if (run.state !== 'IN_PROGRESS') return [{ type: 'withdrawn', by }];
  if (run.cancelRequested) throw outOfDate('It is being cancelled already.', 'It stops at its next safe point.');
  return [{ type: 'cancel-requested', by }];
}

/** Setting the speed it has already changes nothing, and says nothing. */
export function setSpeed(run: Run, environment: Environment, speed: Speed, by: Actor): readonly RunEvent[] {
  must(mayCancel(environment, run.request.requestedBy, by, 'speed'));
  if (run.state !== 'IN_PROGRESS') {
    throw outOfDate(`${run.id} is not running (${run.state}).`, 'Only a running restore has a speed.');
  }
  if (speed === 'pause' && run.rollback !== undefined) {
    throw outOfDate(
      `${run.id} is putting back what it wrote, and that is not paused.`,
      'A live table between two states is of no use to anybody. It can be slowed: set the speed to slow.',
    );
  }
  return run.speed === speed ? [] : [{ type: 'speed-set', speed, by }];
}

function mustAwaitApproval(run: Run, now: Instant): void {
  mustBeUndecided(run);
  if (run.state !== 'AWAITING_APPROVAL') {
    throw outOfDate(`This request is decided: ${decidedBy(run)}.`, 'See the thread for how it goes on.');
  }
  if (run.expiresAt !== undefined && run.expiresAt <= now) {
    throw outOfDate('This request has expired.', 'Ask the requester to make a new one.');
  }
}

function mustBeUndecided(run: Run): void {
  if (run.state === 'AWAITING_APPROVAL' || run.state === 'APPROVED') return;
  throw outOfDate(`This request is decided: ${decidedBy(run)}.`, 'See the thread for how it went on.');
}

/** Who decided and when, for the person who came second. */
function decidedBy(run: Run): string {
  const close = run.closedBy;
  if (close !== undefined) return `${run.state} by ${actorName(close.by)} at ${new Date(close.at).toISOString()}`;
  const last = run.approvals.at(-1);
  if (last !== undefined) return `approved by ${actorName(last.by)} at ${new Date(last.at).toISOString()}`;
  return run.state;
}

function must(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw notAllowed(refusal);
}

function outOfDate(message: string, hint: string): UserError {
  return new UserError('OUT_OF_DATE', message, hint);
}
