import { describe, expect, test } from 'vitest';
import type { RestoreCommand } from '../../src/cli/arguments.ts';
import { auditText } from '../../src/cli/audit.ts';
import { answer } from '../../src/cli/cancel.ts';
import { cleanupText, leftoversIn, leftoversText } from '../../src/cli/cleanup.ts';
import { dryRunText } from '../../src/cli/dry-run.ts';
import { historyText } from '../../src/cli/history.ts';
import { leftBehind } from '../../src/cli/interrupts.ts';
import { outlookText } from '../../src/cli/list-restore-points.ts';
import { theInterrupted } from '../../src/cli/resume.ts';
import { speedText } from '../../src/cli/speed.ts';
import { statusText } from '../../src/cli/status.ts';
import { undoText } from '../../src/cli/undo.ts';
import { wishFrom } from '../../src/cli/wish.ts';
import type { Environment } from '../../src/restore/environment.ts';
import type { RunEvent, StoredEvent } from '../../src/restore/events.ts';
import { whatToExpect } from '../../src/restore/expectation.ts';
import { foldRun, type Run } from '../../src/restore/run.ts';
import { begin, compared, request, requestedAt, restoreTable, untilActive, untilTheEnd } from '../reporters/story.ts';
import { requested } from '../support/requests.ts';

const now = requestedAt + 65_000;
const nobody: ReadonlySet<string> = new Set();

describe('status', () => {
  test('says so when nothing runs', () => {
    expect(statusText([], nobody, now)).toBe('No restore is running.\n');
  });

  test('says who runs what since when, the phase and each table', () => {
    const text = statusText(
      [runAfter(...untilActive, { type: 'table-compared', ...compared('quotes', 4) })],
      nobody,
      now,
    );
    expect(text).toContain(
      'restore-1 is running: dev back to 2025-12-19T09:00:00Z, for ana@bastion, process 12 on bastion\n',
    );
    expect(text).toContain('(1m05s), phase VERIFY_COUNTS\n');
    expect(text).toContain('  quotes: compared: 4 items to put, 0 to delete\n');
    expect(text).toContain(`  user-likes-dev: ${restoreTable('user-likes')} is ACTIVE\n`);
  });

  test('names a request that waits', () => {
    const waiting = foldRun([{ seq: 1, runId: 'restore-2', at: requestedAt, event: requested(), hash: '' }]);
    expect(statusText(waiting === undefined ? [] : [waiting], nobody, now)).toBe(
      'No restore is running.\nrestore-2 waits for an approval: prod back to 2026-11-21T08:00:00Z, for slack:T0SANDBOX/U0ALICE\n',
    );
  });
});

describe('status of a run that nobody carries out', () => {
  const swapping = runAfter(
    ...untilActive,
    { type: 'phase-started', phase: 'SWAP_DATA' },
    { type: 'swap-started', label: 'quotes', put: 4, delete: 0 },
    { type: 'paused' },
  );

  test('says where it is interrupted and both ways on, and that nothing runs', () => {
    const text = statusText([swapping], new Set(['restore-1']), now);
    expect(text).toContain('No restore is running.\n');
    expect(text).not.toContain('restore-1 is running');
    expect(text).toContain('restore-1 is interrupted in SWAP_DATA; go on with: pitr-restore resume restore-1\n');
    expect(text).toContain('  nobody carries it out; to stop it for good: pitr-restore cancel restore-1\n');
    expect(text).toContain('  quotes: being written back\n');
  });

  test('tells what is being put back from what is', () => {
    const run = runAfter(
      ...untilActive,
      { type: 'swap-started', label: 'quotes', put: 4, delete: 0 },
      { type: 'swap-started', label: 'user-likes', put: 4, delete: 0 },
      { type: 'rollback-started', code: 'SWAP', message: 'no answer', hint: '' },
      { type: 'table-rolled-back', label: 'quotes', putBack: 4, changedSince: 0 },
    );
    const text = statusText([run], nobody, now, []);
    expect(text).toContain('  quotes: put back\n');
    expect(text).toContain('  user-likes-dev: being put back\n');
    expect(text).toContain(`  user-views-dev: ${restoreTable('user-views')} is ACTIVE\n`);
  });
});

describe('the speed of a restore', () => {
  const by = { kind: 'shell', host: 'bastion', user: 'ana' } as const;

  test('that is paused says by whom and how to go on, in status and to who paused it', () => {
    const run = runAfter(...untilActive, { type: 'speed-set', speed: 'pause', by });
    expect(statusText([run], nobody, now)).toMatch(
      / {2}PAUSED by ana@bastion at .* ago\); go on with: pitr-restore speed normal\n/,
    );
    expect(speedText(run)).toBe(
      `${run.id} is paused: it reads and writes nothing until somebody types: pitr-restore speed normal\n`,
    );
  });

  test('that is paused is told of an interrupted run, too, and not while it is put back: that is never paused', () => {
    const pause = { type: 'speed-set', speed: 'pause', by } as const;
    const run = runAfter(...untilActive, pause);
    expect(statusText([run], new Set([run.id]), now)).toContain('  PAUSED by ana@bastion at ');
    const cause = { code: 'SWAP', message: 'No answer.', hint: '' } as const;
    const back = runAfter(...untilActive, pause, { type: 'rollback-started', ...cause });
    expect(statusText([back], nobody, now)).not.toContain('PAUSED');
  });

  test('that somebody changed is in the status, as long as it is not the usual one', () => {
    const slow = runAfter(...untilActive, { type: 'speed-set', speed: 'slow', by });
    expect(statusText([slow], nobody, now)).toContain('  speed: slow, set by ana@bastion at ');
    const normal = runAfter(
      ...untilActive,
      { type: 'speed-set', speed: 'slow', by },
      { type: 'speed-set', speed: 'normal', by },
    );
    expect(statusText([normal], nobody, now)).not.toContain('speed');
  });
});

test('while AWS restores, the status says how long it often takes', () => {
  const run = runAfter(...untilActive.slice(0, -4));
  expect(statusText([run], nobody, now)).toMatch(
    / {2}AWAIT_ACTIVE \[[#-]{24}\] \d of 3 tables, .*AWS often takes 20m00s\n/,
  );
});

describe('history', () => {
  test('is a table with a line for each run', () => {
    expect(historyText([])).toBe('No restore was asked for yet.\n');
    const undoableUntil = Date.parse('2025-12-20T10:30:00Z');
    expect(
      historyText([
        { run: runAfter(...untilTheEnd), isInterrupted: false, undoableUntil },
        { run: runAfter(...untilActive), isInterrupted: true, undoableUntil: undefined },
      ]).split('\n'),
    ).toEqual([
      'ID         ENVIRONMENT  RESTORE POINT         STATE        TOOK   ASKED FOR BY  UNDO UNTIL            WHY',
      'restore-1  dev          2025-12-19T09:00:00Z  COMPLETED    3m45s  ana@bastion   2025-12-20T10:30:00Z',
      'restore-1  dev          2025-12-19T09:00:00Z  INTERRUPTED  -      ana@bastion   -                     interrupted in VERIFY_COUNTS; go on with: pitr-restore resume restore-1',
      '',
    ]);
  });

  test('says of a drill that it was one', () => {
    const run = runAfter(...untilTheEnd);
    const drill: Run = { ...run, request: { ...run.request, drill: true } };
    expect(historyText([{ run: drill, isInterrupted: false, undoableUntil: undefined }])).toContain(
      'dev          drill: 2025-12-19T09:00:00Z  COMPLETED',
    );
    expect(statusText([{ ...drill, state: 'IN_PROGRESS' }], nobody, now)).toContain(
      'restore-1 is running: drill of dev at 2025-12-19T09:00:00Z, for ana@bastion',
    );
  });

  test('says of an undo what it undoes', () => {
    const undo = foldRun([
      {
        seq: 1,
        runId: 'restore-2',
        at: requestedAt,
        event: requested({ request: { ...request, undoOf: 'restore-1' } }),
        hash: '',
      },
    ]);
    const entries = undo === undefined ? [] : [{ run: undo, isInterrupted: false, undoableUntil: undefined }];
    expect(historyText(entries)).toContain('restore-2  dev          undo of restore-1  AWAITING_APPROVAL');
  });
});

describe('resume or cancel without an id', () => {
  const one = runAfter(...untilActive);

  test('means the only interrupted run', () => {
    expect(theInterrupted([one], 'resume')).toBe(one);
  });

  test('is refused when there is none', () => {
    expect(() => theInterrupted([], 'resume')).toThrow(
      expect.objectContaining({
        code: 'UNKNOWN_RUN',
        message: 'No restore is interrupted.',
        hint: 'To see what runs and what waits: pitr-restore status',
      }),
    );
  });

  test('is refused with the names of all when there are several', () => {
    expect(() => theInterrupted([one, { ...one, id: 'restore-2' }], 'cancel')).toThrow(
      expect.objectContaining({
        message: '2 restores are interrupted: restore-1 (dev, VERIFY_COUNTS), restore-2 (dev, VERIFY_COUNTS).',
        hint: 'Name the one that is meant: pitr-restore cancel <id>',
      }),
    );
  });
});

test('before an undo begins it says what the restore wrote, later rounds included', () => {
  const events: readonly RunEvent[] = [
    ...untilActive,
    { type: 'swap-started', label: 'quotes', put: 4, delete: 1 },
    { type: 'swap-finished', label: 'quotes', put: 4, delete: 1, overwritten: 0, kept: 1 },
    { type: 'table-verified', round: 1, ...compared('quotes', 2) },
    { type: 'table-verified', round: 2, ...compared('quotes') },
  ];
  expect(undoText(runAfter(...events), rowsOf(events)).split('\n')).toEqual([
    'Undo of restore-1 in dev: each item that it wrote goes back to what it was before,',
    'but for those that were changed since. It wrote:',
    '  quotes: 6 items put, 1 deleted, but for 1 that it left as the application wrote them',
    '',
  ]);
});

test('of a swap that did not come to its end an undo says that it was a part, and of one put back the rest', () => {
  const started = { type: 'swap-started', label: 'quotes', put: 4, delete: 1 } as const;
  const backAgain = { type: 'table-rolled-back', label: 'quotes', putBack: 2, changedSince: 0 } as const;
  const told = (...events: readonly RunEvent[]) => undoText(runAfter(...events), rowsOf(events));
  expect(told(...untilActive, started)).toContain('  quotes: a part of 4 items to put and 1 to delete\n');
  const finished = { type: 'swap-finished', label: 'quotes', put: 4, delete: 1, overwritten: 0, kept: 0 } as const;
  const cause = { code: 'SWAP', message: 'no', hint: '' } as const;
  const verifying = [
    { type: 'phase-started', phase: 'VERIFY_DATA' },
    { type: 'table-verified', round: 1, ...compared('quotes', 2) },
  ] as const;
  const failed = { type: 'failed', ...cause, phase: 'VERIFY_DATA', restoreTablesKept: [], durationMs: 1 } as const;
  expect(told(...untilActive, started, finished, ...verifying, failed)).toContain(
    '  quotes: at least 4 items put, 1 deleted\n',
  );
  expect(told(...untilActive, started, finished, { type: 'rollback-started', ...cause })).toContain(
    '  quotes: what it did not put back itself\n',
  );
  expect(told(...untilActive, started, backAgain)).toContain('  quotes: what it did not put back itself\n');
});

test('of a restore that keeps what the application writes an undo counts no round of the verification', () => {
  const events: readonly RunEvent[] = [
    ...untilActive,
    { type: 'swap-started', label: 'quotes', put: 4, delete: 1 },
    { type: 'swap-finished', label: 'quotes', put: 4, delete: 1, overwritten: 0, kept: 0 },
    { type: 'table-verified', round: 1, ...compared('quotes', 3) },
    { type: 'table-verified', round: 1, ...compared('quotes', 3) },
  ];
  const request = { ...begin.request, options: { ...begin.request.options, onConflict: 'keep' as const } };
  const rows = rowsOf(events, { ...begin, request });
  expect(undoText(runOf(rows), rows)).toContain('  quotes: 4 items put, 1 deleted\n');
});

describe('a cancel', () => {
  test('is honest about what AWS goes on with, and about what is put back', () => {
    expect(answer(runAfter(...untilActive))).toBe(
      'restore-1 stops at its next safe point. AWS goes on building restore tables it has begun. Watch it with: pitr-restore status\n',
    );
    expect(answer(runAfter(...untilActive, { type: 'swap-started', label: 'quotes', put: 1, delete: 0 }))).toContain(
      'What it wrote is put back.',
    );
    expect(answer(runAfter(...untilActive, { type: 'phase-started', phase: 'CLEANUP' }))).toContain(
      'It is nearly over: should it end before it stops, put back what it wrote with: pitr-restore undo restore-1.',
    );
    expect(answer(runAfter({ type: 'withdrawn', by: { kind: 'system' } }))).toBe(
      'restore-1 is WITHDRAWN. Nothing was begun.\n',
    );
  });
});

describe('the cleanup', () => {
  const ended = { code: 'TIMEOUT', message: 'too slow', hint: '', phase: 'AWAIT_ACTIVE', durationMs: 1 } as const;
  const failed = runAfter(...untilActive, { type: 'failed', ...ended, restoreTablesKept: [] });

  test('finds in the record what ended runs left, and nothing of runs that go on or ended too lately', () => {
    const left = [{ runId: 'restore-1', restoreTables: failed.tables.map((one) => one.restoreTable), fences: [] }];
    expect(leftoversIn([failed], requestedAt)).toEqual(left);
    expect(leftoversIn([failed], requestedAt - 1)).toEqual([]);
    expect(leftoversIn([runAfter(...untilActive), runAfter(...untilTheEnd)], requestedAt)).toEqual([]);
    const drill: Run = { ...failed, request: { ...failed.request, drill: true } };
    expect(leftoversIn([drill], requestedAt - 1)).toEqual(left);
  });

  test('says what would be deleted, and that nothing was', () => {
    const leftovers = [{ runId: 'restore-1', restoreTables: ['quotes-restore-x'], fences: ['quotes'] }];
    expect(leftoversText(leftovers).split('\n')).toEqual([
      'Would be deleted, if AWS still has it. Nothing was changed.',
      '  quotes-restore-x (of restore-1)',
      '  the fence on quotes (of restore-1)',
      '',
    ]);
    expect(leftoversText([])).toBe('Nothing is left over of restores that have ended.\n');
  });

  test('says what became of each, and why when it is still there', () => {
    const about = { runId: 'restore-1', environment: 'dev', label: 'quotes' };
    const text = cleanupText({
      tables: [
        { ...about, restoreTable: 'quotes-restore-x', outcome: 'deleted', reason: '' },
        { ...about, restoreTable: 'quotes-restore-y', outcome: 'not-ours', reason: 'Look at it.' },
      ],
      fences: [{ ...about, outcome: 'failed', reason: 'AWS said no.' }],
    });
    expect(text.split('\n')).toEqual([
      'LEFT OVER         BY         OUTCOME         WHY',
      'quotes-restore-x  restore-1  deleted',
      'quotes-restore-y  restore-1  left: not ours  Look at it.',
      'fence on quotes   restore-1  FAILED          AWS said no.',
      '',
    ]);
    expect(cleanupText({ tables: [], fences: [] })).toBe('Nothing is left over of restores that have ended.\n');
  });
});

describe('the audit', () => {
  const end = { seq: 7, hash: 'ab'.repeat(32) };

  test('of a whole trail says how far it reaches, and what to note elsewhere', () => {
    const text = auditText({ rows: 7, end, findings: [], intact: true });
    expect(text).toMatch(
      /^The audit trail is whole: 7 rows, each as it was written\.\nIt ends with row 7, hash (ab){32}\.\n/,
    );
  });

  test('of an empty trail says no more than that', () => {
    expect(auditText({ rows: 0, end: { seq: 0, hash: '' }, findings: [], intact: true })).toBe(
      'The audit trail is whole: 0 rows, each as it was written.\n',
    );
  });

  test('names every row that is wrong', () => {
    const findings = [{ kind: 'missing', seq: 3, message: 'Row 3 is missing.' }] as const;
    expect(auditText({ rows: 6, end, findings, intact: false }).split('\n').slice(0, 2)).toEqual([
      'The audit trail is not what was written. Of 6 rows:',
      '✗ Row 3 is missing.',
    ]);
  });
});

test('a dry run marks every check and says what to do about those that failed', () => {
  const checks = [
    { check: 'exists', label: 'quotes', status: 'passed', message: 'It exists.', hint: '' },
    { check: 'stream', label: 'quotes', status: 'warning', message: 'It has a stream.', hint: 'Tell its readers.' },
    { check: 'pitr', label: 'quotes', status: 'failed', message: 'PITR is off.', hint: 'Switch it on.' },
  ] as const;
  const lines = dryRunText({ request, checks, passed: false }, now).split('\n');
  expect(lines.slice(2)).toEqual([
    '✓ quotes: It exists.',
    '! quotes: It has a stream.',
    '    Tell its readers.',
    '✗ quotes: PITR is off.',
    '    Switch it on.',
    '1 check failed. Nothing was changed.',
    '',
  ]);
});

describe('the restore points', () => {
  const window = { earliest: Date.parse('2025-11-14T10:30:00Z'), latest: Date.parse('2025-12-19T10:25:00Z') };
  const description = {
    table: 'quote-lambda-tf-quotes',
    arn: 'arn',
    status: 'ACTIVE',
    keySchema: { partition: 'id' },
    keyTypes: { partition: 'S' },
    approximateItems: 0,
    approximateBytes: 0,
    onDemand: true,
    streamEnabled: false,
    replicaRegions: [],
  } as const;
  const outlook = {
    environment: 'prod',
    tables: [
      { label: 'quotes', table: 'quote-lambda-tf-quotes', description, window: { enabled: true, ...window } },
      { label: 'likes', table: 'quote-lambda-tf-user-likes', description, window: { enabled: false } },
    ],
    window,
    approximateItems: 0,
    approximateBytes: 0,
    expected: whatToExpect({ region: 'eu-central-1' }, [description], []),
    warnings: [],
  } as const;

  test('are shown for each table and for all, in the zone and in UTC, with how to use them', () => {
    const text = outlookText(outlook, Date.parse('2025-12-19T10:30:00Z'), 'Europe/Berlin');
    expect(text).toMatch(
      /quotes +quote-lambda-tf-quotes +ENABLED +2025-11-14 11:30:00 CET \(2025-11-14T10:30:00Z\) +2025-12-19 11:25:00 CET \(2025-12-19T10:25:00Z\)\n/,
    );
    expect(text).toMatch(/likes +quote-lambda-tf-user-likes +DISABLED +- +-\n/);
    expect(text).toContain('--environment prod --restore-point 2025-12-19T10:25:00Z --dry-run');
  });

  test('no common moment is said instead of a window that ends before it begins', () => {
    const text = outlookText({ ...outlook, window: { earliest: 2_000, latest: 1_000 } }, 3_000, 'UTC');
    expect(text).toContain('There is no moment to which all of them can be restored.');
  });
});

describe('leaving in the middle', () => {
  test('says what the live tables and the restore tables are', () => {
    const text = leftBehind(runAfter(...untilActive)).join('\n');
    expect(text).toContain('Left restore-1 in the middle, in phase VERIFY_COUNTS.');
    expect(text).toContain('The live tables were not touched.');
    expect(text).toContain(`Restore tables that may exist in AWS: ${restoreTable('quotes')}, `);
    expect(text).toContain('Go on: pitr-restore resume restore-1. Give up: pitr-restore cancel restore-1');
  });

  test('after the end there is nothing left behind', () => {
    expect(leftBehind(runAfter(...untilTheEnd))).toEqual(['Left. No restore was running.']);
  });
});

describe('a command line becomes a wish', () => {
  const environment: Environment = {
    name: 'dev',
    region: 'eu-central-1',
    tables: request.tables,
    admins: [],
    approvers: [],
    approvals: 0,
    channels: [],
    planConfirmation: 'always',
    reasonRequired: false,
    timeoutMinutes: 30,
    onConflict: 'keep',
    fence: 'writes',
  };
  const command: RestoreCommand = {
    name: 'restore',
    environment: 'dev',
    restorePoint: '9am',
    tables: ['user-likes'],
    reason: '',
    acceptCountMismatch: false,
    rollback: true,
    dryRun: false,
    verbose: false,
    json: false,
  };
  const here = {
    now: Date.parse('2025-12-19T10:30:00Z'),
    timeZone: { zone: 'Europe/Berlin' },
    person: { kind: 'system' },
  } as const;

  test('words are read in this machine’s zone, or in --timezone', () => {
    expect(wishFrom(command, environment, here).restorePoint).toBe(Date.parse('2025-12-19T08:00:00Z'));
    expect(wishFrom({ ...command, timeZone: 'UTC' }, environment, here)).toMatchObject({
      restorePoint: Date.parse('2025-12-19T09:00:00Z'),
      timeZone: 'UTC',
      words: '9am',
    });
  });

  test('the environment decides about confirmation, time, conflicts and the fence, unless a flag does', () => {
    const flags = { onConflict: 'overwrite', fence: 'off' } as const;
    expect(wishFrom(command, environment, here).options).toMatchObject({
      planConfirmation: 'always',
      timeoutMinutes: 30,
      onConflict: 'keep',
      fence: 'writes',
    });
    expect(
      wishFrom(
        { ...command, acceptCountMismatch: true, timeoutMinutes: 45, rollback: false, ...flags },
        environment,
        here,
      ).options,
    ).toEqual({ planConfirmation: 'never', timeoutMinutes: 45, rollback: false, dryRun: false, ...flags });
  });

  test('only the tables that are named', () => {
    expect(wishFrom(command, environment, here).tables.map((ref) => ref.label)).toEqual(['user-likes']);
  });

  test('a time that cannot be read is refused with what to type', () => {
    expect(() => wishFrom({ ...command, restorePoint: 'tomorrow 9am' }, environment, here)).toThrow(
      expect.objectContaining({ code: 'RESTORE_POINT', hint: expect.stringContaining('Type') }),
    );
  });
});

function runAfter(...events: readonly RunEvent[]): Run {
  return runOf(rowsOf(events));
}

function runOf(rows: readonly StoredEvent[]): Run {
  const run = foldRun(rows);
  if (run === undefined) throw new Error('no run');
  return run;
}

function rowsOf(events: readonly RunEvent[], first: RunEvent = begin): readonly StoredEvent[] {
  return [first, ...events].map((event, index) => ({
    seq: index + 1,
    runId: 'restore-1',
    at: requestedAt,
    event,
    hash: '',
  }));
}
