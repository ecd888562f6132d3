import { describe, expect, test } from 'vitest';
import type { RestoreCommand } from '../../src/cli/arguments.ts';
import { timeZoneHere } from '../../src/cli/this-shell.ts';
import { wishFrom } from '../../src/cli/wish.ts';
import type { Environment } from '../../src/restore/environment.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run } from './program.ts';

describe('TZ', () => {
  test.for([
    ['Europe/Berlin', 'Europe/Berlin'],
    [':Europe/Berlin', 'Europe/Berlin'],
    ['/usr/share/zoneinfo/Europe/Berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
  ] as const)('%s is the zone %s', ([tz, zone]) => {
    expect(timeZoneHere(tz)).toEqual({ zone });
  });

  test.for(['Europe/Berln', 'CET-1CEST', 'UTC0', ' '])('%s is no zone, and is not taken for UTC', (tz) => {
    expect(timeZoneHere(tz)).toEqual({ unknown: tz });
  });

  test('an empty one leaves it to the machine', () => {
    expect(timeZoneHere('')).toEqual({ zone: expect.stringMatching(/^\w/) });
  });
});

describe('with a TZ that is no zone', () => {
  const wish = (restorePoint: string, timeZone?: string) =>
    wishFrom({ ...command, restorePoint, ...(timeZone === undefined ? {} : { timeZone }) }, environment, {
      now: Date.parse('2025-12-19T10:30:00Z'),
      timeZone: { unknown: 'Europe/Berln' },
      person: { kind: 'system' },
    });

  test.for(['yesterday 9am', '9am', '2025-12-18T09:00:00', '09:00'])('"%s" is refused', (words) => {
    expect(() => wish(words)).toThrow(
      expect.objectContaining({
        code: 'RESTORE_POINT',
        message: `TZ is "Europe/Berln", which is no time zone, so "${words}" could be any of many moments.`,
        hint: 'Name the zone with --timezone Europe/Berlin, or correct TZ.',
      }),
    );
  });

  test.for([
    ['2 hours ago', '2025-12-19T08:30:00Z'],
    ['2025-12-18T09:00:00Z', '2025-12-18T09:00:00Z'],
    ['2025-12-18T09:00:00+05:30', '2025-12-18T03:30:00Z'],
  ] as const)('"%s" needs none', ([words, at]) => {
    expect(wish(words).restorePoint).toBe(Date.parse(at));
  });

  test('the latest moment needs none, and --timezone is one', () => {
    expect(wish('latest').restorePoint).toBe('latest');
    expect(wish('9am', 'Europe/Berlin')).toMatchObject({
      restorePoint: Date.parse('2025-12-19T08:00:00Z'),
      timeZone: 'Europe/Berlin',
    });
  });

  test('words that are wrong in any zone are refused for what they are', () => {
    expect(() => wish('when it worked')).toThrow(expect.objectContaining({ hint: expect.stringContaining('Type') }));
  });
});

test('the program refuses, and nothing is asked of AWS', async () => {
  const args = ['--environment', 'dev', '--restore-point', 'yesterday 9am'];
  expect(await run(args, temporaryFolder(), { TZ: 'Europe/Berln' })).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^TZ is "Europe\/Berln", .*\nName the zone with --timezone Europe\/Berlin, or correct TZ\.\n$/,
    ),
  });
});

const environment: Environment = {
  name: 'dev',
  region: 'eu-central-1',
  tables: [{ label: 'quotes', table: 'quotes' }],
  admins: [],
  approvers: [],
  approvals: 0,
  channels: [],
  planConfirmation: 'always',
  reasonRequired: false,
  timeoutMinutes: 30,
  onConflict: 'keep',
  fence: 'off',
};

const command: RestoreCommand = {
  name: 'restore',
  environment: 'dev',
  restorePoint: '9am',
  tables: [],
  reason: '',
  acceptCountMismatch: false,
  rollback: true,
  dryRun: false,
  verbose: false,
  json: false,
};
