import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { UserError } from '../src/restore/errors.ts';
import type { RunId } from '../src/restore/events.ts';
import { makeRestores } from '../src/restore/make-restores.ts';
import type { Clock } from '../src/restore/ports.ts';
import { openDatabase } from '../src/sqlite/database.ts';
import { SqliteEventLog } from '../src/sqlite/event-log.ts';
import { createJournal } from '../src/sqlite/journal.ts';
import { createLock } from '../src/sqlite/lock.ts';
import { Turns } from '../src/turns.ts';
import { leakWarnings } from './support/leak-warnings.ts';
import { aRequest, requested } from './support/requests.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');
const silence = new UserError('NETWORK', 'Slack could not be asked who you are.', 'Try again.');

/** What waits on a real file; what is carried out ends when the test says so, and Slack says what the test says. */
function aBot() {
  const db = openDatabase(join(temporaryFolder(), 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  let wake: () => void = () => undefined;
  const clock: Clock = {
    now: () => noon,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve;
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  const log = new SqliteEventLog(db, clock.now);
  const lock = createLock(db, clock.now, { host: 'here', pid: 1, isAlive: () => true });
  const unused = {} as never;
  const restores = makeRestores({
    ...{ environments: [], awsFor: unused, log, lock, journal: createJournal(db, Buffer.alloc(32)), clock },
    ...{ comparer: unused, progress: unused, pace: unused, onBug: unused },
    ...{ undoWindowMs: 1, approvalExpiryMs: 1 },
  });
  const happened: string[] = [];
  const ends = new Map<RunId, () => void>();
  const slack: { says: () => void | Promise<void> } = { says: () => undefined };
  const stopping = new AbortController();
  const turns = new Turns({
    restores,
    clock,
    log: { warn: () => happened.push('warned'), error: () => happened.push('error') } as never,
    recheck: async ({ id }) => {
      happened.push(`asked ${id}`);
      await slack.says();
    },
    carryOut: (runId) => {
      happened.push(`begun ${runId}`);
      log.decide(runId, ({ state }) => (state === 'APPROVED' ? [{ type: 'started' }] : []));
      return new Promise((resolve) => {
        ends.set(runId, () => {
          log.decide(runId, () => [{ type: 'completed', durationMs: 1 }]);
          resolve();
        });
      });
    },
    abandon: (runId) => happened.push(`abandoned ${runId}`),
    stopping: stopping.signal,
  });
  const ask = (drill = false) =>
    log.begin(noon, requested({ request: aRequest(drill ? { drill } : {}), approvalsNeeded: 0 }));
  const state = (runId: RunId) => log.run(runId)?.state;
  return {
    ...{ turns, log, lock, happened, slack, ask, state, stopping },
    end: (runId: RunId) => ends.get(runId)?.(),
    later: () => wake(),
  };
}

test('what was interrupted is gone on with first, and what waits is asked about and begun when that has ended', async () => {
  const { turns, log, happened, ask, end } = aBot();
  const [waiting, half] = [ask(), ask()];
  log.decide(half, () => [{ type: 'started' }]);
  turns.look();
  await expect.poll(() => happened).toEqual([`begun ${half}`]);
  expect(turns.underWay).toBe(1);
  end(half);
  await expect.poll(() => happened.slice(1)).toEqual([`asked ${waiting}`, `begun ${waiting}`]);
  end(waiting);
  await expect.poll(() => turns.isLooking || turns.underWay > 0).toBe(false);
});

test('a restore that is approved while a drill is under way does not wait for it, and a drill waits for both', async () => {
  const { turns, happened, ask, end } = aBot();
  const [drill, second] = [ask(true), ask(true)];
  turns.look();
  await expect.poll(() => happened).toEqual([`asked ${drill}`, `begun ${drill}`]);
  const restore = ask();
  turns.approved(restore);
  await expect.poll(() => happened.slice(2)).toEqual([`asked ${restore}`, `begun ${restore}`]);
  end(drill);
  end(restore);
  await expect.poll(() => happened.slice(4)).toEqual([`asked ${second}`, `begun ${second}`]);
});

test('what is approved while another one has the lock is refused at once, whatever Slack says', async () => {
  const { turns, log, lock, happened, ask, state } = aBot();
  const first = ask();
  lock.take(first);
  log.decide(first, () => [{ type: 'started' }]);
  const second = ask();
  turns.approved(second);
  expect(state(second)).toBe('FAILED');
  expect(log.run(second)?.failure?.code).toBe('RESTORE_IN_PROGRESS');
  await expect.poll(() => turns.isLooking || turns.underWay > 0).toBe(false);
  expect(happened).toEqual([]);
});

test('while Slack is silent all that wait are asked about in turn; one that is approved now comes after them', async () => {
  const { turns, happened, slack, ask } = aBot();
  slack.says = () => {
    throw silence;
  };
  const first = ask();
  turns.look();
  await expect.poll(() => happened).toEqual([`asked ${first}`]);
  const second = ask();
  turns.approved(second);
  await expect.poll(() => happened.slice(1)).toEqual([`asked ${first}`, `asked ${second}`]);
  slack.says = () => undefined;
  turns.look();
  await expect.poll(() => happened.slice(3)).toEqual([`asked ${first}`, `begun ${first}`]);
});

test('after the fifth time it is left for the next look, and the log says so', async () => {
  const { turns, happened, slack, ask, later } = aBot();
  slack.says = () => {
    throw silence;
  };
  const runId = ask();
  turns.look();
  for (const times of [1, 2, 3, 4]) {
    await expect.poll(() => happened).toHaveLength(times);
    later();
  }
  await expect.poll(() => turns.isLooking || turns.underWay > 0).toBe(false);
  expect(happened).toEqual([...Array.from({ length: 5 }, () => `asked ${runId}`), 'warned']);
});

test('many that wait, and Slack that is silent about each, make Node warn of no leak', async () => {
  const warnings = leakWarnings();
  const { turns, happened, slack, ask, later } = aBot();
  slack.says = () => {
    throw silence;
  };
  const waiting = [ask(), ask(), ask(), ask()];
  turns.look();
  for (const times of [1, 2, 3, 4]) {
    await expect.poll(() => happened).toHaveLength(times * waiting.length);
    later();
  }
  await expect.poll(() => turns.isLooking).toBe(false);
  expect(warnings).toEqual([]);
});

test('what Slack was silent about is asked about again while a drill is under way and another one waits for that', async () => {
  const { turns, happened, slack, ask, later } = aBot();
  const [drill] = [ask(true), ask(true)];
  turns.look();
  await expect.poll(() => happened).toEqual([`asked ${drill}`, `begun ${drill}`]);
  slack.says = () => {
    throw silence;
  };
  const restore = ask();
  turns.approved(restore);
  for (const times of [1, 2, 3, 4]) {
    await expect.poll(() => happened.slice(2)).toHaveLength(times);
    later();
  }
  await expect.poll(() => happened.at(-1)).toBe('warned');
  await expect.poll(() => turns.isLooking).toBe(false);
  slack.says = () => undefined;
  turns.look();
  await expect.poll(() => happened.slice(9)).toEqual([`asked ${restore}`, `begun ${restore}`]);
});

test.each([
  ['who has lost the right ends it', new UserError('NOT_ALLOWED', 'Guests may not.', '')],
  ['a bug begins nothing', new TypeError('undefined is not a function')],
])('%s', async (_, error) => {
  const { turns, happened, slack, ask } = aBot();
  slack.says = () => {
    throw error;
  };
  const runId = ask();
  turns.look();
  await expect.poll(() => turns.isLooking || turns.underWay > 0).toBe(false);
  expect(happened).toEqual([`asked ${runId}`, `abandoned ${runId}`]);
});

test('what was withdrawn while Slack was asked is not begun', async () => {
  const { turns, log, happened, slack, ask } = aBot();
  const runId = ask();
  slack.says = () => {
    log.decide(runId, () => [{ type: 'withdrawn', by: { kind: 'system' } }]);
  };
  turns.look();
  await expect.poll(() => turns.isLooking || turns.underWay > 0).toBe(false);
  expect(happened).toEqual([`asked ${runId}`]);
});

test('being stopped ends the waiting at once; what is under way is waited for, and nothing more is begun', async () => {
  const { turns, happened, slack, ask, end } = aBot();
  const drill = ask(true);
  turns.look();
  await expect.poll(() => turns.underWay).toBe(1);
  slack.says = () => {
    throw silence;
  };
  const waiting = ask();
  turns.approved(waiting);
  await expect.poll(() => happened.slice(2)).toEqual([`asked ${waiting}`]);
  let isOver = false;
  const stopped = turns.stop().then(() => {
    isOver = true;
  });
  turns.look();
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  end(drill);
  await stopped;
  expect(happened.slice(3)).toEqual([]);
});

test('being stopped waits for no answer of Slack, and what comes after that begins nothing', async () => {
  const { turns, happened, slack, ask } = aBot();
  let answer = () => {};
  slack.says = () =>
    new Promise<void>((resolve) => {
      answer = resolve;
    });
  const runId = ask();
  turns.look();
  await expect.poll(() => happened).toEqual([`asked ${runId}`]);
  let isOver = false;
  void turns.stop().then(() => {
    isOver = true;
  });
  await expect.poll(() => isOver).toBe(true);
  answer();
  await new Promise((resolve) => setImmediate(resolve));
  expect(happened).toEqual([`asked ${runId}`]);
});
