/** The card of what is approved and has not begun says for what it waits: what it says is so. */
import { expect, test } from 'vitest';
import type { RunId } from '../../src/restore/events.ts';
import { open, readable } from './conversation.ts';
import { dev, minute, movableClock, startWorld } from './world.ts';

async function aWorld() {
  const clock = movableClock();
  const world = await startWorld({ clock, environments: [dev] });
  const alice = world.slack.as('U0ALICE');
  const cardOf = (id: RunId) =>
    readable(world.slack.messages('C0OPS').find((message) => readable(message).includes(`\`${id}\` · digest`)));
  return {
    ...world,
    cardOf,
    async asked(text = 'dev 2 hours ago'): Promise<RunId> {
      const before = world.approved.length;
      await alice.submit(await open(world, text), {});
      await expect.poll(() => world.approved.length).toBe(before + 1);
      await alice.close(alice.view(), { all: true });
      const id = world.approved.at(-1) ?? '';
      await expect.poll(() => cardOf(id)).toContain('is about to start');
      return id;
    },
    recheck: (id: RunId) => {
      const run = world.restores.run(id);
      return run === undefined ? undefined : world.bot.recheck(run);
    },
    /** After a minute or two, in which nothing happens that is written down. */
    async says(id: RunId, ...sentences: readonly string[]) {
      clock.moveOn(2 * minute);
      for (const sentence of sentences) await expect.poll(() => cardOf(id), { timeout: 10_000 }).toContain(sentence);
      expect(cardOf(id)).toContain('No table was touched.');
    },
  };
}

const forSlack =
  'It waits until Slack can say who has which rights: who asked for it must still have theirs. It starts by itself then.';

test('for Slack only while Slack cannot say who has which rights; else that it could not be started, and where to look', async () => {
  const world = await aWorld();
  const id = await world.asked();
  world.slack.faults.failWith('users.info', 503);
  await expect(world.recheck(id)).rejects.toThrow('Slack could not be asked');
  await world.says(id, forSlack);
  world.slack.faults.clear();
  await world.recheck(id);
  // It was not started then: there is something else.
  await world.says(id, 'It could not be started yet; the log of the bot says why. It is tried again every minute.');
  expect(world.cardOf(id)).not.toContain('Slack can say');
});

test('for the drill that is stopped for it; and for a restore that was interrupted it promises nothing', async () => {
  const world = await aWorld();
  const drill = await world.asked('drill dev');
  world.holdLock(drill);
  world.record(drill, { type: 'started' });
  const id = await world.asked();
  await world.says(
    id,
    `It waits until the drill \`${drill}\` has stopped to make way for it. It starts by itself then.`,
  );
  world.record(drill, { type: 'completed', durationMs: 1 });
  const other = await world.asked();
  world.record(other, { type: 'started' });
  await world.says(
    id,
    `It cannot be started before \`${other}\` is over, which was interrupted. Nobody carries it out at this moment; the bot goes on`,
  );
  const stop = world.holdLock(other);
  await world.says(id, `It waits until \`${other}\` is over. It starts by itself then.`);
  stop();
});

test('of two that are approved each says that the other one may begin before, and what becomes of it then', async () => {
  const world = await aWorld();
  const [first, second] = [await world.asked(), await world.asked()];
  world.slack.faults.failWith('users.info', 503);
  for (const id of [first, second]) await expect(world.recheck(id)).rejects.toThrow('Slack could not be asked');
  const unless = (id: RunId) =>
    `${forSlack} Should \`${id}\` begin before, which is approved, too, this one is ended, and has to be asked for anew.`;
  await world.says(first, unless(second));
  await world.says(second, unless(first));
  world.restores.cancel(first, { kind: 'slack', userId: 'U0ALICE', teamId: world.slack.teamId });
  await world.says(second, `${forSlack} No table was touched.`);
});
