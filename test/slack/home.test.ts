import { expect, test } from 'vitest';
import { UserError } from '../../src/restore/errors.ts';
import type { View } from '../../src/sandbox/slack/views.ts';
import { ask, command, isConfirm, onlyRun, parentShowing, readable, titleOf } from './conversation.ts';
import { startWorld, type World } from './world.ts';

async function homeOf(world: World, userId: string, shown: string): Promise<View> {
  const person = world.slack.as(userId);
  await person.openHome();
  await expect.poll(() => readable(person.home())).toContain(shown);
  const home = person.home();
  if (home === undefined) throw new Error('no Home tab');
  return home;
}

test('Home shows what waits, what was, the tables with their windows, and what the reader may do and why', async () => {
  const world = await startWorld();
  await ask(world);
  const home = readable(await homeOf(world, 'U0ALICE', 'shop-user-likes-dev'));
  for (const part of [
    `${onlyRun(world).id}\` :raised_hand: waits for approval`,
    'You may ask for a restore and undo one (you are an admin of it), and approve what others ask for',
    'It needs an approval by somebody else.',
    'about 1,234 items, 4.2 MB',
    '"Restore …"',
  ])
    expect(home).toContain(part);
});

test('somebody without rights sees no tables and no button, and whom to ask; a guest sees nothing', async () => {
  const world = await startWorld();
  const eve = readable(await homeOf(world, 'U0EVE', 'You may do nothing with `prod`. Ask <@U0ALICE> or <@U0CAROL>.'));
  expect(eve).not.toContain('shop-quotes');
  expect(eve).not.toContain('"Restore …"');
  world.slack.changeUser('U0EVE', { isRestricted: true });
  expect(readable(await homeOf(world, 'U0EVE', 'Guests may not use this bot'))).not.toContain('prod');
});

test('a table that AWS does not show is said so, in its environment alone', async () => {
  const recoveryWindow = async (table: string) => {
    if (!table.endsWith('-dev')) throw new UserError('ACCESS_DENIED', 'AWS denied it.', 'Add the permission.');
    return { enabled: false } as const;
  };
  const world = await startWorld({ aws: { recoveryWindow } });
  const home = readable(await homeOf(world, 'U0ALICE', 'AWS denied it.'));
  expect(home).toContain('Point-in-time recovery is off for shop-quotes-dev');
});

test('Restore from Home asks where to tell it, and goes on like the command', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  await alice.click(await homeOf(world, 'U0ALICE', '"Restore …"'), { text: 'Restore …' });
  const choose = await alice.viewUntil((view) => titleOf(view) === 'Restore tables' && view.submit !== undefined);
  await alice.submit(choose, {
    Environment: 'prod',
    'Back to': Math.floor(world.clock.now() / 1000) - 7200,
    'Tell it in': 'C0OPS',
  });
  await alice.submit(await alice.viewUntil(isConfirm), { Reason: 'from home' });
  await parentShowing(world, 'from home');
});

test('history comes page by page', async () => {
  const world = await startWorld();
  for (let made = 0; made < 12; made += 1) {
    const { environment, tables } = { environment: 'dev', tables: world.restores.environment('dev').tables };
    await world.restores.request(
      {
        environment,
        tables,
        restorePoint: 'latest',
        words: '',
        timeZone: 'UTC',
        requestedBy: { kind: 'shell', user: 'ops', host: 'here' },
        reason: `number ${made}.`,
        options: {
          planConfirmation: 'never',
          rollback: true,
          onConflict: 'overwrite',
          fence: 'off',
          timeoutMinutes: 30,
          dryRun: false,
        },
      },
      { kind: 'shell', workingDirectory: '/' },
    );
  }
  const alice = world.slack.as('U0ALICE');
  await alice.command(command, 'history');
  const first = await alice.ephemeralUntil((message) => readable(message).includes('"Older"'));
  expect(readable(first)).toContain('number 11.');
  expect(readable(first)).not.toContain('number 1.');
  expect(readable(first)).not.toContain('"Newer"');
  await alice.click(first, { text: 'Older' });
  const second = await alice.ephemeralUntil((message) => readable(message).includes('"Newer"'));
  expect(readable(second)).toContain('number 0.');
  expect(readable(second)).not.toContain('number 2.');
  expect(alice.ephemerals()).toHaveLength(1);
});

test('status and history show what one is trusted with, and say that something is left out', async () => {
  const world = await startWorld();
  await ask(world);
  const { id } = onlyRun(world);
  for (const text of ['status', 'history']) {
    const carol = world.slack.as('U0CAROL');
    await carol.command(command, text);
    expect(readable(await carol.ephemeralUntil((message) => readable(message).includes(id)))).not.toContain('left out');
    const eve = world.slack.as('U0EVE');
    const before = eve.ephemerals().length;
    await eve.command(command, text);
    await expect.poll(() => eve.ephemerals().length).toBe(before + 1);
    const seen = readable(eve.ephemerals().at(-1));
    expect(seen).toContain('neither an admin nor an approver are left out');
    expect(seen).not.toContain(id);
  }
  const home = readable(await homeOf(world, 'U0EVE', 'are left out'));
  expect(home).not.toContain(id);
});

test.for([
  [{ isRestricted: true }, 'Guests may not use this bot.'],
  [{ deleted: true }, 'This account is deactivated.'],
  [{ teamId: 'T0OTHER' }, 'You belong to another workspace.'],
] as const)('an account %j reads neither status nor history', async ([change, why]) => {
  const world = await startWorld();
  await ask(world);
  world.slack.changeUser('U0CAROL', change);
  const carol = world.slack.as('U0CAROL');
  for (const text of ['status', 'history']) await carol.command(command, text);
  await expect.poll(() => carol.ephemerals().length).toBe(2);
  for (const { text } of carol.ephemerals()) {
    expect(text).toContain(why);
    expect(text).not.toContain(onlyRun(world).id);
  }
});
