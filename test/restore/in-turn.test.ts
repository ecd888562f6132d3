import { expect, test } from 'vitest';
import { inTurn } from '../../src/restore/in-turn.ts';
import type { Run } from '../../src/restore/run.ts';
import { foldRun } from '../../src/restore/run.ts';
import { aRequest, bob, requested } from '../support/requests.ts';

const shell = { kind: 'shell', workingDirectory: '/tmp' } as const;

function run(runId: string, drill: boolean, begun: boolean, more: Partial<Parameters<typeof requested>[0]> = {}): Run {
  const events = [
    requested({ request: aRequest(drill ? { drill } : {}), approvalsNeeded: drill ? 0 : 1, ...more }),
    ...(drill ? [] : [{ type: 'approved', by: bob, digest: '' } as const]),
    ...(begun ? [{ type: 'started' } as const] : []),
  ];
  const folded = foldRun(events.map((event, index) => ({ seq: index + 1, runId, at: index, hash: '', event })));
  if (folded === undefined) throw new Error('No run came out');
  return folded;
}

test('after a start of the bot a restore that waits goes before every drill, also one that was interrupted', () => {
  const [halfDrill, half, newDrill, approved] = [
    run('drill-1', true, true),
    run('restore-2', false, true),
    run('drill-3', true, false),
    run('restore-4', false, false),
  ];
  const order = inTurn([halfDrill, half], [halfDrill, half, newDrill, approved]).map(({ id }) => id);
  expect(order).toEqual(['restore-2', 'restore-4', 'drill-1', 'drill-3']);
});

test('what a shell began stays with its user', () => {
  expect(inTurn([run('restore-1', false, true, { origin: shell })], [])).toEqual([]);
});
