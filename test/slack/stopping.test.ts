import { expect, test } from 'vitest';
import { UserError } from '../../src/restore/errors.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import { foldRun } from '../../src/restore/run.ts';
import { cancelledMessage } from '../../src/slack/messages/answers.ts';
import { parentMessage } from '../../src/slack/messages/parent.ts';
import { tooLateMessage } from '../../src/slack/messages/refusal.ts';
import { replyTo } from '../../src/slack/messages/thread.ts';
import { alice, aRequest, bob, requested } from '../support/requests.ts';
import { prod } from './world.ts';

const { options } = aRequest();

test.for([
  ['a restore', {}, 'What it wrote already is put back. AWS cannot stop copies it has begun to build; those are kept'],
  ['a drill', { drill: true }, 'Nothing live was written. The copies are deleted; those that AWS is still building'],
  ['an undo', { undoOf: 'restore-0' }, 'What it wrote already is put back.'],
  [
    'a restore without rollback',
    { options: { ...options, rollback: false } },
    'What it wrote stays: it was asked for without a rollback.',
  ],
] as const)('before and after, whoever stops %s reads what becomes of it', ([, change, sentence]) => {
  const events = [
    requested({ request: aRequest(change), approvalsNeeded: 0 }),
    { type: 'started' } as const,
    { type: 'phase-started', phase: 'AWAIT_ACTIVE' } as const,
  ];
  const run = foldRun(
    events.map((event, index) => ({ seq: index + 1, runId: 'restore-1', at: index, hash: '', event })),
  );
  if (run === undefined) throw new Error('No run came out');
  const asked = JSON.stringify(parentMessage(run, { environment: prod }, undefined));
  expect(asked).toContain(`It stops at its next safe point. ${sentence}`);
  expect(cancelledMessage(run).text).toContain(`stops at its next safe point. ${sentence}`);
  expect(asked.includes('copies')).toBe(!('undoOf' in change));
});

test.for([
  ['VERIFY_DATA', 'what was written already is put back'],
  ['CLEANUP', 'It is nearly over: everything is written back and verified'],
] as const)('who cancels in %s reads in the thread what becomes of what was written', ([phase, sentence]) => {
  const cancel: RunEvent = { type: 'cancel-requested', by: alice };
  const events: readonly RunEvent[] = [
    requested({ approvalsNeeded: 0 }),
    { type: 'started' },
    { type: 'phase-started', phase: 'SWAP_DATA' },
    { type: 'swap-started', label: 'quotes', put: 1, delete: 0 },
    { type: 'swap-finished', label: 'quotes', put: 1, delete: 0, overwritten: 0, kept: 0 },
    { type: 'phase-finished', phase: 'SWAP_DATA', durationMs: 1 },
    { type: 'phase-started', phase },
    cancel,
  ];
  const rows = events.map((event, index) => ({ seq: index + 1, runId: 'restore-1', at: index, hash: '', event }));
  const [run, row] = [foldRun(rows), rows.at(-1)];
  if (run === undefined || row === undefined) throw new Error('No run came out');
  expect(replyTo(row, run, { environment: prod })?.text).toContain(sentence);
});

test('of an approved request that could not be started nobody says that it was not decided', () => {
  const events: readonly RunEvent[] = [
    requested({ approvalsNeeded: 1 }),
    { type: 'approved', by: bob, digest: '' },
    { type: 'expired', why: 'not-started' },
  ];
  const run = foldRun(events.map((event, seq) => ({ seq, runId: 'restore-1', at: seq, hash: '', event })));
  if (run === undefined) throw new Error('No run came out');
  const late = tooLateMessage(run, new UserError('OUT_OF_DATE', 'This request has expired.', 'Ask again.'));
  expect(late.text).toContain('it was not started in time.');
});

test('what was withdrawn has touched nothing', () => {
  const [asked, withdrawn] = [requested(), { type: 'withdrawn', by: alice } as const];
  const run = foldRun([asked, withdrawn].map((event, seq) => ({ seq, runId: 'restore-1', at: seq, hash: '', event })));
  expect(run && cancelledMessage(run).text).toBe('`restore-1` is withdrawn. No table was touched.');
});
