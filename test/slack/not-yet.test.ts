import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/restore/events.ts';
import type { Origin } from '../../src/restore/request.ts';
import { foldRun, type Run } from '../../src/restore/run.ts';
import { statusLine } from '../../src/slack/messages/answers.ts';
import { notYetMessage } from '../../src/slack/messages/refusal.ts';
import { asked } from '../../src/slack/views/asked.ts';
import { aRequest, requested } from '../support/requests.ts';
import { ask, open, parentShowing, readable, titleOf } from './conversation.ts';
import { dev, minute, movableClock, now, prod, startWorld } from './world.ts';

const shell: Origin = { kind: 'shell', workingDirectory: '/' };
const started: readonly RunEvent[] = [{ type: 'started' }, { type: 'phase-started', phase: 'SWAP_DATA' }];

function runOf(id: string, origin: Origin, ...events: readonly RunEvent[]): Run {
  const all = [requested({ request: aRequest(), origin, approvalsNeeded: 0 }), ...events];
  const run = foldRun(all.map((event, index) => ({ seq: index + 1, runId: id, at: now, event, hash: '' })));
  if (run === undefined) throw new Error('no run');
  return run;
}

const slack: Origin = { kind: 'slack', channelId: 'C0OPS', teamId: 'T0' };
const waiting = runOf('restore-2', slack);
const notYet = (first: Run, isInterrupted: boolean) =>
  notYetMessage(waiting, { run: first, isInterrupted }, {} as never).text;

test('who approves too early reads that the other one runs, or who has to go on with it', () => {
  const running = notYet(runOf('restore-1', shell, ...started), false);
  expect(running).toContain('Not approved yet: `restore-1` is running');
  expect(running).not.toContain('carries it out');

  const ofShell = notYet(runOf('restore-1', shell, ...started), true);
  expect(ofShell).toContain('`restore-1` was interrupted');
  expect(ofShell).toContain(
    'Nobody carries it out: type `pitr-restore resume restore-1` in a shell, or `/pitr-restore cancel restore-1` here',
  );
  expect(notYet(runOf('restore-1', slack, ...started), true)).toContain('the bot goes on with it by itself');
});

test('status does not promise that the bot goes on with a run of a shell, unless it is to be put back', () => {
  const ofShell = runOf('restore-1', shell, ...started);
  expect(statusLine(ofShell, {} as never, [ofShell])).toContain('`/pitr-restore cancel restore-1` here');
  const by = { kind: 'slack', userId: 'U0BOB', teamId: 'T0' } as const;
  const cancelled = runOf('restore-1', shell, ...started, { type: 'cancel-requested', by });
  expect(statusLine(cancelled, {} as never, [cancelled])).toContain('the bot goes on with it by itself');
});

test('what was asked for and refused at once is not said to start', () => {
  expect(asked(waiting).text).toContain('It starts now.');
  const failure = {
    type: 'failed',
    code: 'RESTORE_IN_PROGRESS',
    message: 'Another runs.',
    hint: 'Ask later.',
    phase: 'PREFLIGHT',
    restoreTablesKept: [],
  } as const;
  const { text } = asked(runOf('restore-3', slack, { ...failure, durationMs: 0 }));
  expect(text).toContain(':warning: `restore-3` is on record. It was not started: Another runs. Ask later.');
  expect(text).not.toContain('It starts now.');
});

test('of a run whose process is gone, card, question and windows say that it was interrupted, and who has to go on', async () => {
  const clock = movableClock();
  const world = await startWorld({ clock, environments: [dev, { ...prod, approvalStepUp: true }] });
  const alice = world.slack.as('U0ALICE');
  await alice.submit(await open(world, 'dev 2 hours ago'), {});
  await expect.poll(() => world.approved.length).toBe(1);
  const [id = ''] = world.approved;
  const stop = world.holdLock(id);
  world.record(id, { type: 'started' });
  await ask(world);
  const card = await parentShowing(world, `${id} is running. Only one restore runs at a time`);
  const carol = world.slack.as('U0CAROL');
  const asks = async () => {
    const view = readable(await open(world, 'prod 1 hour ago', 'U0CAROL'));
    await carol.close(carol.view(), { all: true });
    return view;
  };
  expect(await asks()).toContain(`${id} is running. Only one restore runs at a time`);
  // It is killed: no event says so.
  stop();
  clock.moveOn(2 * minute);
  const goesOn = 'Nobody carries it out at this moment; the bot goes on with it by itself';
  await expect
    .poll(() => readable(world.slack.messages('C0OPS').find(({ ts }) => ts === card.ts)), { timeout: 10_000 })
    .toMatch(new RegExp(`${id} was interrupted. Only one .*${goesOn}`));
  const asking = await asks();
  expect(asking).toContain(`${id} was interrupted. Only one restore runs`);
  expect(asking).toContain(goesOn);
  const bob = world.slack.as('U0BOB');
  await bob.click(await parentShowing(world, 'was interrupted'), { text: 'Approve' });
  const approving = readable(await bob.viewUntil((view) => titleOf(view) === 'Approve'));
  expect(approving).toContain(`${id} was interrupted. Only one restore runs`);
  expect(approving).toContain(goesOn);
});
