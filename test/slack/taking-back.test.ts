/** What waits can always be taken back, by those who stand behind it. */
import { expect, test } from 'vitest';
import { ask, command, hasButtons, onlyRun, parentShowing } from './conversation.ts';
import { dev, prod, startWorld, type World } from './world.ts';

const told = async (world: World, who: string) => {
  const person = world.slack.as(who);
  await expect.poll(() => person.ephemerals().length).toBeGreaterThan(0);
  return person.ephemerals().at(-1)?.text;
};

test.for([
  ['withdrawn by who asked for it', 'U0ALICE'],
  ['cancelled by who approved it', 'U0BOB'],
] as const)('what waits for an environment that is not configured any more is %s', async ([, who]) => {
  const world = await startWorld();
  const card = await ask(world);
  const { id, digest } = onlyRun(world);
  await Promise.all([world.bot.reporter.stop(500), world.bot.stop(500)]);
  const { restores, record } = await world.startProcess({ environments: [dev] });
  await world.slack.as('U0DAVE').click(card, { text: 'Approve' });
  expect(await told(world, 'U0DAVE')).toContain('There is no environment "prod".');
  if (who === 'U0ALICE') {
    await world.slack
      .as('U0ALICE')
      .click(await parentShowing(world, 'is not configured any more'), { text: 'Withdraw' });
  } else {
    const teamId = world.slack.teamId;
    record(id, { type: 'approved', by: { kind: 'slack', userId: who, teamId }, digest });
    for (const stranger of ['U0EVE', 'U0DAVE']) {
      const { response } = await world.slack.as(stranger).command(command, `cancel ${id}`);
      expect(JSON.stringify(response)).toContain('You may not stop a restore of prod.');
    }
    await world.slack.as(who).command(command, `cancel ${id}`);
  }
  await expect.poll(() => restores.run(id)).toMatchObject({ state: 'WITHDRAWN', closedBy: { by: { userId: who } } });
  await expect.poll(() => world.slack.messages('C0OPS').filter(hasButtons)).toEqual([]);
});

test.for([
  ['who asked for it', 'U0ALICE'],
  ['who approved it', 'U0BOB'],
] as const)(
  'over HTTP, a bot that is started while Slack is silent lets %s take it back, although a group gives the right',
  async ([, who]) => {
    const groups = { admins: [], adminGroups: ['S0ADMINS'], approvers: [], approverGroups: ['S0APPROVERS'] };
    const world = await startWorld({
      mode: 'http',
      environments: [dev, { ...prod, ...groups }],
      slack: {
        userGroups: [
          { id: 'S0ADMINS', handle: 'admins', users: ['U0ALICE', 'U0CAROL'] },
          { id: 'S0APPROVERS', handle: 'approvers', users: ['U0BOB', 'U0DAVE'] },
        ],
      },
    });
    await world.slack.as('U0BOB').click(await ask(world), { text: 'Approve' });
    await expect.poll(() => onlyRun(world).state).toBe('APPROVED');
    const { id } = onlyRun(world);
    await Promise.all([world.bot.reporter.stop(500), world.bot.stop(500)]);
    for (const method of ['auth.test', 'users.info', 'usergroups.users.list']) world.slack.faults.failWith(method, 503);
    const listening = () => world.logged.filter(({ message }) => message === 'Listening');
    world.startProcess().catch(() => undefined);
    await expect.poll(() => listening().length).toBe(2);
    world.slack.deliverTo(`http://127.0.0.1:${listening()[1]?.details['port']}/slack/events`);
    await world.slack.as('U0DAVE').command(command, `cancel ${id}`);
    expect(await told(world, 'U0DAVE')).toContain('could not be asked who is in the user group');
    expect(world.log.run(id)?.state).toBe('APPROVED');
    await world.slack.as(who).command(command, `cancel ${id}`);
    await expect.poll(() => world.log.run(id)).toMatchObject({ state: 'WITHDRAWN', closedBy: { by: { userId: who } } });
  },
);
