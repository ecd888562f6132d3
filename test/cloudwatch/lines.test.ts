import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { gaugeLines } from '../../src/cloudwatch/gauges.ts';
import { metrics, namespace } from '../../src/cloudwatch/metrics.ts';
import { makeLineWriter } from '../../src/cloudwatch/write-line.ts';
import { drillRecords } from '../../src/restore/drills.ts';
import type { RunEvent, StoredEvent } from '../../src/restore/events.ts';
import type { Run } from '../../src/restore/run.ts';
import { apply, foldRun } from '../../src/restore/run.ts';
import { anEnvironment, aRequest, bob, requested } from '../support/requests.ts';
import { emfSchema } from './emf-schema.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');
const isEmf = new Ajv({ strict: true }).compile(emfSchema);

const compared = { label: 'quotes', liveItems: 822, restoredItems: 1234, put: 412, delete: 3, unchanged: 819 };
const digests = { liveDigest: 'a'.repeat(32), restoredDigest: 'b'.repeat(32) };
const failure = { code: 'SWAP', message: 'Failed to swap data for quotes', hint: 'Look.', phase: 'SWAP_DATA' } as const;

/** A run through all its phases, told in lines. */
function told(...events: readonly RunEvent[]): readonly Record<string, unknown>[] {
  return toldOf(requested({ approvalsNeeded: 0 }), ...events);
}

function toldOf(...events: readonly RunEvent[]): readonly Record<string, unknown>[] {
  const lineOf = makeLineWriter();
  let run: Run | undefined;
  return events.map((event, index) => {
    const row: StoredEvent = { seq: index + 1, runId: 'restore-1', at: noon + index * 1000, event, hash: 'c0ffee' };
    run = run === undefined ? foldRun([row]) : apply(run, row);
    if (run === undefined) throw new Error('The first event must be a request');
    return JSON.parse(lineOf(row, run).message);
  });
}

// Timestamp (ISO 8601), restore ID, restore point in time, status (started, completed, failed), duration, item counts,
// error messages (if failed), administrator username.
describe("the fields of the requirement's audit trail", () => {
  test('a start has time, restore id, restore point, status and administrator', () => {
    const [, line] = told({ type: 'started' });
    expect(line).toMatchObject({
      level: 'info',
      time: '2026-11-22T12:00:01.000Z',
      restore_id: 'restore-1',
      restore_point_in_time: '2026-11-21T08:00:00Z',
      status: 'started',
      environment: 'prod',
      administrator: 'slack:T0SANDBOX/U0ALICE',
      kind: 'restore',
    });
  });

  test('a completion has its duration and the item counts before and after', () => {
    const line = told(
      { type: 'started' },
      { type: 'table-compared', ...compared, ...digests, consumed: { readUnits: 100.5, writeUnits: 0 } },
      {
        type: 'swap-finished',
        label: 'quotes',
        put: 412,
        delete: 3,
        overwritten: 0,
        kept: 0,
        consumed: { readUnits: 0, writeUnits: 415 },
      },
      { type: 'completed', durationMs: 225_400 },
    ).at(-1);
    expect(line).toMatchObject({
      status: 'completed',
      duration_seconds: 225.4,
      original_count: 822,
      restored_count: 1234,
      put: 412,
      delete: 3,
      unchanged: 819,
      read_units: 100.5,
      write_units: 415,
    });
  });

  test('a failure has the error, what to do, and what was kept', () => {
    const line = told(
      { type: 'started' },
      { type: 'failed', durationMs: 1000, ...failure, restoreTablesKept: ['quotes-restore-1'] },
    ).at(-1);
    expect(line).toMatchObject({
      level: 'error',
      status: 'failed',
      error_code: 'SWAP',
      error_message: 'Failed to swap data for quotes',
      error_hint: 'Look.',
      restore_tables_kept: ['quotes-restore-1'],
      msg: expect.stringContaining('Failed to swap data for quotes'),
    });
  });

  test('each phase has the time of its end and its duration', () => {
    const line = told(
      { type: 'phase-started', phase: 'SWAP_DATA' },
      { type: 'phase-finished', phase: 'SWAP_DATA', durationMs: 1500 },
    ).at(-1);
    expect(line).toMatchObject({ time: '2026-11-22T12:00:02.000Z', phase: 'SWAP_DATA', duration_seconds: 1.5 });
  });

  test('a decision has who decided', () => {
    const [, line] = toldOf(requested(), { type: 'approved', by: bob, digest: 'd' });
    expect(line).toMatchObject({ event: 'approved', by: 'slack:T0SANDBOX/U0BOB', status: 'approved' });
  });

  test('no line loses a field on its way through the list of what may be logged', () => {
    for (const line of everything()) expect(line).not.toHaveProperty('left_out');
  });

  test("a table's policy goes nowhere", () => {
    const policyBefore = '{"Statement":"MARK"}';
    const line = told({
      type: 'fence-raising',
      label: 'quotes',
      arn: 'arn',
      sid: 's',
      policyBefore,
      startsAt: noon,
      endsAt: noon,
    }).at(-1);
    expect(JSON.stringify(line)).not.toContain('MARK');
    expect(line).toMatchObject({ event: 'fence-raising', table: 'quote-lambda-tf-quotes' });
  });
});

describe('metrics', () => {
  test('every line that has metrics is in the embedded metric format, with its targets in the line', () => {
    const lines = [...everything(), ...gauges()].filter((line) => '_aws' in line);
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      expect([line, isEmf(line), isEmf.errors]).toEqual([line, true, null]);
      for (const { Namespace, Dimensions, Metrics } of directives(line)) {
        expect(Namespace).toBe(namespace);
        for (const name of Dimensions.flat())
          expect(line[name]).toEqual(expect.stringMatching(/^[\x20-\x7e]{1,1024}$/));
        for (const { Name } of Metrics) expect(line[Name]).toEqual(expect.any(Number));
      }
    }
  });

  test('the schema would notice', () => {
    for (const wrong of [
      {},
      { _aws: { Timestamp: 1 } },
      { _aws: { Timestamp: '1', CloudWatchMetrics: [] } },
      {
        _aws: {
          Timestamp: 1,
          CloudWatchMetrics: [{ Namespace: 'a', Dimensions: [['b']], Metrics: [{ Name: 'c', Unit: 'Minutes' }] }],
        },
      },
    ]) {
      expect(isEmf(wrong)).toBe(false);
    }
  });

  test('every metric there is, is sent by something, with its own unit and dimensions', () => {
    const sent = new Set<string>();
    for (const line of [...everything(), ...gauges()]) {
      for (const { Dimensions, Metrics } of directives(line)) {
        for (const { Name, Unit } of Metrics) {
          sent.add(Name);
          expect({ unit: Unit, dimensions: Dimensions }).toEqual(metrics[Name as keyof typeof metrics]);
        }
      }
    }
    expect(sent).toEqual(new Set(Object.keys(metrics)));
  });

  test('of the ends of a run exactly one is 1', () => {
    const end = (event: RunEvent) => told({ type: 'started' }, event).at(-1);
    const ends = { durationMs: 1, ...failure, restoreTablesKept: [] };
    expect(end({ type: 'completed', durationMs: 1 })).toMatchObject({
      Completed: 1,
      Failures: 0,
      Rollbacks: 0,
      NeedsAttention: 0,
      Cancellations: 0,
    });
    expect(end({ type: 'failed', ...ends })).toMatchObject({
      Completed: 0,
      Failures: 1,
      Rollbacks: 0,
      NeedsAttention: 0,
    });
    expect(end({ type: 'rolled-back', ...ends })).toMatchObject({
      Completed: 0,
      Failures: 1,
      Rollbacks: 1,
      NeedsAttention: 0,
    });
    expect(end({ type: 'needs-attention', ...ends })).toMatchObject({
      Completed: 0,
      Failures: 1,
      Rollbacks: 0,
      NeedsAttention: 1,
    });
    expect(end({ type: 'cancelled', ...ends })).toMatchObject({ Completed: 0, Failures: 0, Cancellations: 1 });
  });

  test('items written again after a round of the verification are counted', () => {
    const verified = {
      type: 'table-verified',
      ...compared,
      ...digests,
      put: 2,
      delete: 1,
      consumed: { readUnits: 10, writeUnits: 3 },
    } as const;
    const line = told(
      { type: 'swap-finished', label: 'quotes', put: 412, delete: 3, overwritten: 0, kept: 0 },
      { ...verified, round: 1 },
      { ...verified, round: 2, put: 0, delete: 0 },
      { type: 'completed', durationMs: 1 },
    ).at(-1);
    expect(line).toMatchObject({ ItemsPut: 414, ItemsDeleted: 4, ReadUnits: 20, WriteUnits: 6 });
  });

  test('drills and undos are told apart', () => {
    const of = (changes: Parameters<typeof aRequest>[0]) =>
      toldOf(requested({ request: aRequest(changes) }), { type: 'completed', durationMs: 1 }).at(-1);
    expect(of({ drill: true })).toMatchObject({ kind: 'drill', Kind: 'drill' });
    expect(of({ undoOf: 'restore-0' })).toMatchObject({ kind: 'undo', Kind: 'undo' });
  });

  test('approvals that wait, and drills that are due, are measured for each environment', () => {
    const [prod, dev] = gauges();
    expect(prod).toMatchObject({
      Environment: 'prod',
      ApprovalsPending: 2,
      ApprovalPendingAge: 600,
      DrillAge: 40,
      DrillOverdue: 1,
    });
    expect(dev).toMatchObject({ Environment: 'dev', ApprovalsPending: 0, ApprovalPendingAge: 0, DrillOverdue: 1 });
    expect(dev).not.toHaveProperty('DrillAge');
  });
});

type Directive = {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
};

function directives(line: Record<string, unknown>): readonly Directive[] {
  const { CloudWatchMetrics = [] } = (line['_aws'] ?? {}) as { CloudWatchMetrics?: Directive[] };
  return CloudWatchMetrics;
}

function gauges(): readonly Record<string, unknown>[] {
  const day = 24 * 3_600_000;
  const environments = (['prod', 'dev'] as const).map((name) => ({
    ...anEnvironment(),
    name,
    drillEveryDays: 30,
  }));
  const waiting = [noon - 600_000, noon - 60_000].map((at) => runOf(at, requested()));
  const drill = runOf(noon - 41 * day, requested({ request: aRequest({ drill: true }), approvalsNeeded: 0 }), {
    type: 'completed',
    durationMs: 1,
  });
  const ended = { ...drill, endedAt: noon - 40 * day };
  return gaugeLines(
    waiting,
    drillRecords(environments, (name) => (name === 'prod' ? [ended] : []), noon),
    noon,
  ).map((line) => JSON.parse(line));
}

function runOf(at: number, ...events: readonly RunEvent[]): Run {
  const rows = events.map((event, index) => ({ seq: index + 1, runId: 'restore-1', at, event, hash: '' }));
  const run = foldRun(rows);
  if (run === undefined) throw new Error('The first event must be a request');
  return run;
}

/** Every sort of event, by the list of them in the source: a new one has to be told here too. */
function everything(): readonly Record<string, unknown>[] {
  const holder = { runId: 'restore-1', host: 'here', pid: 1, takenAt: noon, expiresAt: noon, fencing: 1 };
  const fence = { label: 'quotes', arn: 'arn', sid: 's', startsAt: noon, endsAt: noon };
  const all = { ...compared, ...digests, consumed: { readUnits: 1, writeUnits: 1 } };
  const ends = { durationMs: 1, ...failure, restoreTablesKept: ['quotes-restore-1'] };
  const table = { label: 'quotes', restoreTable: 'quotes-restore-1' };
  const events: readonly RunEvent[] = [
    { type: 'approved', by: bob, digest: 'd' },
    { type: 'denied', by: bob, reason: 'no' },
    { type: 'withdrawn', by: bob },
    { type: 'expired', why: 'no-decision' },
    { type: 'started' },
    { type: 'paused' },
    { type: 'resumed', holder },
    { type: 'lock-taken', holder },
    { type: 'lock-released' },
    { type: 'phase-started', phase: 'SWAP_DATA' },
    { type: 'phase-finished', phase: 'SWAP_DATA', durationMs: 1 },
    { type: 'preflight-warning', message: 'careful' },
    { type: 'preflight-passed', checks: 27 },
    { type: 'table-restoring', ...table, arn: 'arn' },
    { type: 'table-restore-accepted', label: 'quotes' },
    { type: 'table-restore-refused', label: 'quotes', code: 'AWS', message: 'no' },
    { type: 'table-active', label: 'quotes', durationMs: 1 },
    { type: 'table-compared', ...all },
    { type: 'plan-shown' },
    { type: 'plan-confirmed', by: bob },
    { type: 'plan-refused', by: bob },
    { type: 'swap-started', label: 'quotes', put: 1, delete: 1 },
    { type: 'swap-finished', label: 'quotes', put: 1, delete: 1, overwritten: 0, kept: 0 },
    { type: 'table-verified', round: 1, ...all },
    { type: 'table-deleting', ...table },
    { type: 'table-deleted', ...table },
    { type: 'table-delete-failed', ...table, reason: 'no' },
    { type: 'cancel-requested', by: bob },
    { type: 'speed-set', speed: 'slow', by: bob },
    { type: 'rollback-started', code: 'SWAP', message: 'no', hint: '' },
    { type: 'resume-refused', code: 'STORAGE', message: 'no', hint: '' },
    { type: 'table-rolled-back', label: 'quotes', putBack: 1, changedSince: 0 },
    { type: 'fence-raising', ...fence },
    { type: 'fence-raised', label: 'quotes' },
    { type: 'fence-proven', label: 'quotes' },
    { type: 'fence-lowering', label: 'quotes' },
    { type: 'fence-lowered', label: 'quotes', how: 'as-before' },
    { type: 'fence-left', label: 'quotes', reason: 'no', command: 'aws', opensAt: noon },
    { type: 'completed', durationMs: 1 },
    { type: 'failed', ...ends },
    { type: 'cancelled', ...ends },
    { type: 'rolled-back', ...ends },
    { type: 'needs-attention', ...ends },
  ];
  const source = readFileSync(new URL('../../src/restore/events.ts', import.meta.url), 'utf8');
  const known = new Set([...source.matchAll(/readonly type: '([a-z-]+)'/g)].map(([, type]) => type));
  expect(new Set(['requested', ...events.map(({ type }) => type)])).toEqual(known);
  return told(...events);
}
