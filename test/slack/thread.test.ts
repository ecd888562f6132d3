import { expect, test } from 'vitest';
import { leakWarnings } from '../support/leak-warnings.ts';
import { requested } from '../support/requests.ts';
import {
  approveAndStart,
  ask,
  asksForPlan,
  fromThePlanToTheEnd,
  hasButtons,
  onlyRun,
  parentShowing,
  readable,
  threadNow,
  threadUpTo,
  upToThePlan,
} from './conversation.ts';
import { dev, minute, noonClock, startWorld, type World } from './world.ts';

const last = 'compared item by item after the last write';

/** The whole story of a run that succeeds, as the thread has to tell it, whatever happened to Slack meanwhile. */
const story = [
  'Approved by <@U0BOB> (1 of 1).',
  '`quotes` It has a stream.',
  '18 checks passed.',
  'AWS is building the tables',
  '2 restored tables ready after 1 min 5 s.',
  'Compared live and restored tables in 1 min 5 s.',
  'The plan was:',
  '<@U0BOB> said: proceed.',
  'Written back in 3 s: 80 items put, 12 deleted.',
  'Compared everything again in 4 s.',
  'Delete the restore tables: 2 of 2 deleted.',
  'prod is back to',
] as const;

function expectStory(replies: readonly string[]) {
  expect(replies.map((text, index) => text.includes(story[index] ?? 'nothing more') || text)).toEqual(
    story.map(() => true),
  );
}

const by = { kind: 'slack', userId: 'U0BOB', teamId: 'T0SANDBOX' } as const;

async function tellAll(world: World) {
  const { id } = onlyRun(world);
  world.record(id, { type: 'approved', by, digest: onlyRun(world).digest });
  world.record(id, ...upToThePlan());
  world.record(id, ...asksForPlan);
  world.record(id, { type: 'plan-confirmed', by }, ...fromThePlanToTheEnd());
}

test('one parent message edited in place, replies in order, the last one in the channel too', async () => {
  const world = await startWorld();
  await ask(world);
  await tellAll(world);
  expectStory(await threadUpTo(world, last));
  const inChannel = world.slack.messages('C0OPS');
  expect(inChannel.map(({ threadTs }) => threadTs === undefined)).toEqual([true, false]);
  const [parent, final] = inChannel;
  expect(readable(parent)).toContain('"type":"plan"');
  expect(readable(parent)).toContain('"status":"complete"');
  expect(readable(parent)).toContain('80 put back, 12 deleted');
  expect(hasButtons(await parentShowing(world, last))).toBe(false);
  expect(final?.text).toContain('2,388 unchanged');
  const { id } = onlyRun(world);
  for (const { blocks } of world.slack.thread('C0OPS', parent?.ts ?? '')) {
    expect(JSON.stringify(blocks)).toContain(id);
    expect(JSON.stringify(blocks)).toContain('UTC');
  }
});

test('a failed run says why, what to do, which tables were kept, and what to type', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  world.record(id, {
    type: 'failed',
    durationMs: 1000,
    code: 'TIMEOUT',
    message: 'Not ready in 30 minutes.',
    hint: 'Ask again with more time.',
    phase: 'AWAIT_ACTIVE',
    restoreTablesKept: ['shop-quotes-restore-1'],
  });
  const parent = await parentShowing(world, 'Failed');
  for (const part of [
    'Not ready in 30 minutes.',
    '*Next:* Ask again with more time.',
    '`shop-quotes-restore-1`',
    '/pitr-restore prod 2026-11-22T10:0',
    '"status":"error"',
  ]) {
    expect(readable(parent)).toContain(part);
  }
});

test('edits keep three seconds between them, and the last state always shows', async () => {
  const world = await startWorld({ clock: noonClock(5) });
  const edits: number[] = [];
  world.slack.on('update', ({ threadTs }) => {
    if (threadTs === undefined) edits.push(world.clock.now());
  });
  const id = await approveAndStart(world, await ask(world));
  world.record(id, { type: 'phase-started', phase: 'SWAP_DATA' });
  for (const done of [10, 20, 30]) {
    world.progress.set(id, 'quotes', done, 40);
    await parentShowing(world, `${done} of 40 items`);
  }
  world.record(id, ...fromThePlanToTheEnd());
  await parentShowing(world, last);
  const gaps = edits.slice(1).map((at, index) => at - (edits[index] ?? 0));
  expect(gaps.length).toBeGreaterThan(2);
  // Measured where they arrive: one may have been on its way a little longer than the next.
  for (const gap of gaps) expect(gap).toBeGreaterThan(2500);
});

test('a post whose answer was lost is adopted, not posted again', async () => {
  const world = await startWorld();
  world.slack.faults.loseReply('chat.postMessage', { times: 1 });
  await ask(world);
  world.slack.faults.loseReply('chat.postMessage', { times: 4 });
  await tellAll(world);
  expectStory(await threadUpTo(world, last));
  expect(world.slack.messages('C0OPS').filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
});

test.each(['fatal_error', 'internal_error', '<html>a proxy</html>'])(
  'a post that was carried out, although the answer was %s, is adopted, not posted again',
  async (code) => {
    const world = await startWorld();
    world.slack.faults.refuseWith('chat.postMessage', code, { times: 1, isAccepted: true });
    await ask(world);
    world.slack.faults.refuseWith('chat.postMessage', code, { times: 4, isAccepted: true });
    await tellAll(world);
    expectStory(await threadUpTo(world, last));
    expect(world.slack.messages('C0OPS').filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
  },
);

test('a card whose answer was lost is brought up to date: what was decided meanwhile takes its buttons', async () => {
  const world = await startWorld();
  world.slack.faults.loseReply('chat.postMessage', { times: 1 });
  world.slack.on('message', () => {
    const { id, state } = onlyRun(world);
    if (state === 'AWAITING_APPROVAL') world.record(id, { type: 'withdrawn', by });
  });
  await ask(world);
  expect(hasButtons(await parentShowing(world, 'Withdrawn'))).toBe(false);
});

test('a last word whose answer was lost offers no Undo whose time is over', async () => {
  const clock = noonClock();
  let ahead = 0;
  const world = await startWorld({ clock: { now: () => clock.now() + ahead, sleep: clock.sleep } });
  const id = await approveAndStart(world, await ask(world));
  world.wrote(id, 'quotes', 46);
  world.slack.on('message', ({ isBroadcast }) => {
    if (isBroadcast === true) ahead = 25 * 60 * minute;
  });
  world.record(id, ...fromThePlanToTheEnd().slice(0, -1));
  await threadUpTo(world, '2 of 2 deleted');
  world.slack.faults.loseReply('chat.postMessage', { times: 1 });
  world.record(id, { type: 'completed', durationMs: 400_000 });
  const isLastWord = ({ isBroadcast }: { readonly isBroadcast?: boolean }) => isBroadcast === true;
  const final = await world.slack.messageUntil('C0OPS', (shown) => isLastWord(shown) && !hasButtons(shown));
  expect(readable(final)).not.toContain('can be put back until');
});

test('a 429 is waited out for as long as Slack says', async () => {
  const world = await startWorld();
  await ask(world);
  world.slack.faults.rateLimit('chat.postMessage', { times: 2, retryAfter: 20 });
  await tellAll(world);
  expectStory(await threadUpTo(world, last));
  const posts = world.slack.apiCalls.filter(({ method }) => method === 'chat.postMessage');
  const waits = posts.slice(1).flatMap(({ at }, index) => (posts[index]?.status === 429 ? [at - posts[index].at] : []));
  expect(waits).toHaveLength(2);
  for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(20_000);
});

test.each(['answers 503', 'refuses connections'] as const)(
  'Slack %s for a whole restore: the thread is complete afterwards',
  async (outage) => {
    const world = await startWorld();
    await ask(world);
    world.slack.faults.down(outage);
    await tellAll(world);
    expect(onlyRun(world).state).toBe('COMPLETED');
    await expect.poll(() => world.logged.some(({ message }) => message.startsWith('Slack did not take'))).toBe(true);
    world.slack.faults.up();
    expectStory(await threadUpTo(world, last));
    expect(hasButtons(await parentShowing(world, last))).toBe(false);
  },
);

test('more cards than ten that Slack does not take make Node warn of no leak', async () => {
  const warnings = leakWarnings();
  const world = await startWorld();
  world.slack.faults.down('answers 503');
  for (let runs = 0; runs < 12; runs += 1) world.log.begin(noonClock().now(), requested());
  const refused = () => world.logged.filter(({ message }) => message.startsWith('Slack did not take'));
  await expect.poll(() => new Set(refused().map(({ details }) => details['runId'])).size).toBe(12);
  expect(warnings).toEqual([]);
});

test('what an older Slack refuses goes out in plain sections', async () => {
  const world = await startWorld();
  world.slack.faults.rejectBlocks(['plan', 'table', 'rich_text']);
  await ask(world);
  await tellAll(world);
  expectStory(await threadUpTo(world, last));
  const parent = await parentShowing(world, last);
  expect(readable(parent)).toContain('✓ Write back what differs');
  expect(readable(parent)).toContain('a bad deploy');
});

test('a process that died between post and record is followed by one that posts nothing twice', async () => {
  const world = await startWorld();
  const forget = world.deliveries.remember;
  await ask(world);
  await expect.poll(() => world.deliveries.posted('slack', onlyRun(world).id, 'parent')).toBeDefined();
  // The first process dies just after Slack took its next reply.
  world.deliveries.remember = () => {
    throw new Error('killed');
  };
  world.record(onlyRun(world).id, { type: 'withdrawn', by: { kind: 'slack', userId: 'U0ALICE', teamId: 'T0SANDBOX' } });
  await threadUpTo(world, 'Withdrawn');
  await world.bot.reporter.stop(0);
  world.deliveries.remember = forget;
  const { log, deliveries } = await world.startProcess();
  await expect.poll(() => deliveries.behind('slack')).toEqual([]);
  expect(log.open()).toEqual([]);
  expect(await threadUpTo(world, 'Withdrawn')).toHaveLength(1);
  expect(hasButtons(await parentShowing(world, 'Withdrawn'))).toBe(false);
});

test('a decision made while the bot was down shows after its start: the buttons go', async () => {
  const world = await startWorld();
  await ask(world);
  await world.bot.reporter.stop(1000);
  world.record(onlyRun(world).id, { type: 'expired', why: 'no-decision' });
  await world.startProcess();
  expect(hasButtons(await parentShowing(world, 'before it was decided'))).toBe(false);
});

test('a channel that lost the bot: the requester learns it, and the story follows when the bot is back', async () => {
  const world = await startWorld();
  await ask(world);
  const members = world.slack.channels().find(({ id }) => id === 'C0OPS')?.members ?? [];
  world.slack.changeChannel('C0OPS', { members: members.filter((id) => id !== world.slack.botUserId) });
  await tellAll(world);
  const alice = world.slack.as('U0ALICE');
  await expect
    .poll(() =>
      alice
        .dms()
        .map(({ text }) => text)
        .join(),
    )
    .toContain('/invite @pitr-restore');
  world.slack.changeChannel('C0OPS', { members });
  expectStory(await threadUpTo(world, last));
  expect(hasButtons(await parentShowing(world, last))).toBe(false);
  expect(alice.dms()).toHaveLength(1);
});

test.for([
  ['lost the bot', { kind: 'private', members: ['U0ALICE', 'U0BOB', 'U0DAVE'] }],
  ['was archived', { isArchived: true }],
] as const)(
  'a card in a channel that %s while its request was denied loses its buttons when it can be edited again',
  async ([, change]) => {
    const world = await startWorld();
    const channel = world.slack.channels().find(({ id }) => id === 'C0OPS');
    await ask(world);
    await world.bot.reporter.stop(1000);
    world.slack.changeChannel('C0OPS', change);
    const { record } = await world.startProcess();
    record(onlyRun(world).id, { type: 'denied', by, reason: 'not now' });
    await expect.poll(() => world.slack.as('U0ALICE').dms().length).toBe(1);
    world.slack.changeChannel('C0OPS', { ...channel });
    expect(hasButtons(await parentShowing(world, 'Denied'))).toBe(false);
    await threadUpTo(world, 'Denied');
  },
);

test.for([
  ['is_archived', 'un-archived'],
  ['restricted_action_read_only_channel', 'let me post there'],
] as const)(
  'what Slack answers with %s only people can change: whoever asked learns what to do',
  async ([code, what]) => {
    const world = await startWorld();
    await ask(world);
    world.slack.faults.refuseWith('chat.update', code);
    world.record(onlyRun(world).id, { type: 'denied', by, reason: 'not now' });
    await expect
      .poll(() =>
        world.slack
          .as('U0ALICE')
          .dms()
          .map(({ text }) => text)
          .join(),
      )
      .toContain(what);
    world.slack.faults.clear();
    expect(hasButtons(await parentShowing(world, 'Denied'))).toBe(false);
  },
);

test('a run from a shell is nobody’s business in Slack', async () => {
  const world = await startWorld();
  const wish = {
    environment: 'dev',
    tables: dev.tables,
    restorePoint: 'latest',
    words: '',
    timeZone: 'UTC',
    requestedBy: { kind: 'shell', user: 'ops', host: 'here' },
    reason: '',
    options: {
      planConfirmation: 'never',
      rollback: true,
      onConflict: 'overwrite',
      fence: 'off',
      timeoutMinutes: 30,
      dryRun: false,
    },
  } as const;
  await world.restores.request(wish, { kind: 'shell', workingDirectory: '/' });
  await expect.poll(() => world.deliveries.behind('slack')).toEqual([]);
  expect(world.slack.messages('C0OPS')).toEqual([]);
});

test('progress shows in the running message', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  world.record(id, { type: 'phase-started', phase: 'SWAP_DATA' });
  world.progress.set(id, 'quotes', 21, 40, { bytes: 2_100_000 });
  world.progress.set(id, 'user-likes', 0, 40, { bytes: 0 });
  const shown = readable(await parentShowing(world, '▓▓░░░░░░░░ 26 %, 21 of 80 items, 2.1 MB'));
  expect(shown).toContain('quotes: 21 of 40 items, 2.1 MB');
  expect(shown).toContain('user-likes: 0 of 40 items, 0 B');
  world.progress.set(id, 'quotes', 40, 40, { bytes: 4_000_000, isDone: true });
  expect(readable(await parentShowing(world, '40 of 80 items, 4.0 MB'))).not.toContain('quotes: 40');
});

test('stop tells what is left before it ends', async () => {
  const world = await startWorld();
  await ask(world);
  await tellAll(world);
  await world.bot.reporter.stop(200_000);
  expectStory(threadNow(world));
});

test('two bots on one file tell a story once: each message is posted by the one that claims it', async () => {
  const world = await startWorld();
  await world.startProcess();
  world.slack.faults.slow('chat.postMessage', 60);
  await ask(world);
  await tellAll(world);
  expectStory(await threadUpTo(world, last));
  await world.bot.reporter.stop(100_000);
  expectStory(await threadUpTo(world, last));
  expect(world.slack.messages('C0OPS').filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
});

test('what a bot was about to post when it was killed is posted by the next one', async () => {
  const world = await startWorld();
  await ask(world);
  const { id, lastSeq } = onlyRun(world);
  await world.bot.reporter.stop(1000);
  const now = world.clock.now();
  world.deliveries.claim('slack', id, String(lastSeq + 1), { process: 'killed', now, until: now + 5000 });
  world.record(id, { type: 'withdrawn', by });
  await world.startProcess();
  expect(await threadUpTo(world, 'Withdrawn')).toHaveLength(1);
});
