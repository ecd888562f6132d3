import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/restore/errors.ts';
import { ask, command, isConfirm, isWhen, onlyRun, open, readable, titleOf } from './conversation.ts';
import { dev, minute, movableClock, noonClock, now, prod, startWorld } from './world.ts';

describe('who asks is answered at once, alone, and no window opens', () => {
  test.for([
    [
      'somebody who is no admin',
      'U0BOB',
      'prod 2 hours ago',
      'C0OPS',
      ['You may not ask for a restore of prod.', '<@U0ALICE> or <@U0CAROL>'],
    ],
    [
      'an admin in another channel',
      'U0ALICE',
      'prod 2 hours ago',
      'C0RANDOM',
      ['may not be restored from this channel', '<#C0OPS>'],
    ],
    [
      'a name that is not configured',
      'U0ALICE',
      'prd 2 hours ago',
      'C0OPS',
      ['neither an environment nor a command', 'Did you mean /pitr-restore prod?', 'dev, prod'],
    ],
    [
      'a table that is not configured',
      'U0ALICE',
      'prod 9am --tables orders',
      'C0OPS',
      ['no table called', 'quotes, user-likes'],
    ],
    [
      'an option that does not exist',
      'U0ALICE',
      'prod 9am --dryrun',
      'C0OPS',
      ['There is no option --dryrun', 'Did you mean --dry-run?'],
    ],
    ['no words, from somebody who may do nothing', 'U0EVE', '', 'C0OPS', ['You may not ask']],
  ] as const)('%s', async ([, who, text, channel, expected]) => {
    const world = await startWorld();
    const person = world.slack.as(who);
    const outcome = await person.command(command, text, { channel });
    const said = outcome.response?.text;
    for (const part of expected) expect(said).toContain(part);
    expect(person.views()).toEqual([]);
    expect(world.slack.messages('C0OPS')).toEqual([]);
  });
});

describe('what Slack says about the account and the channel decides before anything is shown', () => {
  test.for([
    ['a guest', { isRestricted: true }, {}, 'Guests may not use this bot.'],
    ['a single-channel guest', { isUltraRestricted: true }, {}, 'Guests may not use this bot.'],
    ['a deactivated account', { deleted: true }, {}, 'This account is deactivated.'],
    ['a bot', { isBot: true }, {}, 'Bots and apps may not'],
    ['a stranger', { isStranger: true }, {}, 'You belong to another workspace.'],
    ['a member of another workspace', { teamId: 'T0OTHER' }, {}, 'You belong to another workspace.'],
    ['a channel shared with another organisation', {}, { isExtShared: true }, 'Slack Connect'],
    ['a channel the bot is not in', {}, { members: ['U0ALICE'] }, '/invite @pitr-restore'],
  ] as const)('%s', async ([, user, channel, expected]) => {
    const world = await startWorld();
    world.slack.changeUser('U0ALICE', user);
    world.slack.changeChannel('C0OPS', channel);
    const view = await open(world, 'prod 2 hours ago', 'U0ALICE', (shown) => titleOf(shown) === 'Not possible');
    expect(readable(view)).toContain(expected);
    expect(view.submit).toBeUndefined();
  });
});

test('the filled window says everything: zone, UTC, age, window, size, cost, warnings', async () => {
  const world = await startWorld();
  const text = readable(await open(world, 'prod yesterday 9am'));
  // Alice is in Berlin: nine there is eight in UTC.
  for (const part of [
    '2026-11-21 09:00:00 CET',
    'Europe/Berlin',
    '2026-11-21T08:00:00Z',
    '28 h',
    'from 2026-11-02 13:00:00 CET to 2026-11-22 12:55:00 CET',
    'about 2,468 items, 8.4 MB',
    'AWS often takes 20 min for the copies, seldom more than an hour',
    'less than $0.01',
    'shop-quotes has a stream',
    '"type":"alert","level":"warning"',
    '<@U0BOB>',
  ]) {
    expect(text).toContain(part);
  }
});

test('--timezone reads the words in that zone, --tables narrows the request', async () => {
  const world = await startWorld();
  await ask(world, 'prod yesterday 9am --timezone America/New_York --tables quotes');
  expect(onlyRun(world).request).toMatchObject({
    restorePoint: Date.parse('2026-11-21T14:00:00Z'),
    timeZone: 'America/New_York',
    words: 'yesterday 9am',
    tables: [prod.tables[0]],
    requestedBy: { kind: 'slack', userId: 'U0ALICE', teamId: 'T0SANDBOX' },
  });
});

test('no words mean the latest restorable moment, shown and asked for as an exact second', async () => {
  const world = await startWorld();
  expect(readable(await open(world, 'prod'))).toContain('2026-11-22T11:55:00Z');
  const alice = world.slack.as('U0ALICE');
  await alice.submit(alice.view(), { Reason: 'x' });
  await alice.viewUntil((view) => titleOf(view) === 'Asked');
  expect(onlyRun(world).request.restorePoint).toBe(now - 5 * minute);
});

test('a request does not outlive the window of its own tables', async () => {
  const clock = movableClock();
  const day = 24 * 60 * minute;
  const world = await startWorld({
    clock,
    aws: {
      recoveryWindow: async (table) => ({
        enabled: true,
        earliest: now - 2 * day,
        latest: now,
        periodDays: table === 'shop-quotes' ? 2 : 35,
      }),
    },
  });
  await ask(world, 'prod 2026-11-20T13:00:00Z');
  expect(world.restores.expireOverdue()).toEqual([]);
  clock.moveOn(70 * minute);
  expect(world.restores.expireOverdue()).toMatchObject([{ state: 'EXPIRED' }]);
});

test('a wrong phrase is corrected inside the window', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  const wrong = await open(world, 'prod tomorrow 9am', 'U0ALICE', isWhen);
  expect(readable(wrong)).toContain('"initial_value":"tomorrow 9am"');
  const { errors } = await alice.submit(wrong, { When: 'in a fortnight' });
  expect(Object.values(errors ?? {})).toEqual([expect.stringContaining('Type for example')]);
  await alice.submit(wrong, { When: 'yesterday 9am' });
  const right = await alice.viewUntil(isConfirm);
  expect(readable(right)).toContain('2026-11-21T08:00:00Z');
});

test('a time outside the window is corrected inside the modal, with both bounds', async () => {
  const world = await startWorld();
  const view = await open(world, 'prod 30 days ago', 'U0ALICE', isWhen);
  expect(readable(view)).toContain('before the restorable window');
  expect(readable(view)).toContain('2026-11-02T12:00:00Z');
});

test('a local time that happened twice is two radio buttons', async () => {
  // Clocks went back in Berlin on 25 October 2026 at 3 in the morning.
  const world = await startWorld({
    aws: { recoveryWindow: async () => ({ enabled: true, earliest: now - 34 * 24 * 60 * minute, latest: now }) },
  });
  const alice = world.slack.as('U0ALICE');
  const view = await open(world, 'prod 2026-10-25 02:30', 'U0ALICE', isWhen);
  expect(readable(view)).toContain('"type":"radio_buttons"');
  await alice.submit(view, { 'Which one?': String(Date.parse('2026-10-25T01:30:00Z')) });
  expect(readable(await alice.viewUntil(isConfirm))).toContain('2026-10-25T01:30:00Z');
});

test('what AWS refuses is shown in the window, with what to do', async () => {
  const world = await startWorld({
    aws: {
      describe: async () => {
        throw new UserError(
          'ACCESS_DENIED',
          'AWS does not let us describe shop-quotes.',
          'Add dynamodb:DescribeTable to the role.',
        );
      },
    },
  });
  const view = await open(world, 'prod 2 hours ago', 'U0ALICE', isWhen);
  expect(readable(view)).toContain('AWS does not let us describe shop-quotes.');
  expect(readable(view)).toContain('Add dynamodb:DescribeTable to the role.');
});

test('bare, the window offers the environments one may restore here, and a date-time picker', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  const view = await open(world, '', 'U0ALICE', (shown) => shown.callbackId === 'pitr_choose');
  expect(readable(view)).toContain('"type":"datetimepicker"');
  await alice.submit(view, { Environment: 'dev', 'Back to': new Date(now - 3 * 60 * minute) });
  const filled = await alice.viewUntil(isConfirm);
  expect(titleOf(filled)).toBe('Restore dev');
  expect(readable(filled)).toContain('2026-11-22T09:00:00Z');
});

test('a reason is required where the configuration says so, and the field says it', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  const view = await open(world, 'prod 2 hours ago');
  expect(await alice.submit(view, { Reason: '   ' })).toMatchObject({ isSent: true });
  expect(world.restores.history(1)).toEqual([]);
  expect(alice.view()?.id).toBe(view.id);
  const without = await open(world, 'dev 2 hours ago', 'U0ALICE', (shown) => titleOf(shown) === 'Restore dev');
  await alice.submit(without, {});
  await alice.viewUntil((shown) => titleOf(shown) === 'Asked');
  expect(onlyRun(world).request).toMatchObject({ environment: 'dev', reason: '' });
});

test('a dry run shows every check and writes nothing down', async () => {
  const world = await startWorld();
  const view = await open(world, 'prod 2 hours ago --dry-run', 'U0ALICE', (shown) => titleOf(shown) === 'Dry run');
  expect(readable(view)).toContain('Nothing was changed.');
  expect(world.restores.history(1)).toEqual([]);
});

test('rights are checked again at submit: what the window carries is a hint only', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  const view = await open(world, 'prod 2 hours ago');
  world.slack.changeUser('U0ALICE', { deleted: true });
  await alice.submit(view, { Reason: 'x' });
  expect(readable(await alice.viewUntil((shown) => titleOf(shown) === 'Not possible'))).toContain('deactivated');
  expect(world.restores.history(1)).toEqual([]);
});

test('a submission that arrives twice is one request', async () => {
  const world = await startWorld({ mode: 'http' });
  const alice = world.slack.as('U0ALICE');
  const view = await open(world, 'prod 2 hours ago');
  world.slack.faults.duplicateDelivery();
  await alice.submit(view, { Reason: 'x' });
  await alice.viewUntil((shown) => titleOf(shown) === 'Asked');
  await world.bot.stop(5000);
  expect(world.restores.history(10)).toHaveLength(1);
});

test('a window that Slack will not open is said, not swallowed', async () => {
  const world = await startWorld();
  world.slack.faults.refuseWith('views.open', 'expired_trigger_id', { times: 1 });
  const alice = world.slack.as('U0ALICE');
  await alice.command(command, 'prod 2 hours ago');
  expect((await alice.ephemeralUntil(() => true)).text).toContain('three seconds');
});

test('a bug is told as one, with an id that the log has', async () => {
  const world = await startWorld({ environments: [dev] });
  world.restores.history = () => {
    throw new TypeError('secret detail');
  };
  const alice = world.slack.as('U0ALICE');
  await alice.command(command, 'history');
  const said = (await alice.ephemeralUntil(() => true)).text;
  expect(said).toContain('Something broke on our side');
  expect(said).not.toContain('secret');
  const line = world.logged.find(({ level }) => level === 'error');
  expect(said).toContain(String(line?.details['id']));
});

test('a slow acknowledgement leaves a line in the log', async () => {
  const world = await startWorld({ clock: noonClock(100) });
  world.slack.faults.slow('views.open', 400, { times: 1 });
  await open(world, 'dev 2 hours ago');
  // Opening was slow, the acknowledgement was not.
  expect(world.logged.filter(({ message }) => message.startsWith('Not acknowledged'))).toEqual([]);
});
