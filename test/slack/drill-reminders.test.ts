import { expect, test } from 'vitest';
import { dev, minute, movableClock, prod, startWorld } from './world.ts';

test('an overdue drill is told once a day, in the channels and the log, by one of two bots', async () => {
  const clock = movableClock();
  const environments = [dev, { ...prod, drillEveryDays: 30 }];
  const world = await startWorld({ clock, environments });
  const other = await world.startProcess();
  const texts = () => world.slack.messages('C0OPS').map(({ text }) => text);
  const warnings = () => world.logged.filter(({ level, message }) => level === 'warn' && message.includes('drill'));

  await world.bot.remindOfDrills();
  await other.bot.remindOfDrills();
  await world.bot.remindOfDrills();
  expect(texts()).toEqual([
    ':stopwatch: There was no drill of prod yet; one is due every 30 days. A drill writes to no live table. Type: `/pitr-restore drill prod`',
  ]);
  expect(warnings()).toEqual([
    {
      level: 'warn',
      details: { environment: 'prod' },
      message: 'There was no drill of prod yet; one is due every 30 days.',
    },
  ]);

  clock.moveOn(24 * 60 * minute);
  await other.bot.remindOfDrills();
  expect(texts()).toHaveLength(2);
});

test('a channel that cannot be posted to is tried again, and nobody is told of a drill that is not due', async () => {
  const world = await startWorld({ environments: [dev, { ...prod, drillEveryDays: 30 }] });
  world.slack.faults.refuseWith('chat.postMessage', 'is_archived', { times: 1 });
  await world.bot.remindOfDrills();
  expect(world.slack.messages('C0OPS')).toEqual([]);
  await world.bot.remindOfDrills();
  expect(world.slack.messages('C0OPS')).toHaveLength(1);
  expect(world.slack.messages('C0OPS')[0]?.text).toContain('drill of prod');
});
