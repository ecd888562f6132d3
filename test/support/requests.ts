import type { Environment } from '../../src/restore/environment.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import type { RestoreRequest } from '../../src/restore/request.ts';
import { digestOf } from '../../src/restore/request.ts';

export const alice = { kind: 'slack', userId: 'U0ALICE', teamId: 'T0SANDBOX' } as const;
export const bob = { kind: 'slack', userId: 'U0BOB', teamId: 'T0SANDBOX' } as const;
export const carol = { kind: 'slack', userId: 'U0CAROL', teamId: 'T0SANDBOX' } as const;
export const dave = { kind: 'slack', userId: 'U0DAVE', teamId: 'T0SANDBOX' } as const;

/** A request as Alice makes it in Slack, for tests that are about something else. */
export function aRequest(changes: Partial<RestoreRequest> = {}): RestoreRequest {
  return {
    environment: 'prod',
    region: 'eu-central-1',
    tables: [{ label: 'quotes', table: 'quote-lambda-tf-quotes' }],
    restorePoint: Date.parse('2026-11-21T08:00:00Z'),
    words: 'yesterday 9am',
    timeZone: 'Europe/Berlin',
    requestedBy: alice,
    reason: 'a bad deploy',
    options: {
      planConfirmation: 'when-counts-differ',
      rollback: true,
      onConflict: 'overwrite',
      fence: 'off',
      timeoutMinutes: 30,
      dryRun: false,
    },
    ...changes,
  };
}

/** An environment in which nobody has any right, for tests that are about something else. */
export function anEnvironment(changes: Partial<Environment> = {}): Environment {
  return {
    name: 'dev',
    region: 'eu-central-1',
    tables: aRequest().tables,
    admins: [],
    approvers: [],
    approvals: 0,
    channels: [],
    planConfirmation: 'never',
    reasonRequired: false,
    timeoutMinutes: 30,
    onConflict: 'overwrite',
    fence: 'off',
    ...changes,
  };
}

export function requested(
  changes: Partial<RunEvent & { readonly type: 'requested' }> = {},
): RunEvent & { readonly type: 'requested' } {
  const request = changes.request ?? aRequest();
  return {
    type: 'requested',
    request,
    digest: digestOf(request),
    origin: { kind: 'slack', channelId: 'C0OPS', teamId: 'T0SANDBOX' },
    approvalsNeeded: 1,
    expiresAt: Date.parse('2026-11-22T20:00:00Z'),
    ...changes,
  };
}
