import { readdirSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Environment } from '../../src/restore/environment.ts';
import { UserError } from '../../src/restore/errors.ts';
import type { RunEvent, StoredEvent } from '../../src/restore/events.ts';
import { whatToExpect } from '../../src/restore/expectation.ts';
import type { RestoreRequest } from '../../src/restore/request.ts';
import type { CheckResult } from '../../src/restore/restores.ts';
import { apply, foldRun, type Run } from '../../src/restore/run.ts';
import { speeds } from '../../src/restore/speed.ts';
import { charactersIn, validateMessage, validateView } from '../../src/sandbox/slack/block-kit.ts';
import { limits } from '../../src/slack/limits.ts';
import {
  cancelledMessage,
  historyMessage,
  outlookMessage,
  speedMessage,
  statusMessage,
  whichMessage,
  whichUndoMessage,
} from '../../src/slack/messages/answers.ts';
import { approverMessage, reminderMessage } from '../../src/slack/messages/approvers.ts';
import { message, section } from '../../src/slack/messages/blocks.ts';
import { helpMessage } from '../../src/slack/messages/help.ts';
import { parentMessage } from '../../src/slack/messages/parent.ts';
import { inButtonsOnly, inPlainBlocks } from '../../src/slack/messages/plain.ts';
import {
  bugMessage,
  errorMessage,
  lateMessage,
  mistakeMessage,
  notYetMessage,
  refusalMessage,
  tooLateMessage,
} from '../../src/slack/messages/refusal.ts';
import type { Surroundings } from '../../src/slack/messages/surroundings.ts';
import { replyTo } from '../../src/slack/messages/thread.ts';
import { unreachableMessage } from '../../src/slack/messages/unreachable.ts';
import { approved, approveView } from '../../src/slack/views/approve.ts';
import { asked, askedAlready, refusedView } from '../../src/slack/views/asked.ts';
import { chooseView } from '../../src/slack/views/choose.ts';
import { correctView } from '../../src/slack/views/correct.ts';
import { denied, denyView } from '../../src/slack/views/deny.ts';
import { dryRunView } from '../../src/slack/views/dry-run.ts';
import { homeView, refusedHome } from '../../src/slack/views/home.ts';
import { loadingView, modal, problemView } from '../../src/slack/views/modal.ts';
import { choicesOf } from '../../src/slack/views/options.ts';
import { inPlainView } from '../../src/slack/views/plain.ts';
import { confirmView } from '../../src/slack/views/restore.ts';
import { undoView } from '../../src/slack/views/undo.ts';
import { alice, aRequest, bob, requested } from '../support/requests.ts';
import { minute, now, prod } from './world.ts';

/** Counts calls, so that no builder of a message or a view is left out below. */
const calls = new Session();

beforeAll(async () => {
  calls.connect();
  await calls.post('Profiler.enable');
  await calls.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
});

afterAll(() => calls.disconnect());

const nasty = '<!channel> *bold* _it_ ~no~ `code` ``` & <@U0BOB> <#C0OPS> :tada: @here #general\n> quote ';
const long = 'x'.repeat(250);
const manyTables = Array.from({ length: 60 }, (_, index) => ({
  label: `${index}-${long}`.slice(0, 250),
  table: `${index}-${long}`.slice(0, 255),
}));

const plainRequest = aRequest({ reason: 'a bad deploy' });
const extremeRequest = aRequest({
  environment: 'p&<>`*'.repeat(20),
  tables: manyTables,
  words: nasty.repeat(2).slice(0, 200),
  reason: nasty.repeat(40).slice(0, 3000),
});
const ampersands = aRequest({ tables: manyTables, reason: '&'.repeat(3000), environment: '`'.repeat(200) });

const crowd: Environment = {
  ...prod,
  name: 'p&<>'.repeat(30),
  approvers: Array.from({ length: 300 }, (_, index) => `U0${String(index).padStart(9, '0')}`),
};

/** A run after each event of a long life, for one request. */
function life(request: RestoreRequest): readonly (readonly [StoredEvent, Run])[] {
  const numbers = { liveItems: 123_456_789, restoredItems: 123_456_000, put: 1, delete: 790, unchanged: 123_455_999 };
  const digests = { liveDigest: 'a'.repeat(32), restoredDigest: 'b'.repeat(32) };
  const each = (event: (label: string) => RunEvent) => request.tables.map(({ label }) => event(label));
  const holder = { runId: 'restore-0', host: long, pid: 1, takenAt: now, expiresAt: now, fencing: 1 };
  const failure = {
    durationMs: 5_000_000,
    code: 'SWAP',
    message: nasty.repeat(30),
    hint: nasty.repeat(30),
    phase: 'SWAP_DATA',
    restoreTablesKept: request.tables.map(({ table }) => table),
  } as const;
  const events: readonly RunEvent[] = [
    requested({ request, approvalsNeeded: 2 }),
    { type: 'approved', by: bob, digest: '' },
    { type: 'approved', by: { ...bob, userId: 'U0DAVE' }, digest: '' },
    { type: 'started' },
    { type: 'phase-started', phase: 'ACQUIRE_LOCK' },
    { type: 'lock-taken', holder, takenOverFrom: holder },
    { type: 'phase-finished', phase: 'ACQUIRE_LOCK', durationMs: 1 },
    { type: 'preflight-warning', label: long, message: nasty.repeat(40) },
    { type: 'preflight-passed', checks: 540 },
    { type: 'phase-started', phase: 'INITIATE_RESTORE' },
    ...each((label) => ({
      type: 'table-restoring',
      label,
      restoreTable: `${label.slice(0, 240)}-restore`,
      arn: 'arn',
    })),
    { type: 'table-restore-refused', label: long, code: 'LIMIT_EXCEEDED', message: nasty.repeat(40) },
    { type: 'phase-finished', phase: 'INITIATE_RESTORE', durationMs: 1000 },
    { type: 'phase-started', phase: 'AWAIT_ACTIVE' },
    ...each((label) => ({ type: 'table-active', label, durationMs: 1 })),
    { type: 'phase-finished', phase: 'AWAIT_ACTIVE', durationMs: 86_400_000 },
    { type: 'phase-started', phase: 'VERIFY_COUNTS' },
    ...each((label) => ({ type: 'table-compared', label, ...numbers, ...digests })),
    { type: 'phase-finished', phase: 'VERIFY_COUNTS', durationMs: 1000 },
    { type: 'phase-started', phase: 'CONFIRM_PLAN' },
    { type: 'plan-shown', answerBy: now + 30 * minute },
    { type: 'plan-confirmed', by: bob },
    { type: 'phase-finished', phase: 'CONFIRM_PLAN', durationMs: 1000 },
    { type: 'phase-started', phase: 'RAISE_FENCE' },
    ...each((label) => ({
      type: 'fence-raising',
      label,
      arn: 'arn:aws:dynamodb:eu-central-1:1:table/x',
      sid: 's',
      startsAt: now,
      endsAt: now + minute,
    })),
    ...each((label) => ({ type: 'fence-raised', label })),
    ...each((label) => ({ type: 'fence-proven', label })),
    { type: 'phase-finished', phase: 'RAISE_FENCE', durationMs: 1000 },
    ...each((label) => ({ type: 'fence-lowered', label, how: 'others-kept' })),
    ...each((label) => ({
      type: 'fence-left',
      label,
      reason: nasty.repeat(30),
      command: nasty.repeat(30),
      opensAt: now,
    })),
    { type: 'phase-started', phase: 'SWAP_DATA' },
    ...each((label) => ({ type: 'swap-started', label, put: 1, delete: 790 })),
    ...each((label) => ({ type: 'swap-finished', label, put: 1, delete: 790, overwritten: 123_456, kept: 7 })),
    { type: 'paused' },
    { type: 'resumed', holder },
    { type: 'resume-refused', code: 'BAD_CONFIGURATION', message: nasty.repeat(30), hint: nasty.repeat(30) },
    { type: 'cancel-requested', by: alice },
    { type: 'rollback-started', code: 'SWAP', message: nasty.repeat(30), hint: nasty.repeat(30) },
    { type: 'phase-started', phase: 'ROLL_BACK' },
    ...each((label) => ({ type: 'table-rolled-back', label, putBack: 123_456, changedSince: 9 })),
    { type: 'phase-finished', phase: 'ROLL_BACK', durationMs: 1000 },
    { type: 'needs-attention', ...failure },
    { type: 'rolled-back', ...failure },
    { type: 'failed', ...failure },
    // A run has one end; each of the others is told too.
    { type: 'cancelled', ...failure },
    ...each((label) => ({ type: 'table-verified', label, round: 2, ...numbers, ...digests })),
    { type: 'phase-finished', phase: 'VERIFY_DATA', durationMs: 1000 },
    { type: 'table-delete-failed', label: long, restoreTable: long, reason: nasty.repeat(40) },
    { type: 'phase-finished', phase: 'CLEANUP', durationMs: 1000 },
    { type: 'completed', durationMs: 5_000_000 },
    { type: 'denied', by: bob, reason: nasty.repeat(10).slice(0, limits.reason) },
    { type: 'withdrawn', by: alice },
    { type: 'expired', why: 'no-decision' },
  ];
  let run: Run | undefined;
  return events.map((event, index) => {
    const row: StoredEvent = {
      seq: index + 1,
      runId: 'restore-2026-11-22T12-00-00Z',
      at: now + index,
      event,
      hash: '',
    };
    run = run === undefined ? foldRun([row]) : apply(run, row);
    if (run === undefined) throw new Error('no run');
    return [row, run];
  });
}

const progress = {
  phase: 'SWAP_DATA',
  elapsedMs: 60_000,
  items: { done: 3, total: 9 },
  bytes: 123_456_789,
  tables: Array.from({ length: 4 }, (_, n) => ({
    label: `${n}-`.padEnd(255, '&'),
    done: 1_000_000_000,
    total: 9_000_000_000,
    bytes: 123_456_789_000,
  })),
  itemsPerSecond: 120,
  remainingMs: 600_000,
  basis: 'rate',
  paused: false,
} as const;

describe.each([
  ['a usual request', plainRequest, prod],
  ['60 tables with long names, and every mark in the reason', extremeRequest, crowd],
  ['ampersands, each five characters on the wire', ampersands, crowd],
  ['an undo of all that', { ...extremeRequest, undoOf: 'restore-2026-11-21T12-00-00Z' }, crowd],
] as const)('%s', (_, request, environment) => {
  const rows = life(request);
  const around = (run: Run): Surroundings => ({
    environment,
    undoableUntil: now + minute,
    before: now - minute,
    ...(request.undoOf === undefined ? {} : { undone: run }),
  });

  test('every message of its life is one that Slack takes', () => {
    for (const [row, run] of rows) {
      const reply = replyTo(row, run, around(run));
      const paused = { ...around(run), isPaused: true, undoneBy: 'restore-2', inTheWay: { run, isInterrupted: true } };
      const waiting = { ...around(run), isWaiting: true, isUnanswered: true, rival: 'restore-2' };
      const parents = [around(run), paused, waiting, { ...waiting, inTheWay: { run, isInterrupted: true } }].map(
        (surroundings) => parentMessage(run, surroundings, progress),
      );
      for (const message of [...parents, ...(reply === undefined ? [] : [reply])]) {
        for (const shown of [message, inPlainBlocks(message), inButtonsOnly(message)]) {
          expect(validateMessage({ blocks: shown.blocks }), row.event.type).toEqual([]);
          expect(charactersIn(shown.blocks), row.event.type).toBeLessThanOrEqual(limits.messageBlocks);
          expect(shown.text.length, row.event.type).toBeLessThanOrEqual(limits.messageText);
          expect(shown.text.trim()).not.toBe('');
        }
      }
    }
  });

  test('nothing a person or a configuration wrote pings anybody', () => {
    const wire = JSON.stringify(
      rows.map(([row, run]) => [parentMessage(run, around(run), progress), replyTo(row, run, around(run))]),
    );
    // In rich text and plain text marks are only letters; everywhere else they must be escaped.
    const marked = JSON.parse(wire, (_key, value) =>
      value?.type === 'rich_text' || value?.type === 'plain_text' ? null : value,
    );
    expect(JSON.stringify(marked)).not.toMatch(/<!(channel|here|everyone)/);
    expect(JSON.stringify(marked)).not.toContain('<#C0OPS>');
  });

  test('every answer is one that Slack takes', () => {
    const runs = Array.from({ length: 10 }, (_, index) => rows[(index * 7) % rows.length]?.[1]).flatMap(
      (run) => run ?? [],
    );
    const outlook = outlookOf(request);
    for (const answer of [
      historyMessage(runs, 0, true, 0),
      historyMessage(runs, 3, true, 2),
      historyMessage([], 1, false, 2),
      statusMessage(runs, runs[0], () => progress, runs, 2),
      whichUndoMessage(runs),
      statusMessage([], runs[0], () => progress, [], 0),
      whichMessage({ kind: 'cancel' }, runs),
      whichMessage({ kind: 'speed', speed: 'pause' }, runs),
      ...speeds.flatMap((speed) => runs.slice(0, 1).map((run) => speedMessage({ ...run, speed }))),
      historyMessage([], 0, false, 0),
      ...[...rows.slice(0, 2), ...rows.slice(-1)].flatMap(([, run]) => [
        cancelledMessage(run),
        reminderMessage(run, around(run), now + 15 * minute),
        approverMessage(run, around(run), 'U0NOBODY'),
        approverMessage(run, around(run), 'U0BOB', 'https://sandbox.slack.com/archives/C0OPS/p1'),
        notYetMessage(run, { run, isInterrupted: true }, progress),
        lateMessage(new UserError('OUT_OF_DATE', nasty.repeat(50), nasty.repeat(50))),
        tooLateMessage(run, new UserError('OUT_OF_DATE', nasty.repeat(50), nasty.repeat(50))),
        unreachableMessage(run, 'not_in_channel'),
        ...[asked(run), askedAlready(run), approved(run), denied(run)].map(({ text }) =>
          message(text, [section(text)]),
        ),
      ]),
      mistakeMessage({ message: nasty.repeat(80), hint: nasty.repeat(80) }),
      errorMessage(new UserError('AWS', nasty.repeat(80), nasty.repeat(80))),
      helpMessage([environment]),
      outlookMessage(outlook, now, 'Europe/Berlin'),
      refusalMessage({
        message: nasty.repeat(50),
        hint: nasty,
        ask: environment.approvers,
        channels: environment.channels,
      }),
      bugMessage('abc'),
    ]) {
      expect(validateMessage({ blocks: answer.blocks }), answer.text.slice(0, 100)).toEqual([]);
      expect(charactersIn(answer.blocks), answer.text.slice(0, 100)).toBeLessThanOrEqual(limits.messageBlocks);
      expect(answer.text.length).toBeLessThanOrEqual(limits.messageText);
    }
  });

  test('every view is one that Slack takes', () => {
    const tables = request.tables;
    const wanted = {
      environment: environment.name,
      tables: [],
      words: request.words,
      dryRun: false,
      drill: false,
      channelId: 'C0OPS',
    };
    const candidates = [now - 1000, now].map((at) => ({ at, label: long }));
    const checks = tables.flatMap(({ label }): CheckResult[] =>
      (['passed', 'warning', 'failed'] as const).map((status) => ({
        check: 'stream consumers',
        label,
        status,
        message: nasty.repeat(3),
        hint: nasty,
      })),
    );
    const [, run] = rows[0] ?? [];
    if (run === undefined) throw new Error('no run');
    for (const view of [
      chooseView(
        Array.from({ length: 150 }, (_, index) => ({ ...environment, name: `${index}${environment.name}` })),
        now,
        wanted,
      ),
      chooseView([environment], now, { ...wanted, channelId: '' }),
      ...[{}, { unfolded: true }, { drill: true }, { drill: true, unfolded: true }].map((changes) =>
        confirmView({
          wanted: { ...wanted, ...changes },
          environment: { ...environment, tables },
          tables,
          outlook: outlookOf(request),
          warnings: Array.from({ length: 60 }, () => nasty.repeat(4)),
          choices: choicesOf(environment, { fence: 'writes' }),
          at: now - 3_600_000,
          timeZone: 'Europe/Berlin',
          now,
          askedBy: 'U0ALICE',
        }),
      ),
      correctView(wanted, { message: nasty.repeat(40), hint: nasty.repeat(40), candidates }, now),
      correctView({ ...wanted, words: '' }, { message: 'x', hint: 'y' }, now),
      dryRunView({ request, checks, passed: false }, now),
      dryRunView({ request, checks, passed: true, expected: whatToExpect(prod, [], []) }, now),
      refusedView({
        message: nasty.repeat(20),
        hint: nasty,
        ask: environment.approvers,
        channels: environment.channels,
      }),
      ...['U0ALICE', 'U0NOBODY'].map((userId) =>
        homeView({
          reader: { userId },
          now,
          timeZone: 'Europe/Berlin',
          environments: Array.from({ length: 30 }, (_, index) => ({
            environment: { ...environment, admins: ['U0ALICE'] },
            look:
              [outlookOf(request), 'pending' as const, new UserError('AWS', nasty.repeat(30), nasty)][index % 3] ??
              'pending',
          })),
          open: rows.map(([, each]) => each),
          hidden: 3,
          overdueDrills: new Map([[environment.name, nasty]]),
          interrupted: [run],
          recent: rows.map(([, each]) => each),
          progressOf: () => progress,
        }),
      ),
      refusedHome({ message: nasty.repeat(20), hint: nasty, ask: environment.approvers, channels: [] }),
      loadingView(`Looking at the tables of ${environment.name} …`),
      problemView(nasty.repeat(100)),
      ...[asked(run), askedAlready(run), approved(run), denied(run)].map(({ title, text }) =>
        modal({ title, blocks: [section(text)] }),
      ),
      approveView(run, `${run.id} ${run.digest}`),
      denyView(run, `${run.id} ${run.digest}`),
      ...rows.slice(-1).map(([, ended]) =>
        undoView({
          run: ended,
          environment,
          warnings: [nasty.repeat(4)],
          until: now + minute,
          now,
          askedBy: 'U0ALICE',
          channelId: 'C0OPS',
        }),
      ),
    ]) {
      expect(validateView(view), JSON.stringify(view).slice(0, 200)).toEqual([]);
      const plain = view.type === 'modal' ? inPlainView(view) : undefined;
      if (plain !== undefined) expect(validateView(plain), JSON.stringify(plain).slice(0, 200)).toEqual([]);
    }
  });
});

function outlookOf(request: RestoreRequest) {
  const window = { enabled: true, earliest: now - 34 * 24 * 60 * minute, latest: now - 5 * minute } as const;
  return {
    environment: request.environment,
    window,
    approximateItems: 1e12,
    approximateBytes: 1e15,
    expected: whatToExpect(prod, [], []),
    warnings: Array.from({ length: 60 }, (_, index) => `${index} ${nasty.repeat(3)}`),
    tables: request.tables.map((ref) => ({
      ...ref,
      window: ref.label.startsWith('1') ? ({ enabled: false } as const) : window,
      description: {
        table: ref.table,
        arn: 'arn',
        status: 'ACTIVE',
        keySchema: { partition: 'id' },
        keyTypes: { partition: 'S' },
        approximateItems: 1e12,
        approximateBytes: 1e15,
        onDemand: true,
        streamEnabled: true,
        replicaRegions: [],
      } as const,
    })),
  };
}

test('what had to be shortened says so, and where the whole is; what fits is left as it is', () => {
  const told = life(extremeRequest).flatMap(([row, run]) => {
    const around = { environment: crowd };
    return [replyTo(row, run, around), parentMessage(run, around, progress)].map((shown) =>
      JSON.stringify(shown?.blocks),
    );
  });
  const shortened = told.filter((blocks) => blocks?.includes('Shortened to what Slack takes'));
  expect(shortened.length).toBeGreaterThan(1);
  for (const blocks of shortened) expect(blocks).toContain('pitr-restore audit export');
  const all = life(plainRequest).map(([, run]) => parentMessage(run, { environment: prod }, undefined).blocks);
  expect(JSON.stringify(all)).not.toContain('Shortened to what Slack takes');
});

test('a reason is shown letter by letter, in a block that knows no markup', () => {
  const [, run] = life(extremeRequest)[0] ?? [];
  if (run === undefined) throw new Error('no run');
  const quoted = parentMessage(run, { environment: prod }, undefined).blocks.filter(({ type }) => type === 'rich_text');
  expect(JSON.stringify(quoted)).toContain('<!channel> *bold* _it_ ~no~ `code`');
});

test('the plan question says why it is asked, where it writes, and counts one item as one', () => {
  const compared = (liveItems: number): RunEvent => ({
    ...{ type: 'table-compared', label: 'quotes', liveItems, restoredItems: 9, put: 1, delete: 0, unchanged: 8 },
    ...{ liveDigest: 'a', restoredDigest: 'b' },
  });
  const asked = (liveItems: number) => {
    const events: readonly RunEvent[] = [
      requested({ request: plainRequest }),
      { type: 'started' },
      compared(liveItems),
      { type: 'plan-shown' },
    ];
    const rows = events.map((event, index) => ({ seq: index + 1, runId: 'restore-1', at: now, event, hash: '' }));
    const run = foldRun(rows);
    const row = rows.at(-1);
    if (run === undefined || row === undefined) throw new Error('no run');
    expect(JSON.stringify(parentMessage(run, { environment: prod }, undefined).blocks)).toContain('in eu-central-1');
    return replyTo(row, run, { environment: prod })?.text;
  };
  expect(asked(8)).toContain('Item counts of live and restored tables differ');
  expect(asked(9)).toContain('have the same number of items');
  expect(asked(9)).not.toContain('differ');
  expect(asked(9)).toContain('1 item will be put back and 0 deleted in `prod`, eu-central-1.');
});

test('a person whom the core names by id is a person, and needs nobody else to be called', () => {
  const by = 'Cancelled by slack:T0SANDBOX/U0BOB.';
  const failure = {
    durationMs: 1000,
    code: 'CANCELLED',
    message: by,
    hint: 'The live tables are what they were.',
    phase: 'SWAP_DATA',
    restoreTablesKept: [],
  } as const;
  const events: readonly RunEvent[] = [
    requested({ request: plainRequest }),
    { type: 'started' },
    { type: 'rollback-started', ...failure },
    { type: 'rolled-back', ...failure },
  ];
  const rows = events.map((event, index) => ({ seq: index + 1, runId: 'restore-1', at: now, event, hash: '' }));
  const run = foldRun(rows);
  const row = rows.at(-1);
  if (run === undefined || row === undefined) throw new Error('no run');
  const environment = { ...prod, alert: ['S0ONCALL'] };
  const said = JSON.stringify([replyTo(row, run, { environment }), parentMessage(run, { environment }, progress)]);
  expect(said).toContain('Cancelled by <@U0BOB>.');
  expect(said).not.toContain('slack:');
  expect(said).not.toContain('S0ONCALL');
  const denied = { ...run, failure: { ...failure, code: 'ACCESS_DENIED' as const } };
  expect(JSON.stringify(replyTo(row, denied, { environment }))).toContain('<!subteam^S0ONCALL>');
});

/** What reads a window that comes back, instead of making one. */
const readers: ReadonlySet<string> = new Set([
  ...['listIn', 'inputOf', 'neededInputOf', 'strangeWindow', 'problemWithReason'],
  ...['readWanted', 'readWantedUndo', 'isTooLong', 'wishIn', 'withoutDecided'],
]);

function filesIn(...folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => readdirSync(`src/slack/${folder}`).map((file) => `${folder}/${file}`));
}

test('there is no builder of messages or views that the tests above have left out', async () => {
  const { result } = await calls.post('Profiler.takePreciseCoverage');
  const called = new Set(
    result.flatMap(({ url, functions }) => {
      const [file] = /(messages|views)\/[\w-]+\.ts/.exec(url) ?? [];
      return functions.flatMap(({ functionName, ranges }) =>
        (ranges[0]?.count ?? 0) > 0 ? [`${file} ${functionName}`] : [],
      );
    }),
  );
  const builders: string[] = [];
  for (const file of filesIn('messages', 'views')) {
    const module: Record<string, unknown> = await import(`../../src/slack/${file}`);
    for (const [name, value] of Object.entries(module))
      if (typeof value === 'function' && !readers.has(name)) builders.push(`${file} ${name}`);
  }
  expect(builders.length).toBeGreaterThan(60);
  expect(builders.filter((name) => !called.has(name))).toEqual([]);
});
