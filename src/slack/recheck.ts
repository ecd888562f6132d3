/** Rights once more, just before a run is started. */
import { UserError } from '../restore/errors.ts';
import type { RunId } from '../restore/events.ts';
import { mayApprove, mayAsk, notAllowed, type Refusal } from '../restore/policy.ts';
import type { Run } from '../restore/run.ts';
import { actorOf, type Desk, memberOf, refuseNow } from './desk.ts';

export type Recheck = {
  /**
   * Asks Slack and the configuration once more about everybody who stands behind a run.
   * @throws UserError NOT_ALLOWED naming who may not any more and why; NETWORK when Slack cannot be asked
   */
  readonly recheck: (run: Run) => Promise<void>;
  /** Whether Slack could not be asked when it was tried last. */
  readonly isUnanswered: (runId: RunId) => boolean;
};

export function makeRecheck(desk: Desk): Recheck {
  const unanswered = new Set<RunId>();
  return {
    async recheck(run) {
      try {
        await recheckPeople(desk, run);
        unanswered.delete(run.id);
      } catch (error) {
        if (error instanceof UserError && error.code === 'NETWORK') unanswered.add(run.id);
        else unanswered.delete(run.id);
        throw error;
      }
    },
    isUnanswered: (runId) => unanswered.has(runId),
  };
}

async function recheckPeople(desk: Desk, run: Run): Promise<void> {
  const environment = desk.restores.environment(run.request.environment);
  const { requestedBy } = run.request;
  if (requestedBy.kind === 'slack' && run.origin.kind === 'slack') {
    const { userId } = requestedBy;
    const member = await memberOf(desk, userId, [environment], 'admin');
    refuseIf(userId, (await refuseNow(desk, userId)) ?? mayAsk(environment, member, run.origin.channelId));
  }
  for (const { by } of run.approvals) {
    if (by.kind !== 'slack') continue;
    const now = actorOf(desk, await memberOf(desk, by.userId, [environment], 'approver'));
    refuseIf(by.userId, (await refuseNow(desk, by.userId)) ?? mayApprove(environment, requestedBy, now));
  }
}

function refuseIf(userId: string, refusal: Refusal | undefined): void {
  if (refusal === undefined) return;
  const { message, hint } = notAllowed(refusal);
  throw new UserError('NOT_ALLOWED', `${userId} may not stand behind this restore any more: ${message}`, hint);
}
