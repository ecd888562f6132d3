/** Only one restore runs at a time, and none begins by itself when another one has ended: whoever comes second is told. Pure. */
import { expire } from './decide.ts';
import { UserError } from './errors.ts';
import type { Instant } from './restore-point/zoned-time.ts';
import type { Run } from './run.ts';

/** The run for which another one would be refused if it was started now: one holds the lock, and only a drill makes way. */
export function inTheWay(open: readonly Run[], isDrill: boolean): Run | undefined {
  return open.find(
    ({ state, request }) => (state === 'IN_PROGRESS' || state === 'APPROVED') && (isDrill || request.drill !== true),
  );
}

/**
 * The last approval would only be used up. Call it in the transaction in which it would be written down.
 * @throws UserError RESTORE_IN_PROGRESS
 */
export function mustNotBeInVain({ approvals, approvalsNeeded }: Run, open: readonly Run[], now: Instant): void {
  // What has expired is not started any more, also while nobody has written that down yet.
  const alive = open.filter((run) => expire(run, now).length === 0);
  const first = inTheWay(alive, false);
  // One that others have to follow starts nothing.
  if (first === undefined || approvals.length + 1 < approvalsNeeded) return;
  throw new UserError(
    'RESTORE_IN_PROGRESS',
    `${first.id} ${isOrWillBe(first)}, and only one restore runs at a time.`,
    'Nothing was approved. Approve it when that is over, or stop the other one.',
  );
}

/** What the run in the way does. */
export function isOrWillBe({ state }: Run): string {
  return state === 'APPROVED' ? 'is approved and starts as soon as it can' : 'is running';
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
