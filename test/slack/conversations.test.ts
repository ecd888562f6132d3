/**
 * Each folder of test/conversations is a world (world.yml), and each folder in it a conversation there: what people type
 * and click, and what everybody then reads. The bot is the built program as a process of its own.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { conversationSchema } from './conversation-steps.ts';
import { type ConversationWorld, startConversationWorld, worldSchema } from './conversation-world.ts';
import { play } from './transcript.ts';

const folder = 'test/conversations';
const foldersIn = (path: string) =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const read = (path: string): unknown => parse(readFileSync(path, 'utf8'));

const worlds = foldersIn(folder).map((name) => ({
  name,
  order: worldSchema.parse(read(`${folder}/${name}/world.yml`)),
  cases: foldersIn(`${folder}/${name}`),
}));
const acks: number[] = [];

test('there are at least forty conversations, in both connection modes', () => {
  expect(worlds.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(40);
  expect(new Set(worlds.flatMap(({ order }) => order.modes))).toEqual(new Set(['socket', 'http']));
});

const plays = worlds.flatMap((each) => [
  ...each.order.modes.map((mode) => ({ ...each, mode })),
  ...(each.order.alsoOverHttp.length === 0 ? [] : [{ ...each, cases: each.order.alsoOverHttp, mode: 'http' as const }]),
]);

describe.each(plays)('$name, over $mode', ({ name, order, cases, mode }) => {
  let world: ConversationWorld | undefined;

  beforeAll(async () => {
    world = await startConversationWorld(order, mode);
  });

  afterAll(async () => {
    const bugs = world?.bot.bugs() ?? [];
    await world?.close();
    expect(bugs).toEqual([]);
  });

  test.for(cases)('%s', async (each) => {
    if (world === undefined) throw new Error('the bot did not start');
    const path = `${folder}/${name}/${each}`;
    const conversation = conversationSchema.parse(read(`${path}/conversation.yml`));
    // Written anew with: npx vitest run --config test/vitest.config.ts --root . test/slack/conversations -u
    await expect(await play(world, conversation, acks)).toMatchFileSnapshot(resolve(path, 'transcript.txt'));
  });
});

/** Slack's patience with a command, a click or a form: docs.slack.dev/interactivity/handling-user-interaction. */
const slacksPatienceMs = 3000;

test('everything that was typed, clicked and sent was acknowledged while Slack waits', () => {
  const sorted = acks.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  process.stdout.write(`acknowledged: ${sorted.length}; median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms\n`);
  expect(at(1)).toBeLessThan(slacksPatienceMs);
});
