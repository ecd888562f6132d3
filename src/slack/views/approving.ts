import type { KnownBlock } from '@slack/types';
import type { Environment } from '../../restore/environment.ts';
import { approversOf, couldBeApproved } from '../../restore/policy.ts';
import { counted } from '../measures.ts';
import { alert, section } from '../messages/blocks.ts';
import { allOf, anyOf } from '../mrkdwn.ts';

/** When it starts, and what it does then (`effect`). */
export function nextStep(environment: Environment, askedBy: string, effect: string): KnownBlock {
  const { name, approvals, approverGroups = [] } = environment;
  if (approvals === 0) return section(`It starts when you confirm. ${effect}`);
  const requester = { kind: 'slack', userId: askedBy, teamId: '' } as const;
  if (!couldBeApproved(environment, requester)) {
    return alert(
      'error',
      `It could never be approved: ${name} needs ${counted(approvals, 'approval')}, and has too few approvers besides you.`,
    );
  }
  const others = approversOf(environment, requester);
  return section(`It starts once ${approving(approvals, others, approverGroups.length > 0)}. ${effect}`);
}

function approving(approvals: number, others: readonly string[], hasGroups: boolean): string {
  if (approvals === 1) return `${anyOf(others)} approves it`;
  // All of them, or some of them: "2 of A or B" would be neither.
  return others.length === approvals && !hasGroups
    ? `${allOf(others)} have approved it`
    : `${approvals} people out of ${allOf(others)} have approved it`;
}
