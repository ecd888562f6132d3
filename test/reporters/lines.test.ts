import { describe, expect, test } from 'vitest';
import type { Line } from '../../src/reporters/line.ts';
import { consoleLines } from '../../src/reporters/lines.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import { foldRun } from '../../src/restore/run.ts';
import { alice, bob, requested } from '../support/requests.ts';
import { begin, compared, holder, request, requestedAt, restoreTable, untilActive, untilTheEnd } from './story.ts';

test('a whole restore reads like the requirement’s example', () => {
  expect(shown(untilTheEnd)).toEqual([
    'Starting DynamoDB PITR restore',
    'Restore point: 2025-12-19T09:00:00Z',
    'That is 2025-12-19 10:00:00 CET in Europe/Berlin, asked for as "yesterday 9am"',
    'Lock acquired successfully',
    'Initiating PITR restore for quotes-restore',
    'Initiating PITR restore for user-likes-dev-restore',
    'Initiating PITR restore for user-views-dev-restore',
    'quotes-restore is now ACTIVE (4m55s)',
    'user-likes-dev-restore is now ACTIVE (4m57s)',
    'user-views-dev-restore is now ACTIVE (4m59s)',
    'Verifying item counts...',
    'quotes: original=1230, restore=1234 ✗',
    'quotes: 4 items to put, 0 to delete, 1230 unchanged',
    'user-likes-dev: original=5678, restore=5678 ✓',
    'user-likes-dev: 0 items to put, 0 to delete, 5678 unchanged',
    'user-views-dev: original=9012, restore=9012 ✓',
    'user-views-dev: 0 items to put, 0 to delete, 9012 unchanged',
    'Swapping data for quotes (1234 items, 4 to put, 0 to delete)',
    'Swapping data for user-likes-dev (5678 items, none differs)',
    'Swapping data for user-views-dev (9012 items, none differs)',
    'Verifying data integrity...',
    expect.stringMatching(/^quotes: all 1234 items are identical ✓ \(digests: original (aa){16}, restore (bb){16}\)$/),
    expect.stringMatching(/^user-likes-dev: all 5678 items are identical ✓/),
    expect.stringMatching(/^user-views-dev: all 9012 items are identical ✓/),
    'Deleting restore table: quotes-restore',
    'Deleting restore table: user-likes-dev-restore',
    'Deleting restore table: user-views-dev-restore',
    'Lock released',
    'Restore completed successfully in 3m45s',
  ]);
});

const failure = { phase: 'SWAP_DATA', restoreTablesKept: [] as readonly string[], durationMs: 61_000 } as const;

const single: readonly (readonly [string, RunEvent, ...(readonly string[])])[] = [
  [
    'who asked for what',
    begin,
    'DEBUG ana@bastion asked for dev \\(quote-lambda-tf-quotes, quote-lambda-tf-user-likes-dev, quote-lambda-tf-user-views-dev\\), request .{8}\\. Reason: a bad deploy',
  ],
  [
    'an approval',
    { type: 'approved', by: bob, digest: 'abcdef0123456789' },
    'INFO slack:T0SANDBOX/U0BOB approved request abcdef01',
  ],
  [
    'a denial whose reason would make a line of its own',
    { type: 'denied', by: bob, reason: 'no\n[INFO] Restore completed' },
    'WARNING slack:T0SANDBOX/U0BOB denied request .{8}: no \\[INFO\\] Restore completed',
  ],
  ['a withdrawal', { type: 'withdrawn', by: alice }, 'INFO slack:T0SANDBOX/U0ALICE withdrew request .{8}'],
  ['no decision', { type: 'expired', why: 'no-decision' }, 'WARNING The request expired: nobody decided in time'],
  [
    'a point that fell out of the window',
    { type: 'expired', why: 'left-window' },
    'WARNING The request expired: its restore point is no longer in the restorable window',
  ],
  [
    'an approval that nobody acted on',
    { type: 'expired', why: 'not-started' },
    'WARNING The request expired: it was approved, and not begun in time',
  ],
  [
    'a lock taken over',
    { type: 'lock-taken', holder, takenOverFrom: { ...holder, runId: 'restore-0', pid: 7 } },
    'WARNING Removing stale lock of restore-0 \\(process 7 on bastion is gone\\)',
    'INFO Lock acquired successfully',
  ],
  [
    'a warning of the checks',
    { type: 'preflight-warning', message: 'quotes has a stream' },
    'WARNING quotes has a stream',
  ],
  ['passed checks', { type: 'preflight-passed', checks: 9 }, 'INFO All 9 checks passed'],
  [
    'a refused table',
    { type: 'table-restore-refused', label: 'quotes', code: 'LIMIT_EXCEEDED', message: 'too many' },
    'DEBUG AWS refused the restore of quotes \\(LIMIT_EXCEEDED\\): too many',
  ],
  [
    'a question',
    { type: 'plan-shown', answerBy: requestedAt },
    'INFO Waiting for somebody to confirm the plan until 2025-12-19T.*Z',
  ],
  ['a yes', { type: 'plan-confirmed', by: bob }, 'INFO slack:T0SANDBOX/U0BOB confirmed the plan'],
  ['a no', { type: 'plan-refused', by: bob }, 'WARNING slack:T0SANDBOX/U0BOB refused the plan'],
  [
    'a second round',
    { type: 'table-verified', round: 2, ...compared('quotes', 3) },
    'WARNING quotes: round 2 found 3 items to put and 0 to delete again ✗',
  ],
  [
    'a failed clean-up',
    { type: 'table-delete-failed', label: 'quotes', restoreTable: restoreTable('quotes'), reason: 'denied' },
    'WARNING Warning: Failed to delete restore table quote-lambda-tf-quotes-restore-20251219T103000Z\\. Please delete manually\\.',
    'DEBUG denied',
  ],
  [
    'a wish to stop',
    { type: 'cancel-requested', by: bob },
    'WARNING slack:T0SANDBOX/U0BOB asked to stop: the restore stops at its next safe point',
  ],
  [
    'a failure',
    {
      type: 'failed',
      code: 'SWAP',
      message: 'Failed to swap data for quotes: no answer',
      hint: 'Try again.',
      ...failure,
      restoreTablesKept: ['t1', 't2'],
    },
    'ERROR Failed to swap data for quotes: no answer',
    'WARNING Try again\\.',
    'WARNING Restore tables kept: t1, t2',
    'ERROR Restore failed after 1m01s',
  ],
  [
    'a failure in two lines',
    { type: 'failed', code: 'INITIATE_RESTORE', message: 'first\nsecond', hint: '', ...failure },
    'ERROR first',
    'ERROR second',
    'ERROR Restore failed after 1m01s',
  ],
  [
    'items that the application changed during the swap',
    { type: 'swap-finished', label: 'quotes', put: 9, delete: 1, overwritten: 2, kept: 0 },
    'DEBUG quotes: 9 items put, 1 deleted',
    'WARNING quotes: 2 items were changed by the application meanwhile: overwritten after journalling',
  ],
  [
    'items that the application changed and that are to be kept',
    { type: 'swap-finished', label: 'quotes', put: 9, delete: 1, overwritten: 0, kept: 1 },
    'DEBUG quotes: 9 items put, 1 deleted',
    'WARNING quotes: 1 item was changed by the application meanwhile: kept',
  ],
  [
    'a shutdown before anything was written',
    { type: 'paused' },
    'WARNING Stopped at a safe point \\(ACQUIRE_LOCK\\)\\. Go on: pitr-restore resume restore-1\\. Give up: pitr-restore cancel restore-1',
  ],
  [
    'going on',
    { type: 'resumed', holder },
    'INFO Going on with restore-1 in phase ACQUIRE_LOCK',
    'DEBUG Carried out by process 12 on bastion from here on',
  ],
  [
    'a swap that cannot be finished',
    { type: 'rollback-started', code: 'SWAP', message: 'Failed to swap data for quotes', hint: 'Try again.' },
    'ERROR Failed to swap data for quotes',
    'WARNING Putting back what was written',
  ],
  [
    'a table that was put back',
    { type: 'table-rolled-back', label: 'quotes', putBack: 1, changedSince: 0 },
    'INFO quotes: 1 item put back',
  ],
  [
    'a table that was put back but for what was written since',
    { type: 'table-rolled-back', label: 'quotes', putBack: 4, changedSince: 3 },
    'INFO quotes: 4 items put back',
    'WARNING quotes: 3 items were changed by the application after the swap: not touched',
  ],
  [
    'a run that was put back',
    { type: 'rolled-back', code: 'SWAP', message: 'No answer.', hint: 'Ask again.', ...failure },
    'ERROR No answer\\.',
    'WARNING Ask again\\.',
    'ERROR Restore rolled back after 1m01s',
  ],
  [
    'a run that a person has to look at',
    { type: 'needs-attention', code: 'SWAP', message: 'No answer.', hint: 'Look at quotes.', ...failure },
    'ERROR No answer\\.',
    'WARNING Look at quotes\\.',
    'ERROR Restore needs attention after 1m01s: neither finished nor put back',
  ],
  [
    'a stop',
    { type: 'cancelled', code: 'CANCELLED', message: 'Stopped.', hint: '', ...failure },
    'ERROR Stopped\\.',
    'WARNING Restore stopped after 1m01s',
  ],
];

test.for(single)('%s', ([, event, ...expected]) => {
  const lines = told([event]).map(({ level, text }) => `${level} ${text}`);
  expect(lines).toEqual(expected.map((line) => expect.stringMatching(new RegExp(`^${line}$`))));
});

test('a shutdown in the swap names the phase and both ways on', () => {
  expect(
    told([
      { type: 'started' },
      { type: 'phase-started', phase: 'SWAP_DATA' },
      { type: 'swap-started', label: 'quotes', put: 4, delete: 0 },
      { type: 'paused' },
    ]).at(-1),
  ).toEqual({
    level: 'WARNING',
    text: 'Stopped at a safe point (SWAP_DATA). Go on: pitr-restore resume restore-1. Put back: pitr-restore cancel restore-1',
  });
});

const swapping: readonly RunEvent[] = [
  { type: 'started' },
  { type: 'phase-started', phase: 'SWAP_DATA' },
  { type: 'swap-started', label: 'quotes', put: 4, delete: 0 },
];

test('a shutdown while the swap is put back says that this goes on, and nothing of putting back', () => {
  const cause = { code: 'SWAP', message: 'No answer.', hint: '' } as const;
  const lines = told([
    ...swapping,
    { type: 'rollback-started', ...cause },
    { type: 'phase-started', phase: 'ROLL_BACK' },
    { type: 'paused' },
  ]);
  expect(lines.at(-1)?.text).toBe(
    'Stopped at a safe point (ROLL_BACK). Go on putting back: pitr-restore resume restore-1',
  );
});

test('a shutdown of a run that is to be cancelled says how that is done', () => {
  const by = { kind: 'system' } as const;
  expect(told([...swapping, { type: 'cancel-requested', by }, { type: 'paused' }]).at(-1)?.text).toBe(
    'Stopped at a safe point (SWAP_DATA). It is to be cancelled. To do that here: pitr-restore cancel restore-1',
  );
});

test('a shutdown of a run without a rollback does not promise one', () => {
  const asked = { ...request, options: { ...request.options, rollback: false } };
  const first = requested({ request: asked, approvalsNeeded: 0 });
  expect(shown([...swapping, { type: 'paused' }], first).at(-1)).toMatch(
    /Stop and leave it as it is: pitr-restore cancel restore-1$/,
  );
});

test('a shutdown with the fence up says for how long it stays up, and how to take it down', () => {
  const arn = 'arn:aws:dynamodb:eu-central-1:1:table/quote-lambda-tf-quotes';
  const window = { startsAt: requestedAt, endsAt: Date.parse('2025-12-19T14:00:00Z') };
  const last = told([
    ...swapping,
    { type: 'fence-raising', label: 'quotes', arn, sid: 'PitrFence1', ...window },
    { type: 'paused' },
  ]).at(-1);
  expect(last?.text).toContain('The fence on quotes is still up: nobody else can write to it');
  expect(last?.text).toContain('opens by itself at 2025-12-19T14:00:00Z. To take it down now: aws dynamodb ');
});

test('what verification rounds write over is told round by round, and in the end', () => {
  const verified = { type: 'table-verified', ...compared('quotes') } as const;
  expect(
    shown([
      { ...verified, round: 1, put: 2, delete: 1 },
      { ...verified, round: 2 },
    ]),
  ).toEqual([
    'quotes: round 1 found 2 items to put and 1 to delete again ✗',
    'quotes: 3 items were written by others meanwhile: overwritten after journalling',
    expect.stringContaining('quotes: all 1234 items are identical ✓'),
  ]);
});

test('the commands of a hint are told as they are typed in a shell', () => {
  const hint = 'Mend it, then `undo restore-1`, or see `status`. `quotes` stays.';
  const lines = shown([{ type: 'failed', code: 'SWAP', message: 'No answer.', hint, ...failure }]);
  expect(lines[1]).toBe("Mend it, then 'pitr-restore undo restore-1', or see 'pitr-restore status'. `quotes` stays.");
});

test('a drill is told as a drill: what a restore would do, and how long its parts took', () => {
  const drill = requested({ request: { ...request, drill: true }, approvalsNeeded: 0 });
  const lines = shown(
    [
      ...untilActive,
      { type: 'table-compared', ...compared('quotes', 4) },
      { type: 'phase-finished', phase: 'VERIFY_COUNTS', durationMs: 12_000 },
      { type: 'completed', durationMs: 311_000 },
    ],
    drill,
  );
  expect(lines.slice(0, 2)).toEqual(['Starting DynamoDB PITR restore drill', 'Nothing is written to a live table']);
  expect(lines).toContain('quotes: a restore would put 4 items and delete 0, 1230 unchanged');
  expect(lines).toContain(
    'A restore would put back 4 items and delete 0. The copies were ready after 4m59s, compared in 12s',
  );
  expect(lines).toContain('Drill completed successfully in 5m11s');
});

test('a drill that makes way says for which run', () => {
  const drill = requested({ request: { ...request, drill: true }, approvalsNeeded: 0 });
  const asked = { type: 'cancel-requested', by: { kind: 'system' }, outrankedBy: 'restore-2' } as const;
  expect(shown([{ type: 'started' }, asked], drill).at(-1)).toBe(
    'restore-2 needs the lock: the drill makes way for it',
  );
});

test('a paused run that another process goes on with stays paused, and says so; not when it is put back', () => {
  const pause = { type: 'speed-set', speed: 'pause', by: alice } as const;
  const resumed = { type: 'resumed', holder } as const;
  expect(shown([...swapping, pause, resumed])).toContain(
    'It is still paused. To let it go on: pitr-restore speed normal',
  );
  const cause = { code: 'SWAP', message: 'No answer.', hint: '' } as const;
  const back = [...swapping, pause, { type: 'rollback-started', ...cause }, resumed] as const;
  expect(shown(back)).not.toContainEqual(expect.stringContaining('paused'));
});

test('an undo is told as an undo', () => {
  const undo = requested({ request: { ...request, undoOf: 'restore-0' }, approvalsNeeded: 0 });
  expect(shown([{ type: 'started' }, { type: 'completed', durationMs: 5_000 }], undo)).toEqual([
    'Starting undo of restore-0',
    'Undo completed successfully in 5s',
  ]);
});

test('with --on-conflict keep a difference that is left after the swap is the application’s', () => {
  const keeping = requested({
    request: { ...request, options: { ...request.options, onConflict: 'keep' } },
    approvalsNeeded: 0,
  });
  expect(shown([{ type: 'table-verified', round: 1, ...compared('quotes', 3) }], keeping)).toEqual([
    'quotes: 3 items were written by the application: kept',
  ]);
});

describe('the fence', () => {
  const raising = {
    type: 'fence-raising',
    label: 'quotes',
    arn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/quotes',
    sid: 'PitrRestore',
    policyBefore: '{"secret":"policy"}',
    startsAt: Date.parse('2025-12-19T09:31:00Z'),
    endsAt: Date.parse('2025-12-19T11:00:00Z'),
  } as const;

  test('is told with what the application sees and for how long, and never with the policy', () => {
    const lines = told([
      raising,
      { type: 'fence-raised', label: 'quotes' },
      { type: 'fence-proven', label: 'quotes' },
      { type: 'fence-lowering', label: 'quotes' },
      { type: 'fence-lowered', label: 'quotes', how: 'as-before' },
    ]);
    expect(lines.map(({ level, text }) => `${level} ${text}`)).toEqual([
      `DEBUG Calling PutResourcePolicy for ${raising.arn}, statement PitrRestore`,
      expect.stringMatching(
        /^INFO Fence up on quotes: from 2025-12-19T09:31:00Z on, .*AccessDeniedException.* 2025-12-19T11:00:00Z\.$/,
      ),
      expect.stringMatching(/^INFO Fence closed on quotes: /),
      'DEBUG Taking the fence on quotes down',
      expect.stringMatching(/^INFO Fence down on quotes: /),
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  test('that stays up is a warning with what to type', () => {
    const left = { reason: 'Access denied.', command: 'aws dynamodb …', opensAt: raising.endsAt } as const;
    expect(told([raising, { type: 'fence-left', label: 'quotes', ...left }]).at(-1)).toEqual({
      level: 'WARNING',
      text: expect.stringMatching(/Access denied\. .*2025-12-19T11:00:00Z.* aws dynamodb …$/),
    });
  });
});

function shown(events: readonly RunEvent[], first = begin): readonly string[] {
  return told(events, first)
    .filter(({ level }) => level !== 'DEBUG')
    .map(({ text }) => text);
}

/** The lines of `events`, each told with the run as it left it. */
function told(events: readonly RunEvent[], first = begin): readonly Line[] {
  const rows = [first, ...events].map((event, index) => ({
    seq: index + 1,
    runId: 'restore-1',
    at: requestedAt,
    event,
    hash: '',
  }));
  return rows.slice(1).flatMap((row, index) => {
    const run = foldRun(rows.slice(0, index + 2));
    return run === undefined ? [] : consoleLines(row, run);
  });
}
