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

async function ask(): Promise<RunId> {
  const alice = world.slack.as('U0ALICE');
  await alice.command(command, 'shop 2 hours ago');
  await expect.poll(() => alice.view()?.submit).toBeDefined();
  await alice.submit(alice.view(), { Reason: 'a bad deploy' });
  await expect.poll(() => world.log.open().length).toBe(1);
  return world.log.open()[0]?.id ?? '';
}

/** The bot is started with a request that was approved in the moment in which the last one was killed. */
async function startWithApproved(): Promise<RunId> {
  const runId = await ask();
  await world.bot.kill();
  const by = { kind: 'slack', userId: 'U0BOB', teamId: world.slack.teamId } as const;
  world.log.decide(runId, () => [{ type: 'approved', by, digest: '' }]);
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

test('what is approved and could not be started in time has expired, and the thread says so', async () => {
  const runId = await startWithApproved();
  world.moveOn(9 * 60 * minute);
  await expect.poll(() => stateOf(runId)).toBe('EXPIRED');
  world.slack.faults.clear();
  await expect.poll(told).toContain('It was approved, but could not be started in time.');
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
