import { describe, expect, test } from 'vitest';
import type { RestoreCommand } from '../../src/cli/arguments.ts';
import { dryRunText } from '../../src/cli/dry-run.ts';
import { historyText } from '../../src/cli/history.ts';
import { leftBehind } from '../../src/cli/interrupts.ts';
import { outlookText } from '../../src/cli/list-restore-points.ts';
import { statusText } from '../../src/cli/status.ts';
import { wishFrom } from '../../src/cli/wish.ts';
import type { Environment } from '../../src/restore/environment.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import { foldRun, type Run } from '../../src/restore/run.ts';
import { begin, compared, request, requestedAt, restoreTable, untilActive, untilTheEnd } from '../reporters/story.ts';
import { requested } from '../support/requests.ts';

const now = requestedAt + 65_000;

describe('status', () => {
  test('says so when nothing runs', () => {
    expect(statusText([], now)).toBe('No restore is running.\n');
  });

  test('says who runs what since when, the phase and each table', () => {
    const text = statusText([runAfter(...untilActive, { type: 'table-compared', ...compared('quotes', 4) })], now);
    expect(text).toContain('restore-1 is running: dev back to 2025-12-19T09:00:00Z\n');
    expect(text).toContain('asked for by ana@bastion, process 12 on bastion\n');
    expect(text).toContain('(1m05s), phase VERIFY_COUNTS\n');
    expect(text).toContain('  quotes: compared: 4 items to put, 0 to delete\n');
    expect(text).toContain(`  user-likes-dev: ${restoreTable('user-likes')} is ACTIVE\n`);
  });

  test('names a request that waits', () => {
    const waiting = foldRun([{ seq: 1, runId: 'restore-2', at: requestedAt, event: requested(), hash: '' }]);
    expect(statusText(waiting === undefined ? [] : [waiting], now)).toBe(
      'No restore is running.\nrestore-2 waits for an approval: prod back to 2026-11-21T08:00:00Z for slack:T0SANDBOX/U0ALICE\n',
    );
  });
});

test('history is a table with a line for each run', () => {
  expect(historyText([])).toBe('No restore was asked for yet.\n');
  expect(historyText([runAfter(...untilTheEnd)]).split('\n')).toEqual([
    'ID         ENVIRONMENT  RESTORE POINT         STATE      TOOK   ASKED FOR BY  WHY',
    'restore-1  dev          2025-12-19T09:00:00Z  COMPLETED  3m45s  ana@bastion',
    '',
  ]);
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
    timeZone: 'Europe/Berlin',
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

  test('the environment decides about confirmation and time, unless a flag does', () => {
    expect(wishFrom(command, environment, here).options).toMatchObject({
      planConfirmation: 'always',
      timeoutMinutes: 30,
    });
    expect(
      wishFrom({ ...command, acceptCountMismatch: true, timeoutMinutes: 45, rollback: false }, environment, here)
        .options,
    ).toEqual({ planConfirmation: 'never', timeoutMinutes: 45, rollback: false, dryRun: false });
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
  const rows = [begin, ...events].map((event, index) => ({
    seq: index + 1,
    runId: 'restore-1',
    at: requestedAt,
    event,
    hash: '',
  }));
  const run = foldRun(rows);
  if (run === undefined) throw new Error('no run');
  return run;
}
