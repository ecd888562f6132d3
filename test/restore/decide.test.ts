import { describe, expect, test } from 'vitest';
import { answerPlan, approve, cancel, deny, expire, restorableUntil, withdraw } from '../../src/restore/decide.ts';
import type { Environment } from '../../src/restore/environment.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import type { Run } from '../../src/restore/run.ts';
import { foldRun } from '../../src/restore/run.ts';
import { alice, bob, carol, dave, requested } from '../support/requests.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const hour = 3_600_000;

const prod: Environment = {
  name: 'prod',
  region: 'eu-central-1',
  tables: [{ label: 'quotes', table: 'quote-lambda-tf-quotes' }],
  admins: ['U0ALICE'],
  approvers: ['U0ALICE', 'U0BOB', 'U0DAVE'],
  approvals: 1,
  channels: [],
  planConfirmation: 'when-counts-differ',
  reasonRequired: true,
  timeoutMinutes: 30,
  onConflict: 'overwrite',
  fence: 'off',
};

/** The run that these events make. */
function run(first: Partial<RunEvent & { readonly type: 'requested' }>, ...more: readonly RunEvent[]): Run {
  const rows = [requested(first), ...more].map((event, index) => ({
    seq: index + 1,
    runId: 'restore-2026-11-22T12-00-00Z',
    at: now,
    event,
    hash: '',
  }));
  const folded = foldRun(rows);
  if (folded === undefined) throw new Error('a run begins with its request');
  return folded;
}

const asked = run({});
const approved: RunEvent = { type: 'approved', by: bob, digest: asked.digest };
const started: RunEvent = { type: 'started' };
const refusal = (code: string, text: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

describe('an approval', () => {
  test('by another approver of the environment makes the run ready', () => {
    const events = approve(asked, prod, bob, asked.digest, now);
    expect(run({}, ...events).state).toBe('APPROVED');
  });

  test('needs as many different people as the environment says', () => {
    const two = run({ approvalsNeeded: 2 });
    const [first] = approve(two, prod, bob, two.digest, now);
    if (first === undefined) throw new Error('an approval is an event');
    const half = run({ approvalsNeeded: 2 }, first);
    expect(half.state).toBe('AWAITING_APPROVAL');
    expect(() => approve(half, prod, bob, half.digest, now)).toThrow(refusal('OUT_OF_DATE', 'already'));
    expect(run({ approvalsNeeded: 2 }, first, ...approve(half, prod, dave, half.digest, now)).state).toBe('APPROVED');
  });

  test.for([
    ['the requester, even as an approver', alice, refusal('NOT_ALLOWED', 'cannot approve it yourself')],
    ['somebody who is no approver', carol, refusal('NOT_ALLOWED', 'not an approver')],
    ['a shell', { kind: 'shell', user: 'root', host: 'x' } as const, refusal('NOT_ALLOWED', 'not an approver')],
  ] as const)('of %s is refused', ([, by, error]) => {
    expect(() => approve(asked, prod, by, asked.digest, now)).toThrow(error);
  });

  test('of something else than was shown is refused', () => {
    expect(() => approve(asked, prod, bob, 'f'.repeat(64), now)).toThrow(refusal('OUT_OF_DATE', 'not the request'));
  });

  test('after the expiry is refused, also before anybody has written the expiry down', () => {
    const late = (asked.expiresAt ?? 0) + 1;
    expect(() => approve(asked, prod, bob, asked.digest, late)).toThrow(refusal('OUT_OF_DATE', 'expired'));
  });

  test('after a decision is told who decided and when', () => {
    const denied = run({}, { type: 'denied', by: bob, reason: 'no' });
    const text = 'DENIED by slack:T0SANDBOX/U0BOB at 2026-11-22T12:00:00.000Z';
    expect(() => approve(denied, prod, dave, denied.digest, now)).toThrow(refusal('OUT_OF_DATE', text));
    const twice = run({}, approved);
    expect(() => approve(twice, prod, dave, twice.digest, now)).toThrow(
      refusal('OUT_OF_DATE', 'approved by slack:T0SANDBOX/U0BOB'),
    );
  });
});

test('a denial ends the request; only approvers may', () => {
  expect(run({}, ...deny(asked, prod, bob, 'wrong hour', now))).toMatchObject({
    state: 'DENIED',
    closedBy: { by: bob, reason: 'wrong hour' },
  });
  expect(() => deny(asked, prod, carol, 'no', now)).toThrow(refusal('NOT_ALLOWED', 'not an approver'));
});

test('the requester, and nobody else, takes the request back', () => {
  expect(run({}, ...withdraw(asked, alice)).state).toBe('WITHDRAWN');
  expect(() => withdraw(asked, bob)).toThrow(refusal('NOT_ALLOWED', 'Only the person who asked'));
});

test('an undecided request expires, once, and a decided one does not', () => {
  const late = (asked.expiresAt ?? 0) + hour;
  expect(expire(asked, now)).toEqual([]);
  expect(run({}, ...expire(asked, late)).state).toBe('EXPIRED');
  expect(expire(run({}, ...expire(asked, late)), late)).toEqual([]);
  // Approved in time and never begun, because the bot was away: nobody expects it any more.
  expect(run({}, ...[approved, ...expire(run({}, approved), late)]).state).toBe('EXPIRED');
  expect(expire(run({}, approved, started), late)).toEqual([]);
});

test('a request whose restore point leaves the longest window expires at once', () => {
  const tooLate = asked.request.restorePoint + 35 * 24 * hour + 1;
  expect(expire(run({ expiresAt: tooLate + hour }), tooLate)).toEqual([{ type: 'expired', why: 'left-window' }]);
});

test('a request whose restore point leaves the window of its own tables expires with it', () => {
  const { restorePoint } = asked.request;
  const short = run({ restorableUntil: restorableUntil(restorePoint, [35, 2, undefined]) });
  const left = restorePoint + 2 * 24 * hour;
  expect(expire({ ...short, expiresAt: left + hour }, left)).toEqual([]);
  expect(expire({ ...short, expiresAt: left + hour }, left + 1)).toEqual([{ type: 'expired', why: 'left-window' }]);
});

describe('the plan', () => {
  const shown = run({}, approved, started, { type: 'plan-shown' });

  test('is answered once, by an admin or an approver', () => {
    const confirmed = answerPlan(shown, prod, bob, true);
    expect(confirmed).toEqual([{ type: 'plan-confirmed', by: bob }]);
    const after = run({}, approved, started, { type: 'plan-shown' }, ...confirmed);
    expect(() => answerPlan(after, prod, dave, false)).toThrow(refusal('OUT_OF_DATE', 'Nobody is being asked'));
    expect(() => answerPlan(shown, prod, carol, true)).toThrow(refusal('NOT_ALLOWED', 'may not answer'));
  });
});

describe('a cancel', () => {
  test('stops a running restore and withdraws one that has not begun', () => {
    expect(cancel(run({}, approved, started), prod, bob)).toEqual([{ type: 'cancel-requested', by: bob }]);
    expect(cancel(run({}, approved), prod, bob)).toEqual([{ type: 'withdrawn', by: bob }]);
  });

  test('of what waits for approval is a withdrawal: for who asked, and for the machine’s own shell', () => {
    const shell = { kind: 'shell', user: 'root', host: 'bastion' } as const;
    expect(cancel(asked, prod, alice)).toEqual([{ type: 'withdrawn', by: alice }]);
    expect(cancel(asked, prod, shell)).toEqual([{ type: 'withdrawn', by: shell }]);
    expect(() => cancel(asked, prod, bob)).toThrow(refusal('NOT_ALLOWED', 'Only the person who asked'));
  });

  test('is refused to strangers, when there is nothing to stop, and when it stops already', () => {
    const ended = run({}, approved, started, { type: 'completed', durationMs: 1 });
    const stopping = run({}, approved, started, { type: 'cancel-requested', by: bob });
    expect(() => cancel(asked, prod, carol)).toThrow(refusal('NOT_ALLOWED', 'may not stop'));
    expect(() => cancel(ended, prod, bob)).toThrow(refusal('OUT_OF_DATE', 'ended already'));
    expect(() => cancel(stopping, prod, bob)).toThrow(refusal('OUT_OF_DATE', 'being cancelled already'));
  });
});
