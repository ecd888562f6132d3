import { expect, test } from 'vitest';
import type { Environment } from '../../src/restore/environment.ts';
import { ask, command, isConfirm, onlyRun, open, parentShowing, readable, titleOf } from './conversation.ts';
import { dev, minute, movableClock, prod, startWorld, type World } from './world.ts';

const byGroup: Environment = { ...prod, approvers: [], approverGroups: ['S0LEADS'] };
const leads = { id: 'S0LEADS', users: ['U0BOB'] };

function withGroups(environment: Environment = byGroup, more: Parameters<typeof startWorld>[0] = {}) {
  return startWorld({ environments: [dev, environment], slack: { userGroups: [leads] }, ...more });
}

const asked = (world: World) => world.slack.apiCalls.filter(({ method }) => method === 'usergroups.users.list').length;

test('who is in a group of approvers approves, and the record says by which rule', async () => {
  const world = await withGroups();
  const card = await ask(world);
  expect(readable(card)).toContain('One approval is needed, from <!subteam^S0LEADS>');
  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  await parentShowing(world, 'Approved by <@U0BOB>');
  expect(onlyRun(world).approvals[0]?.by).toMatchObject({ userId: 'U0BOB', groups: ['S0LEADS'] });
});

test('who is in no such group is refused alone, and told whom to ask', async () => {
  const world = await withGroups();
  const eve = world.slack.as('U0EVE');
  const card = await ask(world);
  for (const text of ['Approve', 'Deny']) await eve.click(card, { text });
  await expect.poll(() => eve.ephemerals().length).toBe(2);
  for (const { text } of eve.ephemerals()) expect(text).toContain('You are not an approver of prod.');
  expect(eve.ephemerals()[0]?.text).toContain('by user id and user group. Ask <!subteam^S0LEADS>.');
  expect(onlyRun(world).state).toBe('AWAITING_APPROVAL');
});

test('an admin by group asks, alone or with the form, and sees why on the Home tab', async () => {
  const world = await withGroups({ ...prod, admins: [], adminGroups: ['S0LEADS'], approvers: ['U0ALICE'] });
  const bob = world.slack.as('U0BOB');
  await open(world, 'prod 2 hours ago', 'U0BOB');
  await bob.command(command, '');
  await bob.viewUntil((view) => titleOf(view) === 'Restore tables' && view.submit !== undefined);
  await bob.openHome();
  await expect.poll(() => readable(bob.home())).toContain('(you are an admin of it, by a user group)');
  const eve = world.slack.as('U0EVE');
  await eve.command(command, 'prod 2 hours ago');
  const refused = await eve.viewUntil((view) => titleOf(view) === 'Not possible');
  expect(readable(refused)).toContain('You may not ask for a restore of prod.');
  await eve.command(command, '');
  await eve.ephemeralUntil(({ text }) => text.includes('You may not ask for'));
});

test('what Slack does not say gives nobody a right', async () => {
  const world = await withGroups();
  world.slack.faults.failWith('usergroups.users.list', 500);
  const card = await ask(world);
  const bob = world.slack.as('U0BOB');
  await bob.click(card, { text: 'Approve' });
  const answer = await bob.ephemeralUntil(() => true);
  expect(answer.text).toContain(
    'Slack could not be asked who is in the user group S0LEADS, and without that nothing is done.',
  );
  expect(onlyRun(world).state).toBe('AWAITING_APPROVAL');
});

test.for([
  ['a group that is switched off', { isEnabled: false }, undefined],
  ['a scope that the app was not given', {}, 'missing_scope'],
] as const)('%s gives nobody a right, and the log says so', async ([, change, refusal]) => {
  const world = await withGroups();
  world.slack.changeUserGroup('S0LEADS', change);
  if (refusal !== undefined) world.slack.faults.refuseWith('usergroups.users.list', refusal);
  const card = await ask(world);
  const bob = world.slack.as('U0BOB');
  await bob.click(card, { text: 'Approve' });
  expect((await bob.ephemeralUntil(() => true)).text).toContain('You are not an approver of prod.');
  expect(world.logged).toContainEqual(
    expect.objectContaining({ level: 'error', details: expect.objectContaining({ reason: 'S0LEADS' }) }),
  );
});

test('Slack is asked once a minute; who has left the group by then may no more', async () => {
  const clock = movableClock();
  const world = await withGroups({ ...byGroup, approvals: 2 }, { clock });
  const card = await ask(world);
  await expect.poll(() => asked(world)).toBe(1);
  const bob = world.slack.as('U0BOB');
  const eve = world.slack.as('U0EVE');
  world.slack.changeUserGroup('S0LEADS', { users: ['U0EVE'] });
  await eve.click(card, { text: 'Approve' });
  await eve.ephemeralUntil(({ text }) => text.includes('You are not an approver'));
  expect(asked(world)).toBe(1);
  clock.moveOn(minute);
  await bob.click(card, { text: 'Approve' });
  await bob.ephemeralUntil(({ text }) => text.includes('You are not an approver'));
  await eve.click(card, { text: 'Approve' });
  await parentShowing(world, 'So far: <@U0EVE>.');
});

test('rights by group are asked anew just before the start', async () => {
  const clock = movableClock();
  const world = await withGroups(byGroup, { clock });
  const card = await ask(world);
  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  await expect.poll(() => world.approved.length).toBe(1);
  await expect(world.bot.recheck(onlyRun(world))).resolves.toBeUndefined();
  world.slack.changeUserGroup('S0LEADS', { users: [] });
  clock.moveOn(minute);
  await expect(world.bot.recheck(onlyRun(world))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
});

test('approvers by group who are not in the channel are told directly, the asker never', async () => {
  const members = ['U0ALICE', 'U0BOT'];
  const world = await startWorld({
    environments: [dev, byGroup],
    slack: { userGroups: [{ id: 'S0LEADS', users: ['U0BOB', 'U0ALICE'] }], channels: [{ id: 'C0OPS', members }] },
  });
  await ask(world);
  const told = () => world.slack.apiCalls.filter(({ args }) => String(args['channel']).startsWith('U'));
  await expect.poll(() => told().map(({ args }) => args['channel'])).toEqual(['U0BOB']);
});

test('guests, and one whom Slack does not know, keep nobody else from being told, and a crowd is not written to one by one', async () => {
  const guests = Array.from({ length: 25 }, (_, index) => `U0GUEST${index}`);
  const crowd = Array.from({ length: 40 }, (_, index) => `U0CROWD${index}`);
  const world = await startWorld({
    environments: [dev, { ...byGroup, approvers: [...guests, 'U0GONE', 'U0BOB'] }],
    slack: {
      users: [...guests, ...crowd].map((id) => ({ id, name: id.toLowerCase(), isRestricted: guests.includes(id) })),
      userGroups: [{ id: 'S0LEADS', users: crowd }],
      channels: [{ id: 'C0OPS', members: ['U0ALICE', 'U0BOT'] }],
    },
  });
  await ask(world);
  await expect.poll(() => world.slack.as('U0BOB').dms().length).toBe(1);
  const crowdLogged = () => world.logged.filter(({ message }) => message.startsWith('There are too many approvers'));
  await expect.poll(crowdLogged).toHaveLength(1);
  const told = world.slack.apiCalls.filter(({ args }) => String(args['channel']).startsWith('U'));
  expect(told).toHaveLength(20);
});

test('whoever is named by id is not asked about: the id is enough', async () => {
  const world = await withGroups({ ...prod, adminGroups: ['S0LEADS'], approverGroups: ['S0LEADS'] });
  await open(world, 'prod 2 hours ago', 'U0ALICE', isConfirm);
  expect(asked(world)).toBe(0);
});
