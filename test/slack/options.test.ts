/** The request modal beyond the usual way: options, cautions, a drill, fields that complain. */
import { expect, test } from 'vitest';
import type { RunEvent, RunId } from '../../src/restore/events.ts';
import {
  command,
  fromThePlanToTheEnd,
  isConfirm,
  onlyRun,
  open,
  parentShowing,
  readable,
  titleOf,
  upToThePlan,
} from './conversation.ts';
import { dev, minute, movableClock, now, prod, startWorld, type World } from './world.ts';

const hasOptions = (view: Parameters<typeof readable>[0]) => readable(view).includes('pitr_fence');

/** One after the other, as they come. */
function happen(world: World, runId: RunId, ...events: readonly RunEvent[]): void {
  for (const event of events) world.record(runId, event);
}

test('options are folded away; unfolding keeps what was typed, and what is chosen is asked for', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  const folded = await open(world, 'prod 2 hours ago');
  expect(hasOptions(folded)).toBe(false);
  alice.fill(folded, { Reason: 'a bad deploy' });
  await alice.click(folded, { text: 'Options …' });
  const unfolded = await alice.viewUntil((view) => isConfirm(view) && hasOptions(view));
  expect(readable(unfolded)).not.toContain('Options …');
  await alice.choose(unfolded, { text: 'Tables' }, ['quotes']);
  const narrowed = await alice.viewUntil((view) => isConfirm(view) && readable(view).includes('about 1,234 items'));
  await alice.submit(narrowed, {
    'Other writers, while live tables are written': 'writes',
    'Items that the application changes meanwhile': 'keep',
    'Ask in the thread before anything is written': 'always',
  });
  const card = readable(await parentShowing(world, 'Approval needed'));
  const { request } = onlyRun(world);
  expect(request).toMatchObject({
    tables: [{ label: 'quotes' }],
    reason: 'a bad deploy',
    options: { fence: 'writes', onConflict: 'keep', planConfirmation: 'always' },
  });
  expect(card).toContain('a fence keeps other writers out');
  expect(card).toContain('somebody is asked before live tables are written');
});

test('nobody is asked less often than the configuration says, whatever the window sends', async () => {
  const world = await startWorld({ environments: [dev, { ...prod, planConfirmation: 'always' }] });
  const alice = world.slack.as('U0ALICE');
  await alice.click(await open(world, 'prod 2 hours ago'), { text: 'Options …' });
  const unfolded = await alice.viewUntil((view) => isConfirm(view) && hasOptions(view));
  expect(readable(unfolded)).not.toContain('"never"');
  await alice.submit(unfolded, { Reason: 'x' });
  await parentShowing(world, 'Approval needed');
  expect(onlyRun(world).request.options.planConfirmation).toBe('always');
});

test('an approver reads that the usual fence is left out', async () => {
  const world = await startWorld({ environments: [dev, { ...prod, fence: 'writes' }] });
  const alice = world.slack.as('U0ALICE');
  await alice.click(await open(world, 'prod 2 hours ago'), { text: 'Options …' });
  const unfolded = await alice.viewUntil((view) => isConfirm(view) && hasOptions(view));
  await alice.submit(unfolded, { Reason: 'x', 'Other writers, while live tables are written': 'off' });
  expect(readable(await parentShowing(world, 'Approval needed'))).toContain('*no fence*, although the configuration');
});

test('a moment in the future is refused at the picker', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  await alice.command(command, '');
  const choose = await alice.viewUntil((view) => titleOf(view) === 'Restore tables' && view.submit !== undefined);
  const { errors } = await alice.submit(choose, { Environment: 'prod', 'Back to': Math.floor(now / 1000) + 7200 });
  expect(Object.values(errors ?? {})).toEqual(['This is in the future. Pick a moment that has been.']);
});

test('the window warns of a moment that is about to go, and of the last restore of the same tables', async () => {
  const clock = movableClock();
  const world = await startWorld({ clock });
  const alice = world.slack.as('U0ALICE');
  await alice.submit(await open(world, 'dev 2 hours ago --tables quotes'), {});
  await expect.poll(() => world.approved.length).toBe(1);
  const first = onlyRun(world);
  expect(readable(await open(world, 'dev 1 hour ago'))).toContain(
    `${first.id} is approved and starts as soon as it can. Only one restore runs`,
  );
  happen(world, first.id, ...upToThePlan(), ...fromThePlanToTheEnd());
  clock.moveOn(3 * 60 * minute);
  await alice.close(alice.view(), { all: true });
  const later = readable(await open(world, 'dev 4 hours ago --tables quotes'));
  expect(later).toContain(`The last restore of these tables, ${first.id}, ended 3 h`);
  expect(later).toContain('What it wrote is undone, too.');
  expect(later).toContain('AWS took about 5 min for the copies the last time');
  await alice.close(alice.view(), { all: true });
  const closing = readable(await open(world, 'dev 2026-11-02T14:00:00Z'));
  expect(closing).toContain('This moment leaves the restorable window in 2 h at the soonest');
});

test('while any restore runs, of whatever environment, the window says that another one would fail at once', async () => {
  const world = await startWorld({ environments: [dev, { ...prod, approvals: 0 }] });
  const alice = world.slack.as('U0ALICE');
  const warning = 'Only one restore runs at a time: one that is started before that is over fails at once';
  const shows = async (text: string) => {
    const view = readable(await open(world, text));
    await alice.close(alice.view(), { all: true });
    return view;
  };
  await alice.submit(await open(world, 'drill dev'), {});
  await expect.poll(() => world.approved.length).toBe(1);
  const drill = onlyRun(world);
  const stop = world.holdLock(drill.id);
  world.record(drill.id, { type: 'started' });
  // A drill makes way for a restore, and for no other drill.
  expect(await shows('prod 2 hours ago')).not.toContain(warning);
  expect(await shows('drill prod')).toContain(`${drill.id} is running. ${warning}`);
  world.record(drill.id, { type: 'completed', durationMs: 1000 });
  stop();
  await alice.submit(await open(world, 'dev 2 hours ago'), {});
  await expect.poll(() => world.approved.length).toBe(2);
  const restore = world.restores.history(1)[0]?.id ?? '';
  world.holdLock(restore);
  world.record(restore, { type: 'started' });
  expect(await shows('prod 2 hours ago')).toContain(`${restore} is running. ${warning}`);
  expect(await shows('drill prod')).toContain(`${restore} is running. ${warning}`);
  world.record(restore, { type: 'completed', durationMs: 1000 });
  expect(await shows('prod 2 hours ago')).not.toContain(warning);
});

test('a request of the same tables that waits for approval is named', async () => {
  const world = await startWorld();
  await world.slack.as('U0ALICE').submit(await open(world, 'prod 2 hours ago'), { Reason: 'x' });
  await parentShowing(world, 'Approval needed');
  const { id } = onlyRun(world);
  expect(readable(await open(world, 'prod 1 hour ago', 'U0CAROL'))).toContain(
    `${id} of the same tables waits for approval; of two restores only one runs at a time.`,
  );
});

test('a drill needs no approval, is asked for by admins alone, and says that nothing live is written', async () => {
  const world = await startWorld();
  const bob = world.slack.as('U0BOB');
  expect(JSON.stringify((await bob.command(command, 'drill prod')).response)).toContain(
    'You may not start a drill of prod.',
  );
  const alice = world.slack.as('U0ALICE');
  const view = await open(world, 'drill prod');
  expect(titleOf(view)).toBe('Drill prod');
  expect(readable(view)).toContain('*nothing is written to a live table*');
  expect(readable(view)).not.toContain('has a stream');
  await alice.submit(view, {});
  await expect.poll(() => world.approved.length).toBe(1);
  const run = onlyRun(world);
  expect(run.request).toMatchObject({ drill: true, environment: 'prod' });
  happen(world, run.id, ...upToThePlan(), { type: 'completed', durationMs: 400_000 });
  const parent = readable(await parentShowing(world, 'went well'));
  expect(parent).toContain('2 tables can be put back to');
  expect(parent).toContain('AWS built the copies in 5 min.');
  expect(parent).toContain('A restore would put back 80 items and delete 12.');
  expect(parent).not.toContain('"Undo …"');
  expect(parent).toContain('nothing is written to a live table');
});

test('a drill asks for no fence, also where a restore has one: its role may not even look whether there could be one', async () => {
  const world = await startWorld({ environments: [dev, { ...prod, fence: 'writes' }] });
  await world.slack.as('U0ALICE').submit(await open(world, 'drill prod'), {});
  await expect.poll(() => world.approved.length).toBe(1);
  expect(onlyRun(world).request).toMatchObject({ drill: true, options: { fence: 'off' } });
});
