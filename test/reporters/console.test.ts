import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgressBoard } from '../../src/progress-board.ts';
import { consoleReporter } from '../../src/reporters/console.ts';
import { heard, holder, memoryOutput, openStory, requestedAt, untilActive, untilTheEnd } from './story.ts';

const clock = { now: () => requestedAt + 120_000, sleep: async () => undefined };
const quiet = { verbose: false, json: false };

function follow(options = quiet, isTTY = false) {
  const story = openStory();
  const progress = createProgressBoard();
  const stdout = memoryOutput(isTTY);
  const stderr = memoryOutput();
  const reporter = consoleReporter(
    { log: story.log, progress, clock },
    story.runId,
    { stdout, stderr },
    options,
    (error) => {
      throw error;
    },
  );
  return { ...story, progress, reporter, stdout, stderr };
}

test('lines have local time and level; warnings go to stderr, DEBUG nowhere', async () => {
  const { reporter, stdout, stderr, tell } = follow();
  reporter.start();
  tell({ type: 'started' }, { type: 'preflight-warning', message: 'quotes has a stream' });
  await reporter.stop(0);
  expect(stdout.text()).toBe(
    '[2025-12-19 10:30:00] [INFO] Starting DynamoDB PITR restore\n[2025-12-19 10:30:00] [INFO] Restore point: 2025-12-19T09:00:00Z\n[2025-12-19 10:30:00] [INFO] That is 2025-12-19 10:00:00 CET in Europe/Berlin, asked for as "yesterday 9am"\n',
  );
  expect(stderr.text()).toBe('[2025-12-19 10:30:00] [WARNING] quotes has a stream\n');
});

test('--verbose shows DEBUG', async () => {
  const { reporter, stdout, tell } = follow({ ...quiet, verbose: true });
  reporter.start();
  tell(...untilActive);
  await reporter.stop(0);
  expect(stdout.text()).toContain('[DEBUG] AWAIT_ACTIVE finished in 5m00s');
});

test('--json prints the events themselves, one a line', async () => {
  const { reporter, stdout, stderr, tell } = follow({ ...quiet, json: true });
  reporter.start();
  tell(...untilTheEnd, { type: 'preflight-warning', message: 'x' });
  await reporter.stop(0);
  const events = stdout
    .text()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events).toHaveLength(untilTheEnd.length + 2);
  expect(events[1]).toMatchObject({ seq: 2, at: new Date(requestedAt).toISOString(), event: { type: 'started' } });
  expect(stderr.text()).toBe('');
});

test('events that stood before the reporter began are told too, and none twice', async () => {
  const { reporter, stdout, tell } = follow();
  tell({ type: 'started' });
  reporter.start();
  tell({ type: 'lock-released' });
  await reporter.stop(0);
  expect(stdout.text().match(/Starting/g)).toHaveLength(1);
  expect(stdout.text().match(/Lock released/g)).toHaveLength(1);
});

test('--json leaves out the policies that the record keeps', async () => {
  const { reporter, stdout, tell } = follow({ ...quiet, json: true });
  reporter.start();
  const window = { startsAt: requestedAt, endsAt: requestedAt + 1 };
  tell({ type: 'fence-raising', label: 'quotes', arn: 'arn', sid: 'sid', policyBefore: 'secret', ...window });
  await reporter.stop(0);
  expect(stdout.text()).toContain('"sid":"sid"');
  expect(stdout.text()).not.toContain('secret');
});

test('who goes on with a run tells what happens from there on', async () => {
  const { log, runId, tell, progress } = follow();
  tell({ type: 'started' }, { type: 'paused' });
  const stdout = memoryOutput();
  const reporter = consoleReporter(
    { log, progress, clock },
    runId,
    { stdout, stderr: stdout },
    { ...quiet, after: log.run(runId)?.lastSeq ?? 0 },
    (error) => {
      throw error;
    },
  );
  reporter.start();
  tell({ type: 'resumed', holder });
  await reporter.stop(0);
  expect(stdout.text()).toBe(`[2025-12-19 10:30:00] [INFO] Going on with ${runId} in phase ACQUIRE_LOCK\n`);
});

describe('while it takes long', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const waiting = untilActive.slice(0, -3);

  test('a terminal has a bar, which the next line takes away', async () => {
    const { reporter, stdout, tell } = follow(quiet, true);
    reporter.start();
    tell(...waiting);
    await heard();
    vi.advanceTimersByTime(250);
    expect(stdout.text()).toContain(
      '\r\u001b[2KAWAIT_ACTIVE [################--------] 2 of 3 tables, 2m00s, AWS often takes 20m00s',
    );
    tell({ type: 'lock-released' });
    await reporter.stop(0);
    expect(stdout.text()).toContain('20m00s\r\u001b[2K[2025-12-19 10:30:00] [INFO] Lock released\n');
  });

  test('elsewhere plain lines come once a minute, one for each table that is under way', async () => {
    const { reporter, progress, runId, stdout, tell } = follow();
    reporter.start();
    tell({ type: 'started' }, { type: 'phase-started', phase: 'SWAP_DATA' });
    await heard();
    progress.set(runId, 'quotes', 300, 1000);
    progress.set(runId, 'user-likes', 100, 1000);
    progress.set(runId, 'user-views', 0, 0, { isDone: true });
    vi.advanceTimersByTime(59_000);
    expect(stdout.text()).not.toContain('SWAP_DATA');
    vi.advanceTimersByTime(1_000);
    expect(stdout.text()).toContain(
      '[2025-12-19 10:32:00] [INFO] SWAP_DATA [#####-------------------] 20% 400 of 2000 items, ETA 18m00s\n' +
        '[2025-12-19 10:32:00] [INFO] SWAP_DATA quotes: 300 of 1000 items\n' +
        '[2025-12-19 10:32:00] [INFO] SWAP_DATA user-likes: 100 of 1000 items\n',
    );
    progress.set(runId, 'quotes', 1000, 1000, { isDone: true });
    vi.advanceTimersByTime(60_000);
    expect(stdout.text()).not.toContain('quotes: 1000');
    expect(stdout.text()).not.toContain('\r');
    await reporter.stop(0);
  });

  test('no share is claimed of a total that is not known', async () => {
    const { reporter, progress, runId, stdout, tell } = follow();
    reporter.start();
    tell({ type: 'started' }, { type: 'phase-started', phase: 'VERIFY_COUNTS' });
    await heard();
    progress.set(runId, 'quotes', 300, 0);
    vi.advanceTimersByTime(60_000);
    expect(stdout.text()).toContain('[INFO] VERIFY_COUNTS 300 items, 2m00s\n');
    await reporter.stop(0);
  });
});
