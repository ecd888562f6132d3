import { join } from 'node:path';
import { WebAPIPlatformError } from '@slack/web-api';
import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../src/restore/ports.ts';
import { AbsentApprovers } from '../../src/slack/absent-approvers.ts';
import type { Poster } from '../../src/slack/poster.ts';
import { Postings } from '../../src/slack/postings.ts';
import { storyOf } from '../../src/slack/story.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createDeliveries } from '../../src/sqlite/deliveries.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { bob, dave, requested } from '../support/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { prod } from './world.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');

/** Bob and Dave have to approve and are not in the channel. Slack takes no message to Dave, and edits when it is let. */
function aRequestOfTwo(trouble = new Error('away')) {
  const db = openDatabase(join(temporaryFolder(), 'state.sqlite'));
  onTestFinished(() => {
    db.close();
  });
  let now = noon;
  const clock: Clock = { now: () => now, sleep: async () => undefined };
  const log = new SqliteEventLog(db, clock.now);
  const runId = log.begin(noon, requested({ approvalsNeeded: 2 }));
  let takeEdits: () => void = () => undefined;
  const edits = new Promise<void>((resolve) => {
    takeEdits = resolve;
  });
  const poster: Poster = {
    async post({ channelId }) {
      if (channelId === dave.userId) throw trouble;
      return { channelId, messageId: '1' };
    },
    update: () => edits,
    linkTo: async () => undefined,
    find: async () => undefined,
  };
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const nobody = async () => new Set<string>();
  const isInGoodStanding = async () => true;
  const parts = { poster, clock, logger: quiet, membersOf: nobody, inGroup: nobody, isInGoodStanding, process: 'ours' };
  const { signal } = new AbortController();
  const postings = new Postings({ ...parts, deliveries: createDeliveries(db) }, runId, signal, false);
  const approvers = new AbsentApprovers(parts, postings, signal);
  const story = () => {
    const found = storyOf(runId, log);
    if (found === undefined) throw new Error('It was asked for');
    return found;
  };
  const environment = { ...prod, approvals: 2, approvers: [bob.userId, dave.userId] };
  return {
    tell: () => approvers.tell(story(), { environment }),
    keepCurrent: () => approvers.keepCurrent(story(), { environment }),
    approveAsBob: () => void log.decide(runId, () => [{ type: 'approved', by: bob, digest: '' }]),
    withdraw: () => void log.decide(runId, () => [{ type: 'withdrawn', by: dave }]),
    takeEdits: () => takeEdits(),
    later: (ms: number) => {
      now += ms;
    },
    retriesIn: () => (approvers.retryAt === undefined ? undefined : approvers.retryAt - now),
  };
}

test('who could not be told is told soon, also when what was told to another one is edited meanwhile', async () => {
  const { tell, keepCurrent, approveAsBob, takeEdits, later, retriesIn } = aRequestOfTwo();
  await tell();
  expect(retriesIn()).toBe(1000);
  approveAsBob();
  later(1000);
  const editing = keepCurrent();
  await tell();
  takeEdits();
  await editing;
  expect(retriesIn()).toBe(2000);
});

test('whoever Slack does not let us write to is not tried again', async () => {
  const noUse = { ok: false, error: 'messages_tab_disabled' } as const;
  const { tell, retriesIn } = aRequestOfTwo(new WebAPIPlatformError(noUse));
  await tell();
  expect(retriesIn()).toBeUndefined();
});

test('whoever does not have to be asked any more is not tried again', async () => {
  const { tell, keepCurrent, withdraw, takeEdits, retriesIn } = aRequestOfTwo();
  await tell();
  withdraw();
  takeEdits();
  expect(await keepCurrent()).toBe(true);
  expect(retriesIn()).toBeUndefined();
});
