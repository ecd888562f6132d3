/** Only one restore runs at a time, and none begins by itself when another one has ended: whoever comes second is told. Pure. */
import { expire } from './decide.ts';
import { UserError } from './errors.ts';
import type { Instant } from './restore-point/zoned-time.ts';
import type { Run } from './run.ts';

/** A run that others have to wait for. `isInterrupted`: it was begun, and nobody carries it out at this moment. */
export type InTheWay = { readonly run: Run; readonly isInterrupted: boolean };

/** The run for which another one would be refused if it was started now: one holds the lock, and only a drill makes way. */
export function inTheWay(open: readonly Run[], isDrill: boolean, now: Instant): Run | undefined {
  return open.find(
    (run) =>
      (run.state === 'IN_PROGRESS' || run.state === 'APPROVED') &&
      (isDrill || run.request.drill !== true) &&
      // What has expired is not started any more, also while nobody has written that down yet.
      expire(run, now).length === 0,
  );
}

/** What has to be over before this run can be approved, or started once it is approved. */
export function inTheWayOf({ id, state }: Run, open: readonly Run[], now: Instant): Run | undefined {
  if (state === 'AWAITING_APPROVAL') return inTheWay(open, false, now);
  if (state !== 'APPROVED') return undefined;
  return open.find((run) => run.id !== id && run.state === 'IN_PROGRESS');
}

/**
 * The last approval would only be used up. Call it in the transaction in which it would be written down.
 * @throws UserError RESTORE_IN_PROGRESS
 */
export function mustNotBeInVain(run: Run, first: InTheWay | undefined): void {
  // One that others have to follow starts nothing.
  if (first === undefined || approvalsLeft(run) > 1) return;
  throw new UserError(
    'RESTORE_IN_PROGRESS',
    `${first.run.id} ${whatItDoes(first)}, and only one restore runs at a time.`,
    'Nothing was approved. Approve it when that is over, or stop the other one.',
  );
}

/** How many more a run needs. */
export function approvalsLeft({ approvals, approvalsNeeded }: Run): number {
  return approvalsNeeded - approvals.length;
}

/** What the run in the way does. */
export function whatItDoes({ run, isInterrupted }: InTheWay): string {
  if (isInterrupted) return 'was interrupted';
  return run.state === 'APPROVED' ? 'is approved and starts as soon as it can' : 'is running';
}

/** When everything was there that a run needs to be started; where nobody has to approve it, when it was asked for. */
export function approvedAt({ approvals, requestedAt }: Run): Instant {
  return approvals.at(-1)?.at ?? requestedAt;
}

/**
 * Those that wait to be started when a run begins, and must not do so behind it. A drill may: it writes to no live table.
 * What is approved has no event after that until it begins or ends.
 */
export function overtaken(open: readonly Run[], { id, request, startedSeq = 0 }: Run): readonly Run[] {
  if (request.drill === true) return [];
  return open.filter(
    (run) =>
      run.state === 'APPROVED' &&
      run.id !== id &&
      // A shell starts its own run, and is refused itself.
      run.origin.kind === 'slack' &&
      run.request.drill !== true &&
      run.lastSeq < startedSeq,
  );
}
