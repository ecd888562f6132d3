import { describe, expect, test } from 'vitest';
import { command, open, readable, titleOf } from './conversation.ts';
import { startWorld, type World } from './world.ts';

/** What Alice is told alone after she has asked for a window. */
async function told(world: World): Promise<string> {
  const alice = world.slack.as('U0ALICE');
  await alice.command(command, 'prod 2 hours ago');
  return (await alice.ephemeralUntil(() => true)).text;
}

describe('what Slack refuses is said as what it is', () => {
  test.for(['token_revoked', 'missing_scope', 'view_too_large'])('%s: the operator has to look', async (code) => {
    const world = await startWorld();
    world.slack.faults.refuseWith('views.open', code);
    const said = await told(world);
    expect(said).toContain(`Slack refused what an answer needs (${code}).`);
    expect(said).toContain('pitr-restore doctor');
    expect(said).not.toContain('once more');
  });

  test('a limit says in how many seconds', async () => {
    const world = await startWorld();
    world.slack.faults.rateLimit('views.open', { retryAfter: 7, times: 1 });
    expect(await told(world)).toContain('Slack takes no more of this for 7 s.');
  });

  test('a bad minute of its own is no matter for the operator', async () => {
    const world = await startWorld();
    world.slack.faults.refuseWith('views.open', 'internal_error', { times: 1 });
    expect(await told(world)).toMatch(/Slack has trouble of its own \(internal_error\)\.\s+Do it once more/);
  });
});

describe('what Slack does not say about people and channels', () => {
  test.for([
    ['users.info', 'Slack refuses to say who you are (missing_scope), and without that nothing is done.'],
    [
      'conversations.info',
      'Slack refuses to say what this channel is (missing_scope), and without that nothing is done.',
    ],
  ] as const)('%s without its scope: the operator has to look', async ([method, message]) => {
    const world = await startWorld();
    world.slack.faults.refuseWith(method, 'missing_scope');
    const view = await open(world, 'prod 2 hours ago', 'U0ALICE', (shown) => titleOf(shown) !== 'Restore tables');
    expect(readable(view)).toContain(message);
    expect(readable(view)).toContain('pitr-restore doctor');
    expect(readable(view)).not.toContain('/invite');
  });

  test('a limit says when to try again', async () => {
    const world = await startWorld();
    world.slack.faults.rateLimit('users.info', { retryAfter: 9, times: 1 });
    const view = await open(world, 'prod 2 hours ago', 'U0ALICE', (shown) => titleOf(shown) !== 'Restore tables');
    expect(readable(view)).toContain('Try again in 9 s.');
  });
});

test('in a direct message nobody is told to invite the bot: a channel is the place', async () => {
  const world = await startWorld({ slack: { channels: [{ id: 'D0ALICE', members: ['U0ALICE', 'U0BOTUSER'] }] } });
  const alice = world.slack.as('U0ALICE');
  await alice.command(command, 'dev 2 hours ago', { channel: 'D0ALICE' });
  const said = readable(await alice.viewUntil((shown) => titleOf(shown) === 'Not possible'));
  expect(said).toContain('Type the command in a channel that I am in.');
  expect(said).not.toContain('/invite');
});

describe('a window that has been opened is filled in the end', () => {
  test.for([
    ['a limit', (world: World) => world.slack.faults.rateLimit('views.update', { retryAfter: 3, times: 2 })],
    ['a failure', (world: World) => world.slack.faults.failWith('views.update', 500, { times: 1 })],
    ['a lost reply', (world: World) => world.slack.faults.loseReply('views.update', { times: 1 })],
  ] as const)('after %s', async ([, fault]) => {
    const world = await startWorld();
    fault(world);
    expect(readable(await open(world, 'prod 2 hours ago'))).toContain('shop-quotes has a stream');
  });

  test('and what cannot be shown in it is told beside it', async () => {
    const world = await startWorld();
    world.slack.faults.rateLimit('views.update', { retryAfter: 3 });
    expect(await told(world)).toContain('Slack takes no more of this for 3 s.');
    expect(world.slack.apiCalls.filter(({ method }) => method === 'views.update')).toHaveLength(3);
  });

  test('a Slack that knows no alerts gets them as sections', async () => {
    const world = await startWorld();
    world.slack.faults.rejectBlocks(['alert']);
    const said = readable(await open(world, 'prod 2 hours ago'));
    expect(said).toContain('⚠️ shop-quotes has a stream');
    expect(said).not.toContain('"type":"alert"');
  });
});
