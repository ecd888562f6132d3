import { expect, test } from 'vitest';
import { nextStep } from '../../src/slack/views/approving.ts';
import { ask, onlyRun, open, parentShowing, readable, threadUpTo, titleOf } from './conversation.ts';
import { dev, minute, movableClock, noonClock, prod, startWorld, type World } from './world.ts';

const reminders = async (world: World) => {
  const [parent] = world.slack.messages('C0OPS');
  return world.slack.thread('C0OPS', parent?.ts ?? '').filter(({ text }) => text.includes(':bell:'));
};

test.for([
  [1, ['U0BOB'], 'It starts once <@U0BOB> approves it.'],
  [1, ['U0BOB', 'U0DAVE'], 'It starts once <@U0BOB> or <@U0DAVE> approves it.'],
  [2, ['U0BOB', 'U0DAVE'], 'It starts once <@U0BOB> and <@U0DAVE> have approved it.'],
  [
    2,
    ['U0BOB', 'U0DAVE', 'U0EVE'],
    'It starts once 2 people out of <@U0BOB>, <@U0DAVE> and <@U0EVE> have approved it.',
  ],
] as const)('%i of %j', ([approvals, approvers, sentence]) => {
  expect(
    JSON.stringify(nextStep({ ...prod, approvals, approvers: [...approvers, 'U0ALICE'] }, 'U0ALICE', '')),
  ).toContain(sentence);
});

test('approvers are reminded after a quarter of an hour, then after twice as long, by name and with the expiry', async () => {
  const clock = movableClock();
  const world = await startWorld({ clock });
  await ask(world);
  const told = async (count: number) => {
    await expect.poll(async () => (await reminders(world)).length).toBe(count);
    return (await reminders(world)).at(-1)?.text;
  };
  clock.moveOn(15 * minute);
  const first = await told(1);
  expect(first).toMatch(/^:bell: <@U0BOB> or <@U0DAVE>: this has been waiting for approval for 1[56] min/);
  expect(first).toMatch(/It expires <!date.*, in 7 h 4\d min/);
  clock.moveOn(15 * minute);
  expect(await told(2)).toMatch(/for 3[0-3] min/);
  clock.moveOn(15 * minute);
  clock.moveOn(15 * minute);
  expect(await told(3)).toMatch(/for 1 h/);
});

test('nobody is asked to approve while another restore is in the way; when that is over, everybody is told, once', async () => {
  const clock = movableClock();
  const world = await startWorld({ clock, environments: [dev, prod] });
  leaveChannel(world, 'U0DAVE');
  const alice = world.slack.as('U0ALICE');
  const restoreOfDev = async () => {
    const before = world.approved.length;
    await alice.submit(await open(world, 'dev 2 hours ago'), {});
    await expect.poll(() => world.approved.length).toBe(before + 1);
    await alice.close(alice.view(), { all: true });
    const id = world.approved.at(-1) ?? '';
    const stop = world.holdLock(id);
    world.record(id, { type: 'started' });
    return { id, stop };
  };
  const other = await restoreOfDev();
  await ask(world);
  const card = await parentShowing(world, `${other.id} is running. Only one`);
  clock.moveOn(16 * minute);
  other.stop();
  // The first reminder was due by then.
  await world.slack.messageUntil(
    'C0OPS',
    (shown) => shown.ts === card.ts && readable(shown).includes('was interrupted'),
  );
  expect(world.slack.as('U0DAVE').dms()).toHaveLength(0);
  world.record(other.id, { type: 'completed', durationMs: 1000 });
  const bells = () => world.slack.thread('C0OPS', card.ts).filter(({ text }) => text.includes(':bell:'));
  await expect.poll(() => bells().length).toBe(1);
  expect(bells()[0]?.text).toMatch(
    new RegExp(
      `^:bell: <@U0BOB> or <@U0DAVE>: this can be approved now: \`${other.id}\` is over. It has been waiting for approval for 1[67] min`,
    ),
  );
  await expect.poll(() => dmOf(world)).toContain('Your approval is asked for');
  expect(dmOf(world)).not.toContain('Only one restore runs at a time');
  const next = await restoreOfDev();
  await expect.poll(() => dmOf(world)).toContain(`${next.id} is running. Only one restore runs at a time`);
  clock.moveOn(20 * minute);
  world.record(next.id, { type: 'completed', durationMs: 1000 });
  await expect.poll(() => bells().length).toBe(2);
  expect(bells()[1]?.text).toContain(`\`${next.id}\` is over.`);
  await expect.poll(() => dmOf(world)).not.toContain('Only one restore runs at a time');
  expect(world.slack.as('U0DAVE').dms()).toHaveLength(1);
});

test('a restart neither repeats a reminder nor makes up for those it missed', async () => {
  const clock = noonClock();
  let ahead = 0;
  const world = await startWorld({ clock: { now: () => clock.now() + ahead, sleep: clock.sleep } });
  await ask(world);
  await world.bot.reporter.stop(1000);
  ahead = 130 * minute;
  const second = await world.startProcess();
  await threadUpTo(world, 'this has been waiting for approval for 2 h');
  await second.bot.reporter.stop(1000);
  const third = await world.startProcess();
  third.record(onlyRun(world).id, { type: 'expired', why: 'no-decision' });
  await threadUpTo(world, 'expired');
  expect(await reminders(world)).toHaveLength(1);
});

test('an approver who is not in the channel is told directly, once', async () => {
  const world = await startWorld();
  const members = world.slack.channels().find(({ id }) => id === 'C0OPS')?.members ?? [];
  world.slack.changeChannel('C0OPS', { members: members.filter((id) => id !== 'U0DAVE') });
  await ask(world);
  const dave = world.slack.as('U0DAVE');
  await expect.poll(() => dave.dms().length).toBe(1);
  const [told] = dave.dms();
  for (const part of ['Your approval is asked for: restore of prod', 'a bad deploy', '<#C0OPS>', 'It expires'])
    expect(readable(told)).toContain(part);
  await world.bot.reporter.stop(1000);
  const { record } = await world.startProcess();
  record(onlyRun(world).id, { type: 'expired', why: 'no-decision' });
  await threadUpTo(world, 'expired');
  expect(dave.dms()).toHaveLength(1);
  expect(world.slack.as('U0BOB').dms()).toEqual([]);
});

test('whose account may decide nothing is not asked, and learns nothing', async () => {
  const world = await startWorld();
  leaveChannel(world, 'U0BOB', 'U0DAVE');
  world.slack.changeUser('U0BOB', { isRestricted: true });
  await ask(world);
  await expect.poll(() => world.slack.as('U0DAVE').dms().length).toBe(1);
  await expect.poll(() => world.logged.map(({ details }) => details['userId'])).toContain('U0BOB');
  expect(world.slack.as('U0BOB').dms()).toEqual([]);
});

/** C0OPS without these people. */
function leaveChannel(world: World, ...who: readonly string[]): void {
  const members = world.slack.channels().find(({ id }) => id === 'C0OPS')?.members ?? [];
  world.slack.changeChannel('C0OPS', { members: members.filter((id) => !who.includes(id)) });
}

const slackUser = (userId: string) => ({ kind: 'slack', userId, teamId: 'T0SANDBOX' }) as const;
const dmOf = (world: World, who = 'U0DAVE') => readable(world.slack.as(who).dms().at(-1));

test.for([
  ['denied', { type: 'denied', by: slackUser('U0BOB'), reason: 'not now' }, 'Denied by <@U0BOB>'],
  ['withdrawn', { type: 'withdrawn', by: slackUser('U0ALICE') }, 'Withdrawn by <@U0ALICE>'],
  ['expired', { type: 'expired', why: 'no-decision' }, 'The request expired'],
  ['approved', { type: 'approved', by: slackUser('U0BOB'), digest: '' }, 'Approved by <@U0BOB>'],
] as const)('what an absent approver was sent says so when the request is %s, with a link', async ([, event, said]) => {
  const world = await startWorld();
  leaveChannel(world, 'U0DAVE');
  const card = await ask(world);
  await expect.poll(() => dmOf(world)).toContain('Your approval is asked for');
  const { id, digest } = onlyRun(world);
  world.record(id, event.type === 'approved' ? { ...event, digest } : event);
  await expect.poll(() => dmOf(world)).toContain(said);
  expect(dmOf(world)).not.toContain('asked for:');
  expect(dmOf(world)).toContain(`https://sandbox.slack.com/archives/C0OPS/p${card.ts.replace('.', '')}|the thread`);
  expect(world.slack.as('U0DAVE').dms()).toHaveLength(1);
});

test('what was decided while the bot was down shows in the direct messages after its start, and in the end how it went', async () => {
  const world = await startWorld();
  leaveChannel(world, 'U0DAVE');
  await ask(world);
  await expect.poll(() => dmOf(world)).toContain('Your approval is asked for');
  await world.bot.reporter.stop(1000);
  const { id, digest } = onlyRun(world);
  world.record(id, { type: 'approved', by: slackUser('U0BOB'), digest });
  const { record, bot } = await world.startProcess();
  await expect.poll(() => dmOf(world)).toContain('Restore of prod: approved');
  await bot.reporter.stop(1000);
  record(id, { type: 'started' });
  record(id, { type: 'completed', durationMs: 1000 });
  await world.startProcess();
  await expect.poll(() => dmOf(world)).toContain('Restore of prod: completed');
});

test('a direct message that could not be edited is edited later, also when its story was told to the end', async () => {
  const world = await startWorld();
  leaveChannel(world, 'U0DAVE');
  await ask(world);
  await expect.poll(() => dmOf(world)).toContain('Your approval is asked for');
  world.slack.faults.failWith('chat.getPermalink', 500);
  world.record(onlyRun(world).id, { type: 'withdrawn', by: slackUser('U0ALICE') });
  await threadUpTo(world, 'Withdrawn');
  await world.bot.reporter.stop(1000);
  expect(dmOf(world)).toContain('Your approval is asked for');
  world.slack.faults.clear();
  await world.startProcess();
  await expect.poll(() => dmOf(world)).toContain('Withdrawn by');
});

test('of two who are needed, the one who has approved is not asked any more', async () => {
  const world = await startWorld({ environments: [{ ...prod, approvals: 2 }] });
  leaveChannel(world, 'U0BOB', 'U0DAVE');
  await ask(world);
  for (const who of ['U0BOB', 'U0DAVE'])
    await expect.poll(() => dmOf(world, who)).toContain('Your approval is asked for');
  world.restores.approve(onlyRun(world).id, slackUser('U0BOB'), onlyRun(world).digest);
  await expect.poll(() => dmOf(world, 'U0BOB')).toContain('You have approved the restore of prod');
  expect(dmOf(world, 'U0DAVE')).toContain('Your approval is asked for');
});

test.for([
  ['who is in the channel is not said at first', 'conversations.members'],
  ['the first message is refused for a while', 'chat.postMessage'],
] as const)('absent approvers are all told, each once, when %s', async ([, method]) => {
  for (const fault of ['rateLimit', 'failWith'] as const) {
    const world = await startWorld({ environments: [{ ...prod, approvers: ['U0BOB', 'U0DAVE', 'U0EVE'] }] });
    leaveChannel(world, 'U0BOB', 'U0DAVE', 'U0EVE');
    world.slack.on('message', ({ threadTs, channel }) => {
      if (channel !== 'C0OPS' || threadTs !== undefined) return;
      if (fault === 'rateLimit') world.slack.faults.rateLimit(method, { times: 1, retryAfter: 1 });
      else world.slack.faults.failWith(method, 500, { times: 1 });
    });
    await ask(world);
    for (const who of ['U0BOB', 'U0DAVE', 'U0EVE'])
      await expect.poll(() => dmOf(world, who)).toContain('Your approval is asked for');
    for (const who of ['U0BOB', 'U0DAVE', 'U0EVE']) expect(world.slack.as(who).dms()).toHaveLength(1);
  }
});

test('that Slack does not say who is in the channel holds nothing up', async () => {
  const world = await startWorld();
  world.slack.faults.failWith('conversations.members', 500);
  await world.slack.as('U0BOB').click(await ask(world), { text: 'Approve' });
  await parentShowing(world, 'Approved by <@U0BOB>');
});

test('with step-up the name of the environment is typed before an approval counts', async () => {
  const world = await startWorld({ environments: [{ ...prod, approvalStepUp: true }] });
  const card = await ask(world);
  const bob = world.slack.as('U0BOB');
  await bob.click(card, { text: 'Approve' });
  const modal = await bob.viewUntil((view) => titleOf(view) === 'Approve');
  expect(onlyRun(world).state).toBe('AWAITING_APPROVAL');
  expect(await bob.submit(modal, { Environment: 'dev' })).toMatchObject({
    errors: { [String(modal.blocks.find(({ type }) => type === 'input')?.['block_id'])]: 'That is not its name: prod' },
  });
  await bob.submit(modal, { Environment: ' prod ' });
  await bob.viewUntil((view) => titleOf(view) === 'Approved');
  await parentShowing(world, 'Approved by <@U0BOB>');
  expect(world.approved).toEqual([onlyRun(world).id]);
});

test('with step-up, too, the first decision wins and rights are asked anew', async () => {
  const world = await startWorld({ environments: [{ ...prod, approvalStepUp: true }] });
  const card = await ask(world);
  const [bob, dave] = [world.slack.as('U0BOB'), world.slack.as('U0DAVE')];
  await bob.click(card, { text: 'Approve' });
  await dave.click(card, { text: 'Approve' });
  const late = await dave.viewUntil((view) => titleOf(view) === 'Approve');
  world.slack.changeUser('U0BOB', { deleted: true });
  await bob.submit(await bob.viewUntil((view) => titleOf(view) === 'Approve'), { Environment: 'prod' });
  expect(readable(await bob.viewUntil((view) => titleOf(view) === 'Not possible'))).toContain('deactivated');
  world.restores.withdraw(onlyRun(world).id, { kind: 'slack', userId: 'U0ALICE', teamId: 'T0SANDBOX' });
  await dave.submit(late, { Environment: 'prod' });
  expect(readable(await dave.viewUntil((view) => titleOf(view) === 'Not done'))).toContain('withdrawn by <@U0ALICE>');
  expect(world.approved).toEqual([]);
});
