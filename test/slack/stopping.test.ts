import { expect, test } from 'vitest';
import { foldRun } from '../../src/restore/run.ts';
import { cancelledMessage } from '../../src/slack/messages/answers.ts';
import { parentMessage } from '../../src/slack/messages/parent.ts';
import { alice, aRequest, requested } from '../support/requests.ts';
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

test('what was withdrawn has touched nothing', () => {
  const [asked, withdrawn] = [requested(), { type: 'withdrawn', by: alice } as const];
  const run = foldRun([asked, withdrawn].map((event, seq) => ({ seq, runId: 'restore-1', at: seq, hash: '', event })));
  expect(run && cancelledMessage(run).text).toBe('`restore-1` is withdrawn. No table was touched.');
});
