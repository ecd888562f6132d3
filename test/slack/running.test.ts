/** What is said and can be done while a restore runs, and how it is told when it goes wrong. */
import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/restore/events.ts';
import {
  approveAndStart,
  ask,
  command,
  fromThePlanToTheEnd,
  hasButtons,
  onlyRun,
  parentShowing,
  readable,
  threadUpTo,
} from './conversation.ts';
import { dev, minute, movableClock, prod, startWorld, type World } from './world.ts';

const failure = {
  durationMs: 90_000,
  code: 'SWAP',
  message: 'AWS denied the writes.',
  hint: 'Give the role dynamodb:PutItem.',
  phase: 'SWAP_DATA',
  restoreTablesKept: ['shop-quotes-restore-1'],
} as const;

async function running(options: Parameters<typeof startWorld>[0] = {}) {
  const world = await startWorld(options);
  return { world, id: await approveAndStart(world, await ask(world)) };
}

/** What the person was told alone since the last time. */
async function told(world: World, who: string, text: string): Promise<string> {
  const person = world.slack.as(who);
  const before = person.ephemerals().length;
  const { response } = await person.command(command, text);
  if (response !== undefined) return JSON.stringify(response);
  await expect.poll(() => person.ephemerals().length).toBe(before + 1);
  return readable(person.ephemerals().at(-1));
}

test('speed: set by who may, told in the thread and on the parent, known to the run', async () => {
  const { world, id } = await running();
  expect(await told(world, 'U0EVE', 'speed slow')).toContain('You may not set the speed of a restore of prod.');
  expect(await told(world, 'U0BOB', 'speed paus')).toContain('Did you mean pause?');
  expect(await told(world, 'U0BOB', 'speed pause')).toContain(
    'reads and writes nothing until somebody sets another speed',
  );
  expect(world.restores.run(id)?.speed).toBe('pause');
  await parentShowing(world, 'Paused by a person');
  await threadUpTo(world, '<@U0BOB> set the speed to *pause*.');
  expect(await told(world, 'U0ALICE', `speed normal ${id}`)).toContain('at its usual speed from now on');
  await expect.poll(() => readable(world.slack.messages('C0OPS')[0])).not.toContain('Paused by a person');
  world.record(id, ...fromThePlanToTheEnd());
  expect(await told(world, 'U0BOB', 'speed fast')).toContain('there is no speed to set');
  expect(await told(world, 'U0BOB', `speed fast ${id}`)).toContain('has ended already (completed)');
});

test('what waits for approval has no speed yet', async () => {
  const world = await startWorld();
  await ask(world);
  expect(await told(world, 'U0ALICE', `speed slow ${onlyRun(world).id}`)).toContain('is not running');
});

test('progress shows a bar, the rate and the time left, and nothing that has not changed', async () => {
  const clock = movableClock();
  const { world, id } = await running({ clock });
  world.record(id, { type: 'phase-started', phase: 'SWAP_DATA' });
  world.progress.set(id, 'user-likes', 0, 0, { isDone: true });
  world.progress.set(id, 'quotes', 1000, 10_000);
  await parentShowing(world, '▓░░░░░░░░░ 10 %, 1,000 of 10,000 items');
  clock.moveOn(minute / 3);
  world.progress.set(id, 'quotes', 1500, 10_000);
  const shown = readable(await parentShowing(world, '▓░░░░░░░░░ 15 %, 1,500 of 10,000 items'));
  const [, rate] = /(\d+) a second/.exec(shown) ?? [];
  expect(Number(rate)).toBeGreaterThan(15);
  expect(Number(rate)).toBeLessThan(26);
  expect(shown).toMatch(/about [6-9] min left/);
  const edits = () => world.slack.apiCalls.filter(({ method }) => method === 'chat.update').length;
  const before = edits();
  const later = world.clock.now() + minute / 4;
  await expect.poll(() => world.clock.now()).toBeGreaterThan(later);
  expect(edits()).toBe(before);
});

const endings: readonly (readonly [string, RunEvent])[] = [
  ['fails', { type: 'failed', ...failure }],
  ['is rolled back', { type: 'rolled-back', ...failure }],
  ['needs attention', { type: 'needs-attention', ...failure }],
];

test.for(endings)('when a run %s, the configured people are called once, in thread and channel', async ([, event]) => {
  const { world, id } = await running({ environments: [dev, { ...prod, alert: ['S0ONCALL', 'U0CAROL'] }] });
  world.record(id, { type: 'phase-started', phase: 'SWAP_DATA' }, event);
  await threadUpTo(world, 'AWS denied the writes.');
  await expect.poll(() => world.deliveries.behind('slack')).toEqual([]);
  const [parent] = world.slack.messages('C0OPS');
  const calling = world.slack
    .thread('C0OPS', parent?.ts ?? '')
    .filter(({ text }) => text.includes('<!subteam^S0ONCALL> <@U0CAROL>'));
  expect(calling).toHaveLength(1);
  expect(calling[0]?.isBroadcast).toBe(true);
  expect(readable(calling[0])).toContain(':rotating_light: <!subteam^S0ONCALL> <@U0CAROL>');
});

test.for([
  ['goes well', fromThePlanToTheEnd()],
  ['is cancelled', [{ type: 'cancelled', ...failure } as const]],
] as const)('when a run %s, nobody is called', async ([, events]) => {
  const { world, id } = await running({ environments: [dev, { ...prod, alert: ['S0ONCALL'] }] });
  world.record(id, ...events);
  await expect.poll(() => world.deliveries.behind('slack')).toEqual([]);
  const [parent] = world.slack.messages('C0OPS');
  const said = world.slack.thread('C0OPS', parent?.ts ?? '').map(({ text, blocks }) => text + JSON.stringify(blocks));
  expect(said.join('\n')).not.toContain('S0ONCALL');
});

test('the card says what it will cost; the last word what it did cost, as AWS counted it', async () => {
  const world = await startWorld();
  const card = await ask(world);
  expect(readable(card)).toContain(
    '*Size:* about 2,468 items, 8.4 MB\\n*Costs:* less than $0.01 at on-demand prices: 6,153 read units',
  );
  const id = await approveAndStart(world, card);
  const counting = fromThePlanToTheEnd().map((event) =>
    event.type === 'swap-finished' ? { ...event, consumed: { readUnits: 1_000_000, writeUnits: 2_000_000 } } : event,
  );
  world.record(id, ...counting);
  const last = await world.slack.messageUntil('C0OPS', ({ isBroadcast }) => isBroadcast === true);
  expect(readable(last)).toContain(
    '*Cost:* about $3.34 at on-demand prices: 2.0 M read units, 4.0 M write units, restore of 9 MB',
  );
});

test('counts of many tables are a table to sort, those with most to do first', async () => {
  const tables = Array.from({ length: 20 }, (_, index) => ({ label: `t${index}`, table: `shop-t${index}` }));
  const world = await startWorld({ environments: [dev, { ...prod, tables }] });
  await world.slack.as('U0BOB').click(await ask(world), { text: 'Approve' });
  await expect.poll(() => world.approved.length).toBe(1);
  const compared = tables.map(({ label }, index) => ({
    type: 'table-compared' as const,
    label,
    liveItems: 10,
    restoredItems: 10 + index,
    put: index,
    delete: 0,
    unchanged: 10,
    liveDigest: 'a'.repeat(32),
    restoredDigest: 'b'.repeat(32),
  }));
  world.record(onlyRun(world).id, { type: 'started' }, { type: 'phase-started', phase: 'VERIFY_COUNTS' }, ...compared, {
    type: 'phase-finished',
    phase: 'VERIFY_COUNTS',
    durationMs: 1000,
  });
  const text = 'Compared live and restored tables';
  const [parent] = world.slack.messages('C0OPS');
  const reply = await world.slack.threadUntil('C0OPS', parent?.ts ?? '', (message) => message.text.includes(text));
  const block = reply.blocks?.find(({ type }) => type === 'data_table');
  expect(block).toMatchObject({ page_size: 10, rows: { length: 21 } });
  expect(JSON.stringify(block)).toMatch(/"rows":\[\[.*?\],\[\{"type":"raw_text","text":"t19"\}/);
});

test('an older Slack gets the same counts as a section', async () => {
  const world = await startWorld();
  world.slack.faults.rejectBlocks(['data_table', 'table', 'plan']);
  const id = await approveAndStart(world, await ask(world));
  await threadUpTo(world, 'Compared live and restored tables');
  const [parent] = world.slack.messages('C0OPS');
  const reply = world.slack.thread('C0OPS', parent?.ts ?? '').find(({ text }) => text.includes('Compared live'));
  expect(readable(reply)).toContain('quotes | 1,200 | 1,234 | 40 | 6 | 1,194');
  expect(hasButtons(await parentShowing(world, 'Restoring prod'))).toBe(true);
  expect(world.restores.run(id)?.state).toBe('IN_PROGRESS');
});
