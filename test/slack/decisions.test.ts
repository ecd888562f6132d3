import { expect, test } from 'vitest';
import type { Person } from '../../src/sandbox/slack/people/person.ts';
import {
  approveAndStart,
  ask,
  asksForPlan,
  command,
  fromThePlanToTheEnd,
  hasButtons,
  onlyRun,
  open,
  parentShowing,
  readable,
  threadUpTo,
  titleOf,
} from './conversation.ts';
import { dev, minute, noonClock, prod, startWorld } from './world.ts';

const told = async (person: Person) => (await person.ephemeralUntil(() => true)).text;

test.each(['socket', 'http'] as const)('over %s: asked, approved by a second person, started once', async (mode) => {
  const world = await startWorld({ mode });
  const card = await ask(world);
  for (const part of ['Approval needed: restore of prod', 'a bad deploy', '<@U0BOB> or <@U0DAVE>', '<!date^', ' UTC']) {
    expect(readable(card)).toContain(part);
  }
  const run = onlyRun(world);
  expect(readable(card)).toContain(run.digest.slice(0, 8));
  expect(world.approved).toEqual([]);

  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  const decided = await parentShowing(world, 'Approved by <@U0BOB>');
  expect(hasButtons(decided)).toBe(false);
  expect(world.approved).toEqual([run.id]);
  await world.bot.recheck(onlyRun(world));
});

test('with no second person needed it may start at once', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  await alice.submit(await open(world, 'dev 2 hours ago --tables quotes'), {});
  await alice.viewUntil((shown) => titleOf(shown) === 'Asked');
  expect(world.approved).toEqual([onlyRun(world).id]);
});

test.for([
  ['U0ALICE', 'Approve', ['You asked for this restore', '<@U0BOB> or <@U0DAVE>']],
  ['U0ALICE', 'Deny', ['You asked for this restore yourself', 'Withdraw']],
  ['U0CAROL', 'Approve', ['You are not an approver of prod', '<@U0BOB>']],
  ['U0EVE', 'Deny', ['You are not an approver of prod']],
  ['U0BOB', 'Withdraw', ['Only the person who asked', '<@U0ALICE>']],
] as const)('%s may not click %s, and learns alone why', async ([who, label, parts]) => {
  const world = await startWorld();
  const card = await ask(world);
  const person = world.slack.as(who);
  await person.click(card, { text: label });
  const said = await told(person);
  for (const part of parts) expect(said).toContain(part);
  expect(onlyRun(world).state).toBe('AWAITING_APPROVAL');
  expect(person.views().filter((view) => titleOf(view) !== 'Asked')).toEqual([]);
});

test('an approver who was deactivated a moment ago decides nothing', async () => {
  const world = await startWorld();
  const card = await ask(world);
  world.slack.changeUser('U0BOB', { deleted: true });
  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  expect(await told(world.slack.as('U0BOB'))).toContain('deactivated');
  expect(onlyRun(world).state).toBe('AWAITING_APPROVAL');
});

test('when Slack cannot say who clicked, nothing is decided', async () => {
  const world = await startWorld();
  const card = await ask(world);
  world.slack.faults.failWith('users.info', 500);
  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  expect(await told(world.slack.as('U0BOB'))).toContain('without that nothing is done');
  expect(world.approved).toEqual([]);
});

test('of two approvers at the same moment the first one decides, and the second is told who did', async () => {
  const world = await startWorld();
  const card = await ask(world);
  const [bob, dave] = [world.slack.as('U0BOB'), world.slack.as('U0DAVE')];
  await Promise.all([bob.click(card, { text: 'Approve' }), dave.click(card, { text: 'Approve' })]);
  const late = await Promise.race([told(bob), told(dave)]);
  expect(late).toMatch(/This request was approved by <@U0(BOB|DAVE)> <!date/);
  expect(world.approved).toHaveLength(1);
  expect(onlyRun(world).approvals).toHaveLength(1);
});

test('two approvals are needed where two are configured, from two people', async () => {
  const world = await startWorld({ environments: [{ ...prod, approvals: 2 }] });
  const card = await ask(world);
  const bob = world.slack.as('U0BOB');
  await bob.click(card, { text: 'Approve' });
  await parentShowing(world, 'So far: <@U0BOB>');
  await bob.click(card, { text: 'Approve' });
  expect(await told(bob)).toContain('You approved this request already');
  expect(world.approved).toEqual([]);
  await world.slack.as('U0DAVE').click(card, { text: 'Approve' });
  await parentShowing(world, 'Approved by <@U0BOB>');
  expect(world.approved).toHaveLength(1);
});

test('a denial asks for a reason, which the card then shows letter by letter', async () => {
  const world = await startWorld();
  const card = await ask(world);
  const bob = world.slack.as('U0BOB');
  await bob.click(card, { text: 'Deny' });
  const why = await bob.viewUntil((view) => titleOf(view) === 'Deny this restore?');
  await bob.submit(why, { 'Why not?': 'not *now* <!channel>' });
  await bob.viewUntil((view) => titleOf(view) === 'Denied');
  const closed = await parentShowing(world, 'Denied by <@U0BOB>');
  expect(hasButtons(closed)).toBe(false);
  expect(closed.text).toContain('&lt;!channel&gt;');
  expect(onlyRun(world)).toMatchObject({ state: 'DENIED', closedBy: { reason: 'not *now* <!channel>' } });
});

test('the requester withdraws, and a click on a stale card is told so', async () => {
  const world = await startWorld();
  const card = await ask(world);
  await world.slack.as('U0ALICE').click(card, { text: 'Withdraw' });
  await parentShowing(world, 'Withdrawn by <@U0ALICE>');
  const bob = world.slack.as('U0BOB');
  await bob.click(card, { text: 'Approve' }, { staleMessage: true });
  expect(await told(bob)).toContain('This request was withdrawn by <@U0ALICE>');
  await bob.click(card, { text: 'Deny' }, { staleMessage: true });
  await expect.poll(() => bob.ephemerals().length).toBe(2);
  expect(bob.views()).toEqual([]);
});

test('a request nobody decided expires, and its card loses its buttons', async () => {
  const clock = noonClock();
  let ahead = 0;
  const world = await startWorld({ clock: { now: () => clock.now() + ahead, sleep: clock.sleep } });
  const card = await ask(world);
  ahead = 9 * 60 * minute;
  const bob = world.slack.as('U0BOB');
  await bob.click(card, { text: 'Approve' });
  expect(await told(bob)).toContain('expired');
  expect(world.restores.expireOverdue()).toHaveLength(1);
  expect(hasButtons(await parentShowing(world, 'before it was decided'))).toBe(false);
});

test('a forged button decides nothing: the digest must be the one that was shown', async () => {
  const world = await startWorld();
  const card = await ask(world);
  const forged = JSON.parse(JSON.stringify(card).replaceAll(onlyRun(world).digest, 'f'.repeat(64)));
  const bob = world.slack.as('U0BOB');
  await bob.click(forged, { text: 'Approve' }, { staleMessage: true });
  expect(await told(bob)).toContain('not the request that you were shown');
  expect(world.approved).toEqual([]);
});

test('the same click delivered twice decides once', async () => {
  const world = await startWorld();
  const card = await ask(world);
  world.slack.faults.duplicateDelivery();
  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  await parentShowing(world, 'Approved by <@U0BOB>');
  expect(world.approved).toHaveLength(1);
});

test('an answer that its address does not take goes to the person directly', async () => {
  const world = await startWorld();
  const card = await ask(world);
  world.slack.faults.failWith('response_url', 500, { times: 1 });
  await world.slack.as('U0EVE').click(card, { text: 'Approve' });
  const sent = () =>
    world.slack.apiCalls.filter(({ args }) => args['channel'] === 'U0EVE').map(({ args }) => args['text']);
  await expect.poll(sent).toEqual([expect.stringContaining('You are not an approver of prod')]);
});

test('rights are asked about once more before the start', async () => {
  const world = await startWorld();
  await world.slack.as('U0BOB').click(await ask(world), { text: 'Approve' });
  await expect.poll(() => world.approved.length).toBe(1);
  world.slack.changeUser('U0BOB', { isRestricted: true });
  await expect(world.bot.recheck(onlyRun(world))).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    message: 'U0BOB may not stand behind this restore any more: Guests may not use this bot.',
  });
});

test.for([
  ['Proceed', 'plan-confirmed', '<@U0BOB> said: proceed.'],
  ['Stop', 'plan-refused', '<@U0BOB> said: stop.'],
] as const)('%s answers the plan, and the question loses its buttons', async ([label, type, said]) => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  world.record(id, ...asksForPlan);
  await threadUpTo(world, 'Go on?');
  const [parent] = world.slack.messages('C0OPS');
  const question = world.slack.thread('C0OPS', parent?.ts ?? '').find(({ text }) => text.includes('Go on?'));
  expect(readable(question)).toContain('80 items will be put back and 12 deleted');
  expect(readable(question)).toContain('"type":"table"');
  const eve = world.slack.as('U0EVE');
  if (question === undefined) throw new Error('no question');
  await eve.click(question, { text: label });
  expect(await told(eve)).toContain('You may not answer for prod');
  await world.slack.as('U0BOB').click(question, { text: label });
  await threadUpTo(world, said);
  expect(world.log.ofRun(id).at(-1)?.event.type).toBe(type);
  const [, ...replies] = world.slack.thread('C0OPS', parent?.ts ?? '');
  expect(replies.filter(hasButtons)).toEqual([]);
});

test('a click that comes too late for a run says so of the run, and not of its approval', async () => {
  const world = await startWorld();
  const [bob, carol] = [world.slack.as('U0BOB'), world.slack.as('U0CAROL')];
  const id = await approveAndStart(world, await ask(world));
  const running = await parentShowing(world, '"Cancel"');
  world.record(id, ...asksForPlan);
  await threadUpTo(world, 'Go on?');
  const question = world.slack.thread('C0OPS', running.ts).find(({ text }) => text.includes('Go on?'));
  if (question === undefined) throw new Error('no question');
  await bob.click(question, { text: 'Proceed' });
  await threadUpTo(world, '<@U0BOB> said: proceed.');
  await bob.click(question, { text: 'Stop' }, { staleMessage: true });
  expect(await told(bob)).not.toContain('was approved');
  await carol.click(running, { text: 'Cancel' }, { staleMessage: true });
  await carol.click(running, { text: 'Cancel' }, { staleMessage: true });
  expect(await told(carol)).toContain('being cancelled already');
});

test('a late Cancel of what never began is told who took it back', async () => {
  const world = await startWorld();
  await world.slack.as('U0BOB').click(await ask(world), { text: 'Approve' });
  const waiting = await parentShowing(world, '"Cancel"');
  const carol = world.slack.as('U0CAROL');
  await carol.click(waiting, { text: 'Cancel' });
  await parentShowing(world, 'Withdrawn by <@U0CAROL>');
  const alice = world.slack.as('U0ALICE');
  await alice.click(waiting, { text: 'Cancel' }, { staleMessage: true });
  expect(await told(alice)).toContain('This request was withdrawn by <@U0CAROL>');
});

test('Cancel on the running message, and by command', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  const running = await parentShowing(world, '"Cancel"');
  const eve = world.slack.as('U0EVE');
  await eve.click(running, { text: 'Cancel' });
  expect(await told(eve)).toContain('You may not stop a restore of prod');
  await world.slack.as('U0CAROL').command(command, 'cancel');
  expect(await told(world.slack.as('U0CAROL'))).toContain(`\`${id}\` stops at its next safe point`);
  expect(hasButtons(await parentShowing(world, 'Stopping at the next safe point'))).toBe(false);
  expect(onlyRun(world).cancelRequested).toBe(true);
});

test('a finished run cannot be cancelled, and its message has no buttons', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  world.record(id, ...fromThePlanToTheEnd());
  expect(hasButtons(await parentShowing(world, 'compared item by item'))).toBe(false);
  const outcome = await world.slack.as('U0ALICE').command(command, `cancel ${id}`);
  expect(outcome.response?.text).toContain('has ended already (completed)');
});

test.each(['failWith', 'loseReply'] as const)(
  'what is on record is never told as not done, whatever becomes of the window (%s)',
  async (fault) => {
    const world = await startWorld();
    const alice = world.slack.as('U0ALICE');
    const bob = world.slack.as('U0BOB');
    const breakWindows = () =>
      fault === 'failWith'
        ? world.slack.faults.failWith('views.update', 500)
        : world.slack.faults.loseReply('views.update', {});
    const wanted = await open(world, 'prod 2 hours ago');
    breakWindows();
    await alice.submit(wanted, { Reason: 'x' });
    await expect
      .poll(() =>
        alice
          .dms()
          .map(({ text }) => text)
          .join(),
      )
      .toContain('is on record');
    world.slack.faults.clear();
    const card = await parentShowing(world, 'Approval needed');
    await bob.click(card, { text: 'Deny' });
    const why = await bob.viewUntil((view) => view.submit !== undefined);
    breakWindows();
    await bob.submit(why, { 'Why not?': 'not today' });
    await expect
      .poll(() =>
        bob
          .dms()
          .map(({ text }) => text)
          .join(),
      )
      .toContain('is denied');
    for (const person of [alice, bob])
      expect(
        person
          .dms()
          .map(({ text }) => text)
          .join(),
      ).not.toContain('once more');
  },
);

test('while another restore runs, Approve is refused and uses nothing up; when that is over it counts', async () => {
  const world = await startWorld();
  const warning = 'Only one restore runs at a time: this one cannot be approved before that is over.';
  await ask(world);
  const asked = onlyRun(world);
  const alice = world.slack.as('U0ALICE');
  await alice.submit(await open(world, 'dev 2 hours ago'), {});
  await expect.poll(() => world.approved.length).toBe(1);
  const [id = ''] = world.approved;
  const bob = world.slack.as('U0BOB');
  await bob.click(await parentShowing(world, `${id} is approved and starts as soon as it can. ${warning}`), {
    text: 'Approve',
  });
  expect(await told(bob)).toContain(`Not approved yet: \`${id}\` is approved and starts as soon as it can`);
  world.holdLock(id);
  world.record(id, { type: 'started' }, { type: 'phase-started', phase: 'AWAIT_ACTIVE' });
  const card = await parentShowing(world, `${id} is running. ${warning} When that is over, this line goes.`);
  expect(readable(card)).toContain(`${id} is running. ${warning} The tables of prod go back`);
  expect(readable(await open(world, 'prod 1 hour ago', 'U0CAROL'))).toContain(`${id} is running. ${warning}`);
  await bob.click(card, { text: 'Approve' });
  await expect.poll(() => bob.ephemerals().length).toBe(2);
  const said = bob.ephemerals().at(-1)?.text;
  expect(said).toContain(`Not approved yet: \`${id}\` is running (Wait until the restored tables are ready`);
  expect(said).not.toContain('Nobody carries it out');
  expect(said).toMatch(/This request stays open until <!date/);
  expect(world.restores.run(asked.id)).toMatchObject({ state: 'AWAITING_APPROVAL', approvals: [] });
  world.record(id, { type: 'completed', durationMs: 1000 });
  const free = await world.slack.messageUntil('C0OPS', (shown) => {
    return shown.ts === card.ts && !readable(shown).includes(warning);
  });
  await bob.click(free, { text: 'Approve' });
  await expect.poll(() => world.approved).toEqual([id, asked.id]);
});

test('of two requests approved at the same moment one counts, and the other stays open', async () => {
  const world = await startWorld();
  const [first, second] = [await ask(world), await ask(world)];
  const [bob, dave] = [world.slack.as('U0BOB'), world.slack.as('U0DAVE')];
  await Promise.all([bob.click(first, { text: 'Approve' }), dave.click(second, { text: 'Approve' })]);
  expect(await Promise.race([told(bob), told(dave)])).toContain('Not approved yet');
  const states = world.restores.history(2).map(({ state }) => state);
  expect(states.toSorted()).toEqual(['APPROVED', 'AWAITING_APPROVAL']);
  expect(world.approved).toHaveLength(1);
});

test('of two approvals that are needed the first one counts also while another restore runs', async () => {
  const world = await startWorld({ environments: [dev, { ...prod, approvals: 2 }] });
  await world.slack.as('U0ALICE').submit(await open(world, 'dev 2 hours ago'), {});
  await expect.poll(() => world.approved.length).toBe(1);
  const [id = ''] = world.approved;
  world.record(id, { type: 'started' });
  await ask(world);
  const counts = 'the last approval of this one cannot be given before that is over; those before it count. ';
  const card = await parentShowing(world, counts);
  expect(readable(card).split(counts)).toHaveLength(3);
  const asking = await open(world, 'prod 1 hour ago', 'U0CAROL');
  expect(readable(asking)).toContain(counts.trim());
  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  const half = await parentShowing(world, 'So far: <@U0BOB>');
  expect(readable(half).split('this one cannot be approved before that is over. ')).toHaveLength(3);
  const dave = world.slack.as('U0DAVE');
  await dave.click(card, { text: 'Approve' }, { staleMessage: true });
  expect(await told(dave)).toContain('Not approved yet');
});

test('with step-up, too, an approval that would be in vain does not count', async () => {
  const world = await startWorld({ environments: [dev, { ...prod, approvalStepUp: true }] });
  await world.slack.as('U0ALICE').submit(await open(world, 'dev 2 hours ago'), {});
  await expect.poll(() => world.approved.length).toBe(1);
  world.record(world.approved[0] ?? '', { type: 'started' });
  const bob = world.slack.as('U0BOB');
  await bob.click(await ask(world), { text: 'Approve' });
  const asks = await bob.viewUntil((view) => view.submit !== undefined);
  expect(readable(asks)).toContain('Only one restore runs at a time: this one cannot be approved before that is over.');
  await bob.submit(asks, { Environment: 'prod' });
  await bob.viewUntil((view) => readable(view).includes('Not approved yet'));
  expect(world.restores.history(1)[0]?.state).toBe('AWAITING_APPROVAL');
});

test('the window for an undo warns while another restore runs', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  world.wrote(id, 'quotes', 46);
  world.record(id, ...fromThePlanToTheEnd());
  const alice = world.slack.as('U0ALICE');
  await alice.submit(await open(world, 'dev 2 hours ago'), {});
  await expect.poll(() => world.approved.length).toBe(2);
  world.holdLock(world.approved[1] ?? '');
  world.record(world.approved[1] ?? '', { type: 'started' });
  await alice.close(alice.view(), { all: true });
  await alice.command(command, `undo ${id}`);
  const view = await alice.viewUntil((shown) => titleOf(shown) === 'Undo this restore?');
  expect(readable(view)).toContain(`${world.approved[1]} is running. Only one restore runs at a time`);
});
