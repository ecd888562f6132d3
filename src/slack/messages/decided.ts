/** What people decided about a request, or did not. mrkdwn. */
import type { Run } from '../../restore/run.ts';
import { actor, literal, readersTime } from '../mrkdwn.ts';

/** Nothing was begun, and nothing will be. */
export function isClosed({ state }: Run): boolean {
  return state === 'DENIED' || state === 'WITHDRAWN' || state === 'EXPIRED';
}

/** Who closed an undecided request, when and why. Nothing was touched. */
export function closedLine(run: Run): string {
  const at = run.endedAt === undefined ? '' : ` ${readersTime(run.endedAt)}`;
  const by = run.closedBy === undefined ? '' : ` by ${actor(run.closedBy.by)}`;
  switch (run.state) {
    case 'DENIED':
      return `:no_entry: Denied${by}${at}: ${literal(run.closedBy?.reason ?? '') || 'no reason given'}. No table was touched.`;
    case 'WITHDRAWN':
      return `:leftwards_arrow_with_hook: Withdrawn${by}${at}${wasApproved(run) ? ' before it was started' : ''}. No table was touched.`;
    default:
      return `:hourglass: The request expired${at} before it was ${wasApproved(run) ? 'started' : 'decided'}. No table was touched. To ask again, type the command again.`;
  }
}

/** Everybody had agreed who had to, if anybody: it was only to be started. */
export function wasApproved({ approvals, approvalsNeeded }: Run): boolean {
  return approvals.length >= approvalsNeeded;
}

/** Empty: nobody did. */
export function approvedBy(run: Run): string {
  if (run.approvals.length === 0) return '';
  return `Approved by ${run.approvals.map(({ by, at }) => `${actor(by)} ${readersTime(at)}`).join(', ')}.`;
}
