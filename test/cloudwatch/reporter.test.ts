import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/restore/events.ts';
import { fastClock } from '../support/fast-clock.ts';
import { noon, place, plenty, startStory, until } from './story.ts';

const day = 24 * 3_600_000;
const beginning: readonly RunEvent[] = [{ type: 'started' }, { type: 'phase-started', phase: 'PREFLIGHT' }];
const ending: RunEvent = { type: 'completed', durationMs: 225_000 };
const denied = { kind: 'access-denied', count: 'all' } as const;

describe('in the normal case', () => {
  test('every event arrives once, in order, with what the console says of it', async () => {
    const story = await startStory();
    const { begin, record, reporter, said } = story.startProcess();
    const runId = begin(...beginning);
    record(runId, { type: 'phase-finished', phase: 'PREFLIGHT', durationMs: 1500 }, ending);
    await reporter.stop(plenty);
    expect(await story.events()).toEqual(['requested', 'started', 'phase-started', 'phase-finished', 'completed']);
    const [, started] = await story.lines();
    expect(started?.['msg']).toContain('Starting DynamoDB PITR restore\nRestore point: 2026-11-21T08:00:00Z\n');
    expect(said).toEqual([]);
  });

  test('group, retention and stream are made when they are missing', async () => {
    const story = await startStory();
    const { begin, reporter } = story.startProcess();
    begin();
    await reporter.stop(plenty);
    expect(await story.group()).toMatchObject({ logGroupName: place.logGroup, retentionInDays: 90 });
    expect(await story.events()).toEqual(['requested']);
  });

  test('a group that is there keeps its retention, also one that keeps its lines for ever', async () => {
    for (const retentionInDays of [400, undefined]) {
      const story = await startStory();
      await story.client.send(new CreateLogGroupCommand({ logGroupName: place.logGroup }));
      if (retentionInDays !== undefined) {
        await story.client.send(new PutRetentionPolicyCommand({ logGroupName: place.logGroup, retentionInDays }));
      }
      const { begin, reporter } = story.startProcess();
      begin();
      await reporter.stop(plenty);
      expect((await story.group())?.retentionInDays).toBe(retentionInDays);
      expect(await story.events()).toEqual(['requested']);
    }
  });

  test('of a group and a stream that somebody made, nothing is asked but to take the lines', async () => {
    const story = await startStory();
    const names = { logGroupName: place.logGroup, logStreamName: place.logStream };
    await story.client.send(new CreateLogGroupCommand(names));
    await story.client.send(new CreateLogStreamCommand(names));
    const before = story.aws.requests.list().length;
    const { begin, reporter } = story.startProcess();
    begin();
    await reporter.stop(plenty);
    const operations = new Set(
      story.aws.requests
        .list()
        .slice(before)
        .map(({ operation }) => operation),
    );
    expect([...operations]).toEqual(['PutLogEvents']);
  });

  test('of two processes on one file each line is sent by one only, whoever wrote the event', async () => {
    const story = await startStory();
    const [bot, shell] = [story.startProcess(), story.startProcess()];
    const runIds = [bot.begin(...beginning), shell.begin(...beginning)];
    for (const [index, runId] of runIds.entries()) {
      for (let n = 0; n < 10; n += 1) {
        (index === 0 ? shell : bot).record(runId, { type: 'preflight-warning', message: `warning ${n}` });
      }
      bot.record(runId, ending);
    }
    await Promise.all([bot.reporter.stop(plenty), shell.reporter.stop(plenty)]);
    const seqs = (await story.lines()).flatMap(({ seq }) => seq ?? []);
    expect(seqs).toHaveLength(28);
    expect(new Set(seqs).size).toBe(28);
  });
});

describe('when CloudWatch is away', () => {
  test.for([
    [
      'denied',
      denied,
      /\(logs:PutLogEvents: AccessDeniedException\).* Allow logs:PutLogEvents on .*RESTORE_LOG_GROUP=off/,
    ],
    [
      'throttled',
      { kind: 'error', name: 'ThrottlingException', count: 'all' },
      /\(logs:PutLogEvents: ThrottlingException\)/,
    ],
    ['broken', { kind: 'error', name: 'ServiceUnavailableException', count: 'all' }, /ServiceUnavailableException/],
    ['cut off', { kind: 'lose-request', count: 'all' }, /ECONNRESET|socket|TimeoutError/],
  ] as const)('%s: it is said once, the events are kept, and all arrive later', async ([, fault, sentence]) => {
    const story = await startStory();
    const number = story.aws.faults.add({ operation: 'PutLogEvents', ...fault });
    const { begin, record, reporter, said } = story.startProcess();
    const runId = begin(...beginning);
    await until(() => story.aws.requests.count('PutLogEvents') >= 3);
    record(runId, ending);
    expect(said).toEqual([expect.stringMatching(sentence)]);
    expect(said[0]).toContain('Restores go on as ever; the lines are kept and sent later.');
    story.aws.faults.remove(number);
    expect(
      await until(async () => {
        const all = await story.events().catch(() => []);
        return all.length === 4 && all;
      }),
    ).toEqual(['requested', 'started', 'phase-started', 'completed']);
    await reporter.stop(plenty);
    expect(said).toHaveLength(1);
  });

  test('a second outage is said again', async () => {
    const story = await startStory();
    const { begin, record, reporter, said } = story.startProcess();
    const runId = begin();
    for (const n of [1, 2]) {
      const number = story.aws.faults.add({ operation: 'PutLogEvents', ...denied });
      record(runId, { type: 'preflight-warning', message: 'careful' });
      await until(() => said.length === n);
      story.aws.faults.remove(number);
      await until(async () => (await story.events().catch(() => [])).length === n + 1);
    }
    await reporter.stop(plenty);
    expect(said).toHaveLength(2);
  });

  test('what could not be sent before the end is sent by the next process, with the story it belongs to', async () => {
    const story = await startStory();
    const number = story.aws.faults.add({ operation: 'PutLogEvents', ...denied });
    const first = story.startProcess();
    first.begin(...beginning, ending);
    await first.reporter.stop(plenty);
    expect(first.said).toHaveLength(1);
    story.aws.faults.remove(number);
    const second = story.startProcess();
    await second.reporter.stop(plenty);
    expect(await story.events()).toEqual(['requested', 'started', 'phase-started', 'completed']);
  });

  test('stopping takes no longer than it may, even when no answer ever comes', async () => {
    const story = await startStory({ clock: fastClock(noon, 1) });
    story.aws.faults.add({ operation: 'PutLogEvents', kind: 'hang', count: 'all' });
    const { begin, reporter } = story.startProcess();
    begin();
    await until(() => story.aws.requests.count('PutLogEvents') === 1);
    const begun = performance.now();
    await reporter.stop(300);
    // Without a limit of its own it would take the ten seconds after which the SDK gives up an answer.
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('a process that has the turn and is gone holds up nobody for long', async () => {
    const story = await startStory();
    const dead = story.startProcess({ deaf: true });
    dead.deliveries.claim('cloudwatch', '', 'turn', {
      process: 'gone',
      now: story.clock.now(),
      until: story.clock.now() + 30_000,
    });
    const { begin, reporter } = story.startProcess();
    begin();
    await reporter.stop(plenty);
    expect(await story.events()).toEqual(['requested']);
  });

  test('a line whose reply was lost comes twice, and its seq tells', async () => {
    const story = await startStory();
    const { begin, record, reporter } = story.startProcess();
    const runId = begin();
    await until(async () => (await story.events().catch(() => [])).length === 1);
    story.aws.faults.add({ operation: 'PutLogEvents', kind: 'lose-reply' });
    record(runId, { type: 'started' });
    await until(async () => (await story.events()).length === 3);
    await reporter.stop(plenty);
    const lines = (await story.lines()).filter(({ seq }) => seq !== undefined);
    expect(lines.map(({ event, seq }) => [event, seq])).toEqual([
      ['requested', 1],
      ['started', 2],
      ['started', 2],
    ]);
  });
});

describe('what AWS does not keep', () => {
  test('lines older than 14 days are not sent, said once, and hold up nothing', async () => {
    let ahead = -15 * day;
    const clock = fastClock(noon, 100);
    const story = await startStory({ clock: { ...clock, now: () => clock.now() + ahead } });
    story.startProcess({ deaf: true }).begin(...beginning, ending);
    ahead = 0;
    const { begin, reporter, said } = story.startProcess();
    begin();
    await reporter.stop(plenty);
    expect(await story.events()).toEqual(['requested']);
    expect(said).toEqual([
      'CloudWatch Logs did not keep 4 log lines: they are older than 14 days. They are in the event log: pitr-restore audit export',
    ]);
  });

  test('lines from ahead of its time are accounted for', async () => {
    const sandboxClock = fastClock(noon - 3 * 3_600_000, 100);
    const { startDynamoDb } = await import('../../src/sandbox/dynamodb/server.ts');
    const logs = await startDynamoDb({ clock: sandboxClock.now });
    const story = await startStory({ logs });
    const { begin, reporter, said } = story.startProcess();
    begin(...beginning);
    await reporter.stop(plenty);
    expect(said).toEqual([
      expect.stringContaining('did not keep 3 log lines: they are from more than two hours ahead'),
    ]);
    await logs.close();
  });

  test('one line that is refused for what it is does not hold up the others', async () => {
    const story = await startStory();
    const deaf = story.startProcess({ deaf: true });
    const runId = deaf.begin(...beginning, ending);
    // The first try, of all four; of its halves the first; of that one's halves the first: the event `requested`.
    story.aws.faults.add({ operation: 'PutLogEvents', kind: 'error', name: 'InvalidParameterException', count: 3 });
    const { reporter, said, deliveries } = story.startProcess();
    await reporter.stop(plenty);
    expect(await story.events()).toEqual(['started', 'phase-started', 'completed']);
    expect(said).toEqual([expect.stringContaining('did not keep 1 log line: it refuses them')]);
    expect(deliveries.cursor('cloudwatch', runId)).toBe(4);
  });

  test('without the right to set the retention the lines are kept all the same, and it is said', async () => {
    const story = await startStory();
    story.aws.faults.add({ operation: 'PutRetentionPolicy', ...denied });
    const { begin, reporter, said } = story.startProcess();
    begin();
    await reporter.stop(plenty);
    expect(await story.events()).toEqual(['requested']);
    expect(said).toEqual([
      expect.stringContaining('keeps its lines for ever (logs:PutRetentionPolicy: AccessDeniedException)'),
    ]);
  });
});

test('a clock that was set back between two events breaks no batch', async () => {
  let ahead = 0;
  const clock = fastClock(noon, 1);
  const story = await startStory({ clock: { ...clock, now: () => clock.now() + ahead } });
  const deaf = story.startProcess({ deaf: true });
  const runId = deaf.begin();
  ahead = -60_000;
  deaf.record(runId, { type: 'started' });
  const { reporter, said } = story.startProcess();
  await reporter.stop(20_000);
  expect(await story.events()).toEqual(['started', 'requested']);
  expect(said).toEqual([]);
});
