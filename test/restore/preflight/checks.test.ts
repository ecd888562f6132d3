import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/restore/errors.ts';
import type { Aws, RecoveryWindow, TableDescription, TableStatus } from '../../../src/restore/ports.ts';
import { checks, runChecks } from '../../../src/restore/preflight/checks.ts';
import { aRequest } from '../../support/requests.ts';

const now = Date.parse('2026-11-22T10:00:00Z');
const request = aRequest({
  tables: [
    { label: 'quotes', table: 'shop-quotes' },
    { label: 'likes', table: 'shop-likes' },
  ],
  restorePoint: Date.parse('2026-11-22T09:00:00Z'),
  timeZone: 'UTC',
});
const restoreTable = 'shop-quotes-restore-20261122T100000Z';

const table = (name: string, more: Partial<TableDescription> = {}): TableDescription => ({
  table: name,
  arn: `arn:aws:dynamodb:eu-central-1:123456789012:table/${name}`,
  status: 'ACTIVE',
  keySchema: { partition: 'id' },
  keyTypes: { partition: 'S' },
  approximateItems: 1,
  approximateBytes: 1,
  onDemand: true,
  streamEnabled: false,
  replicaRegions: [],
  ...more,
});

type World = {
  readonly tables?: Readonly<Record<string, TableDescription>>;
  readonly window?: RecoveryWindow;
  readonly timeToLive?: string;
  readonly denied?: readonly ('describe' | 'recoveryWindow' | 'scan' | 'policy')[];
};

const healthy = { 'shop-quotes': table('shop-quotes'), 'shop-likes': table('shop-likes') };
const window = {
  enabled: true,
  earliest: Date.parse('2026-10-18T10:00:00Z'),
  latest: Date.parse('2026-11-22T09:55:00Z'),
} as const;

/** AWS as the core sees it. Only what reads is there: a check that changes something fails. */
function awsWith({
  tables = healthy,
  window: recovery = window,
  timeToLive,
  denied = [],
}: World): Aws & { asked: string[] } {
  const asked: string[] = [];
  const ask = (what: 'describe' | 'recoveryWindow' | 'scan' | 'policy', name: string) => {
    asked.push(`${what} ${name}`);
    if (denied.includes(what)) throw new UserError('ACCESS_DENIED', `AWS denied ${what} on ${name}.`, 'Allow it.');
  };
  const never = async () => {
    throw new Error('a check has tried to change something');
  };
  return {
    asked,
    tables: {
      async describe(name) {
        ask('describe', name);
        return tables[name];
      },
      async recoveryWindow(name) {
        ask('recoveryWindow', name);
        return recovery;
      },
      timeToLive: async () => timeToLive,
      restore: never,
      delete: never,
    },
    items: {
      async *scan({ table: name }) {
        ask('scan', name);
        yield { items: [] };
        throw new Error('a check has read more than it needs');
      },
      writeGuarded: never,
      read: never,
      write: never,
    },
    fence: {
      exempt: '*:us@*',
      async policy(arn) {
        ask('policy', arn);
        return undefined;
      },
      putPolicy: never,
      deletePolicy: never,
      probe: never,
    },
  };
}

async function notPassed(world: World, changes: Partial<Parameters<typeof runChecks>[0]> = {}) {
  const results = await runChecks({ request, requestedAt: now, now, aws: awsWith(world), ...changes });
  return results.filter(({ status, label }) => status !== 'passed' && label === 'quotes');
}

describe('the preflight checks', () => {
  test('pass for healthy tables: each check once per table, in the order of the request', async () => {
    const aws = awsWith({});
    const results = await runChecks({ request, requestedAt: now, now, aws });
    const names = checks.filter(({ isFor }) => isFor?.(request) ?? true).map(({ name }) => name);
    expect(results.map(({ label, check, status }) => [label, check, status])).toEqual([
      ...names.map((name) => ['quotes', name, 'passed']),
      ...names.map((name) => ['likes', name, 'passed']),
    ]);
    expect(results.every(({ hint }) => hint === '')).toBe(true);
    expect(new Set(aws.asked).size).toBe(aws.asked.length);
  });

  test('look at the resource policies only where a fence is asked for', async () => {
    const fenced = { ...request, options: { ...request.options, fence: 'writes' } } as const;
    const results = await runChecks({ request: fenced, requestedAt: now, now, aws: awsWith({}) });
    expect(results.filter(({ check }) => check === 'fence-possible')).toMatchObject([
      { label: 'quotes', status: 'passed' },
      { label: 'likes', status: 'passed' },
    ]);
    expect(await notPassed({ denied: ['policy'] }, { request: fenced })).toMatchObject([{ check: 'fence-possible' }]);
  });

  test('a check waits only for checks that exist and come before it', () => {
    for (const [index, { after }] of checks.entries()) {
      const before = checks.slice(0, index).map(({ name }) => name);
      expect(before).toEqual(expect.arrayContaining([...after]));
    }
  });

  test('a missing table is said once, and nothing else about it', async () => {
    expect(await notPassed({ tables: { 'shop-likes': healthy['shop-likes'] } })).toEqual([
      {
        check: 'table-exists',
        label: 'quotes',
        status: 'failed',
        message: 'There is no table shop-quotes in eu-central-1.',
        hint: 'Check the table name, the region and the account in the configuration.',
      },
    ]);
  });

  test.for<[TableStatus, string]>([
    ['UPDATING', 'warning'],
    ['CREATING', 'failed'],
    ['DELETING', 'failed'],
    ['ARCHIVED', 'failed'],
    ['ARCHIVING', 'failed'],
    ['INACCESSIBLE_ENCRYPTION_CREDENTIALS', 'failed'],
    ['REPLICATION_NOT_AUTHORIZED', 'failed'],
  ])('a table that is %s is a check with the outcome %s', async ([status, outcome]) => {
    const tables = { ...healthy, 'shop-quotes': table('shop-quotes', { status }) };
    const [result, ...others] = await notPassed({ tables });
    expect(result).toMatchObject({ check: 'table-active', status: outcome, message: expect.stringContaining(status) });
    expect(result?.hint).not.toBe('');
    expect(others).toEqual([]);
  });

  test('point-in-time recovery that is off is said once, with the command that turns it on', async () => {
    expect(await notPassed({ window: { enabled: false } })).toEqual([
      {
        check: 'point-in-time-recovery',
        label: 'quotes',
        status: 'failed',
        message: 'Point-in-time recovery is off for shop-quotes.',
        hint: expect.stringContaining('update-continuous-backups --table-name shop-quotes'),
      },
    ]);
  });

  test.for([
    ['the first second', window.earliest, 0],
    ['the second before it', window.earliest - 1000, 1],
    ['the last second', window.latest, 0],
    ['the second after it', window.latest + 1000, 1],
  ] as const)('%s of the window: both ends are inside', async ([, restorePoint, failures]) => {
    const results = await notPassed({}, { request: { ...request, restorePoint } });
    expect(results.map(({ check }) => check)).toEqual(Array.from({ length: failures }, () => 'restore-point'));
    for (const { message } of results) {
      expect(message).toContain('2026-10-18 10:00:00');
      expect(message).toContain('2026-11-22 09:55:00');
    }
  });

  test('a table that has the restore table’s name already fails, unless it is the run’s own', async () => {
    const tables = { ...healthy, [restoreTable]: table(restoreTable) };
    expect(await notPassed({ tables })).toMatchObject([
      { check: 'restore-table-name', status: 'failed', message: expect.stringContaining(restoreTable) },
    ]);
    expect(await notPassed({ tables }, { ownRestoreTables: [restoreTable] })).toEqual([]);
  });

  test('streams, replicas and time to live warn, and do not stop a restore', async () => {
    const busy = { streamEnabled: true, replicaRegions: ['us-east-1', 'ap-south-1'] };
    const results = await notPassed({
      tables: { ...healthy, 'shop-quotes': table('shop-quotes', busy) },
      timeToLive: 'expires',
    });
    expect(results.map(({ check, status }) => [check, status])).toEqual([
      ['stream', 'warning'],
      ['replicas', 'warning'],
      ['time-to-live', 'warning'],
    ]);
    expect(results[1]?.message).toContain('us-east-1, ap-south-1');
    expect(results[2]?.hint).toContain('"expires"');
  });

  test.for([
    ['describe', 'table-exists'],
    ['recoveryWindow', 'point-in-time-recovery'],
    ['scan', 'table-readable'],
  ] as const)('a denied %s is one failed check with AWS’s reason, not an error', async ([denied, check]) => {
    const results = await notPassed({ denied: [denied] });
    expect(results).toEqual([
      { check, label: 'quotes', status: 'failed', message: `AWS denied ${denied} on shop-quotes.`, hint: 'Allow it.' },
    ]);
  });

  test('an aborted preflight ends with the reason of the signal', async () => {
    const reason = new UserError('CANCELLED', 'Cancelled.', '');
    const aws = awsWith({});
    const describeAborted = async () => Promise.reject(new DOMException('aborted', 'AbortError'));
    const aborted = { ...aws, tables: { ...aws.tables, describe: describeAborted } };
    const running = runChecks({ request, requestedAt: now, now, aws: aborted, signal: AbortSignal.abort(reason) });
    await expect(running).rejects.toBe(reason);
  });
});
