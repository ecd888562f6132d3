/** The bot as a process, with a Slack that is away when it has to begin something. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { RunId } from '../../src/restore/events.ts';
import { renderText } from '../../src/sandbox/slack/render-text.ts';
import { command } from './conversation.ts';
import { type ConversationWorld, startConversationWorld, worldSchema } from './conversation-world.ts';

const minute = 60_000;
let world: ConversationWorld;

beforeAll(async () => {
  const shop = { tables: { orders: 'shop-orders' }, admins: ['U0ALICE'], approvers: ['U0BOB'] };
  world = await startConversationWorld(worldSchema.parse({ environments: { shop } }), 'socket');
});

afterEach(() => world.slack.faults.clear());

afterAll(async () => {
  const bugs = world.bot.bugs().filter((line) => !line.includes('The bot cannot start; it ends when'));
  await world.close();
  expect(bugs).toEqual([]);
});

const stateOf = (runId: RunId) => world.log.run(runId)?.state;
const told = () =>
  world.slack
    .messages('C0OPS')
    .flatMap(({ ts }) => world.slack.thread('C0OPS', ts))
    .map((message) => renderText(message))
    .join('\n');

const messageOf = (runId: RunId) =>
  world.slack.messages('C0OPS').find(({ ts, threadTs, blocks }) => {
    return (threadTs === undefined || threadTs === ts) && JSON.stringify(blocks).includes(runId);
  });
const threadOf = (ts: string) =>
  world.slack
    .thread('C0OPS', ts)
    .filter((message) => message.ts !== ts)
    .map((message) => renderText(message))
    .join('\n');
/** The message of a run in the channel, as people read it. */
const cardOf = (runId: RunId) => {
  const card = messageOf(runId);
  return card === undefined ? '' : renderText(card);
};

async function ask(): Promise<RunId> {
  const alice = world.slack.as('U0ALICE');
  const before = world.log.open().length;
  await alice.command(command, 'shop 2 hours ago');
  await expect.poll(() => alice.view()?.submit).toBeDefined();
  await alice.submit(alice.view(), { Reason: 'a bad deploy' });
  await expect.poll(() => world.log.open().length).toBe(before + 1);
  await alice.close(alice.view(), { all: true });
  const runId = world.log.open().at(-1)?.id ?? '';
  await expect.poll(() => cardOf(runId)).toContain('[Approve]');
  return runId;
}

/** Requests are approved in the moment in which the bot is killed. */
async function approvedAndKilled(...runIds: readonly RunId[]): Promise<void> {
  await world.bot.kill();
  const by = { kind: 'slack', userId: 'U0BOB', teamId: world.slack.teamId } as const;
  for (const runId of runIds) world.log.decide(runId, () => [{ type: 'approved', by, digest: '' }]);
}

/** It is started anew, and Slack does not say who is who. */
async function startWithApproved(): Promise<RunId> {
  const runId = await ask();
  await approvedAndKilled(runId);
  world.slack.faults.failWith('users.info', 503);
  await world.bot.start();
  return runId;
}

test('what is approved waits while Slack cannot say who has which rights, and is carried out when it can', async () => {
  const before = world.slack.apiCalls.length;
  const runId = await startWithApproved();
  const asked = () => world.slack.apiCalls.slice(before).filter(({ status }) => status === 503).length;
  // After five times it is left for the next minute.
  await expect.poll(asked).toBe(5);
  await expect
    .poll(() => {
      world.moveOn(minute);
      return asked();
    })
    .toBeGreaterThan(5);
  expect(stateOf(runId)).toBe('APPROVED');
  world.slack.faults.clear();
  await expect
    .poll(() => {
      if (stateOf(runId) === 'APPROVED') world.moveOn(minute);
      return stateOf(runId);
    })
    .toBe('COMPLETED');
});

test('told to stop while Slack does not answer who has which rights, the bot ends at once', async () => {
  const runId = await ask();
  await approvedAndKilled(runId);
  world.slack.faults.neverAnswer('users.info', {});
  const before = world.slack.apiCalls.length;
  await world.bot.start();
  await expect.poll(() => world.slack.apiCalls.slice(before).map(({ method }) => method)).toContain('users.info');
  const told = Date.now();
  await world.bot.stop();
  // A call to Slack would have ten.
  expect(Date.now() - told).toBeLessThan(5000);
  expect(world.bot.exitCode()).toBe(0);
  world.slack.faults.clear();
  await world.bot.start();
  await expect.poll(() => stateOf(runId)).toBe('COMPLETED');
});

test('what is approved and could not be started in time has expired; card and thread say so, and nothing starts', async () => {
  const runId = await startWithApproved();
  world.moveOn(9 * 60 * minute);
  await expect.poll(() => stateOf(runId)).toBe('EXPIRED');
  world.slack.faults.clear();
  await expect.poll(told).toContain('It was approved, but could not be started in time.');
  await expect
    .poll(() => cardOf(runId))
    .toMatch(/The request expired .* before it was started\. No table was touched\./);
  expect(cardOf(runId)).not.toContain('[Cancel]');
});

test('after a minute the card of what waits says for what, until when, and has Cancel for those who may', async () => {
  const runId = await startWithApproved();
  await expect
    .poll(() => {
      world.moveOn(minute / 4);
      return cardOf(runId);
    })
    .toContain('It waits until Slack can say who has which rights: those who asked for it and approved it');
  expect(cardOf(runId)).toContain('## Restore of shop waits to be started');
  expect(cardOf(runId)).toMatch(/expires 20\d\d-/);
  const card = messageOf(runId);
  if (card === undefined) throw new Error('there is no card');
  const eve = world.slack.as('U0EVE');
  await eve.click(card, { text: 'Cancel' });
  await expect.poll(() => eve.ephemerals().at(-1)?.text).toContain('You may not stop a restore of shop.');
  expect(stateOf(runId)).toBe('APPROVED');
  // Slack is still silent about who is who, and cancelling begins nothing.
  await world.slack.as('U0BOB').click(card, { text: 'Cancel' });
  await expect.poll(() => stateOf(runId)).toBe('WITHDRAWN');
  const line = /Withdrawn by @U0BOB .* before it was started\. No table was touched\./;
  await expect.poll(() => cardOf(runId)).toMatch(line);
  await expect.poll(() => threadOf(card.ts)).toMatch(line);
  expect(cardOf(runId)).not.toContain('[Cancel]');
  expect(world.log.ofRun(runId).at(-1)?.event).toMatchObject({ type: 'withdrawn', by: { userId: 'U0BOB' } });
});

test('of two that wait for Slack one is started, and the other is told what was in its way', async () => {
  const [first, second] = [await ask(), await ask()];
  await approvedAndKilled(first, second);
  const before = world.slack.apiCalls.length;
  world.slack.faults.failWith('users.info', 503);
  await world.bot.start();
  await expect
    .poll(() => world.slack.apiCalls.slice(before).filter(({ status }) => status === 503).length)
    .toBeGreaterThan(3);
  world.slack.faults.clear();
  const states = () => [stateOf(first), stateOf(second)];
  await expect.poll(states).toEqual(['COMPLETED', 'FAILED']);
  expect(world.log.run(second)?.failure).toMatchObject({ code: 'RESTORE_IN_PROGRESS' });
  expect(world.log.run(second)?.failure?.message).toContain(`${first} by `);
  await expect.poll(() => cardOf(second)).toContain('Another restore operation is running.');
});

test('what was interrupted is carried out by a bot that cannot reach Slack, which hears of it later', async () => {
  const runId = await interrupted();
  world.slack.faults.down('refuses connections');
  const started = world.bot.start();
  await expect.poll(() => stateOf(runId)).toBe('COMPLETED');
  world.slack.faults.up();
  await started;
  await expect.poll(told).toContain('is back to');
});

test('a bot whose token Slack refuses ends at once, although something approved waits, and says why', async () => {
  const runId = await ask();
  await approvedAndKilled(runId);
  const before = world.slack.apiCalls.length;
  const bugs = world.bot.bugs().length;
  world.slack.faults.revokeToken();
  await expect(world.bot.start()).rejects.toThrow('Slack refuses SLACK_BOT_TOKEN (token_revoked).');
  expect(world.bot.exitCode()).toBe(1);
  expect(world.bot.bugs().slice(bugs)).toEqual([]);
  const asked = world.slack.apiCalls.slice(before).filter(({ method }) => method === 'users.info');
  // Five times, when it waits for an answer.
  expect(asked.length).toBeLessThan(5);
  expect(stateOf(runId)).toBe('APPROVED');
  world.slack.faults.clear();
  await world.bot.start();
  await expect.poll(() => stateOf(runId)).toBe('COMPLETED');
});

test('a bot whose token Slack refuses finishes what was interrupted, and then ends and says why', async () => {
  const runId = await interrupted();
  world.slack.faults.revokeToken();
  await expect(world.bot.start()).rejects.toThrow('Slack refuses SLACK_BOT_TOKEN (token_revoked).');
  expect(stateOf(runId)).toBe('COMPLETED');
});

/** The bot is killed while AWS is asked for the restore table. */
async function interrupted(): Promise<RunId> {
  const held = world.aws.hold('RestoreTableToPointInTime');
  const runId = await ask();
  await expect.poll(told).toContain('[Approve]');
  const card = world.slack.messages('C0OPS').findLast((message) => renderText(message).includes('[Approve]'));
  if (card === undefined) throw new Error('there is no card');
  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  await held.reached;
  await world.bot.kill();
  held.release();
  return runId;
}
