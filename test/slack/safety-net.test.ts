import { expect, test } from 'vitest';
import type { RunEvent, RunId } from '../../src/restore/events.ts';
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
  titleOf,
} from './conversation.ts';
import { minute, noonClock, now, startWorld, type World } from './world.ts';

const holder = { runId: '', host: 'box-2', pid: 7, takenAt: now, expiresAt: now + minute, fencing: 2 };
const failure = {
  durationMs: 90_000,
  code: 'SWAP',
  message: 'AWS denied the writes.',
  hint: 'Give the role dynamodb:PutItem.',
  phase: 'SWAP_DATA',
  restoreTablesKept: ['shop-quotes-restore-1'],
} as const;
const swapping: readonly RunEvent[] = [
  { type: 'phase-started', phase: 'SWAP_DATA' },
  { type: 'swap-started', label: 'quotes', put: 40, delete: 6 },
];

/** A restore that ended well, and wrote something. */
async function restored(world: World): Promise<RunId> {
  const id = await approveAndStart(world, await ask(world));
  world.wrote(id, 'quotes', 46);
  world.record(id, ...fromThePlanToTheEnd());
  return id;
}

const isLastWord = ({ isBroadcast }: { readonly isBroadcast?: boolean }) => isBroadcast === true;
const lastWord = (world: World, shown: string) =>
  world.slack.messageUntil('C0OPS', (message) => isLastWord(message) && readable(message).includes(shown));

async function askForUndo(world: World) {
  const alice = world.slack.as('U0ALICE');
  await alice.click(await lastWord(world, '"Undo …"'), { text: 'Undo …' });
  const modal = await alice.viewUntil((view) => titleOf(view) === 'Undo this restore?');
  await alice.submit(modal, { Reason: 'it was the wrong hour' });
  await alice.viewUntil((view) => titleOf(view) === 'Asked');
  return modal;
}

test('Undo on the last word: what it would put back, a reason, the same approval, a story of its own', async () => {
  const world = await startWorld();
  const id = await restored(world);
  const modal = await askForUndo(world);
  for (const part of [
    id,
    '40 items it put and 6 it deleted',
    'It starts once <@U0BOB> or <@U0DAVE> approves it',
    'for another 23 h',
  ])
    expect(readable(modal)).toContain(part);
  const card = await parentShowing(world, `Approval needed: undo of ${id} in prod`);
  for (const part of ['it was the wrong hour', 'which put back 80 items and deleted 12', 'from the journal'])
    expect(readable(card)).toContain(part);
  expect(readable(await lastWord(world, 'Somebody asked to undo it'))).not.toContain('"Undo …"');
  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  await expect.poll(() => world.approved.length).toBe(2);
  const undo = world.restores.history(1)[0]?.id ?? '';
  expect(world.restores.run(undo)?.request).toMatchObject({ undoOf: id, reason: 'it was the wrong hour' });
  world.record(undo, { type: 'started' });
  world.record(
    undo,
    ...swapping,
    { type: 'swap-finished', label: 'quotes', put: 6, delete: 40, overwritten: 0, kept: 2 },
    { type: 'phase-finished', phase: 'SWAP_DATA', durationMs: 1000 },
    { type: 'completed', durationMs: 5000 },
  );
  const done = await lastWord(world, 'is put back in 5 s');
  expect(done.text).toContain('in 5 s: 6 items to put back as before, 40 to delete again.');
  expect(done.text).toContain('2 items changed since by somebody else were not touched');
  expect(hasButtons(await lastWord(world, 'prod is back to'))).toBe(false);
  const [, , ...replies] = world.slack.thread('C0OPS', card.ts);
  expect(replies.map(({ text }) => text).join()).toContain(
    '`quotes`: 6 items to put back as before, 40 to delete again',
  );
});

test('a denied undo can be asked for again', async () => {
  const world = await startWorld();
  await restored(world);
  await askForUndo(world);
  const [undo] = world.restores.history(1);
  await lastWord(world, 'Somebody asked to undo it');
  world.record(undo?.id ?? '', { type: 'expired', why: 'no-decision' });
  expect(hasButtons(await lastWord(world, '"Undo …"'))).toBe(true);
});

test('the button goes when the time for it is over, also after a restart', async () => {
  const clock = noonClock();
  let ahead = 0;
  const world = await startWorld({ clock: { now: () => clock.now() + ahead, sleep: clock.sleep } });
  await restored(world);
  await lastWord(world, '"Undo …"');
  await world.bot.reporter.stop(1000);
  ahead = 25 * 60 * minute;
  await world.startProcess();
  const edited = await world.slack.messageUntil(
    'C0OPS',
    (message) => isLastWord(message) && !hasButtons(message),
    8000,
  );
  expect(readable(edited)).not.toContain('can be put back until');
});

test.for([
  ['U0BOB', 'You may not ask to undo a restore of prod'],
  ['U0EVE', 'You may not ask to undo a restore of prod'],
] as const)('%s may not ask for an undo, and learns alone why', async ([who, why]) => {
  const world = await startWorld();
  const id = await restored(world);
  const person = world.slack.as(who);
  await person.command(command, `undo ${id}`);
  expect((await person.ephemeralUntil(() => true)).text).toContain(why);
  expect(person.views()).toEqual([]);
});

test('undo by command: without an id the only one that can be; of what cannot be undone, why not', async () => {
  const world = await startWorld();
  const alice = world.slack.as('U0ALICE');
  const say = async (text: string) => (await alice.command(command, text)).response?.text;
  expect(await say('undo')).toContain('There is nothing to undo');
  expect(await say('undo restore-0')).toContain('There is no restore restore-0.');
  await approveAndStart(world, await ask(world));
  expect(await say(`undo ${onlyRun(world).id}`)).toContain('cannot be undone');
  await alice.close(undefined, { all: true });
  world.wrote(onlyRun(world).id, 'quotes', 1);
  world.record(onlyRun(world).id, { type: 'failed', ...failure });
  await alice.command(command, 'undo');
  await alice.viewUntil((view) => titleOf(view) === 'Undo this restore?');
});

test('somebody who loses the right while the window is open does not get an undo', async () => {
  const world = await startWorld();
  await restored(world);
  const alice = world.slack.as('U0ALICE');
  await alice.click(await lastWord(world, '"Undo …"'), { text: 'Undo …' });
  const modal = await alice.viewUntil((view) => titleOf(view) === 'Undo this restore?');
  world.slack.changeUser('U0ALICE', { isRestricted: true });
  await alice.submit(modal, { Reason: 'x' });
  expect(readable(await alice.viewUntil((view) => titleOf(view) === 'Not possible'))).toContain('Guests');
  expect(world.restores.history(5)).toHaveLength(1);
});

test('a shutdown with the fence up says for how long it stays up, and how to take it down', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  const window = { startsAt: 0, endsAt: Date.parse('2026-11-22T14:00:00Z') };
  const arn = 'arn:aws:dynamodb:eu-central-1:1:table/shop-quotes';
  world.record(
    id,
    ...swapping,
    { type: 'fence-raising', label: 'quotes', arn, sid: 'PitrFence1', ...window },
    { type: 'paused' },
  );
  const replies = await threadUpTo(world, 'Stopped at a safe point');
  expect(replies.at(-1)).toContain('The fence on `shop-quotes` is still up: nobody else can write to it');
  expect(replies.at(-1)).toContain('To take it down now: `aws dynamodb get-resource-policy');
});

test('a run that cannot go on, because the configuration changed, says so and what to type', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  const message = 'The configuration of prod has changed.';
  const hint = `Set it back: \`resume ${id}\`. Or stop it: \`cancel ${id}\`.`;
  const refused = { type: 'resume-refused', code: 'OUT_OF_DATE', message, hint } as const;
  world.record(id, ...swapping, { type: 'paused' }, refused);
  const replies = await threadUpTo(world, 'It cannot go on. The configuration of prod has changed.');
  expect(replies.at(-1)).toContain(`/pitr-restore cancel ${id}`);
  const parent = await parentShowing(world, 'It stands still, and cannot go on');
  expect(readable(parent)).not.toContain('It goes on by itself');
});

test('a shutdown and what follows stand in the same thread, and the same parent goes on', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  world.record(id, ...swapping, { type: 'paused' });
  await parentShowing(world, 'Stopped at a safe point: the bot is shutting down');
  const reader = world.slack.as('U0ALICE');
  await reader.command(command, 'status');
  const { text: status } = await reader.ephemeralUntil(() => true);
  expect(status).toContain(`:double_vertical_bar: interrupted`);
  expect(status).toContain(`pitr-restore resume ${id}`);
  await world.bot.reporter.stop(1000);
  const next = await world.startProcess();
  next.record(id, { type: 'resumed', holder });
  const replies = await threadUpTo(world, 'Goes on in: Write back what differs (on `box-2`, after ');
  expect(replies.filter((text) => text.includes('It goes on by itself after the restart'))).toHaveLength(1);
  next.record(id, ...fromThePlanToTheEnd());
  const parent = await parentShowing(world, 'compared item by item after the last write');
  expect(readable(parent)).not.toContain('shutting down');
  expect(world.slack.messages('C0OPS').filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
});

test('a rollback is told as it happens, and how it ended', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  world.record(id, ...swapping, { type: 'rollback-started', ...failure });
  const running = await parentShowing(world, 'Rolling back prod');
  expect(readable(running)).toContain('What was written is being put back');
  expect(hasButtons(running)).toBe(false);
  world.record(
    id,
    { type: 'phase-started', phase: 'ROLL_BACK' },
    { type: 'table-rolled-back', label: 'quotes', putBack: 44, changedSince: 2 },
    { type: 'phase-finished', phase: 'ROLL_BACK', durationMs: 2000 },
    { type: 'rolled-back', ...failure },
  );
  const replies = await threadUpTo(world, 'Rolled back after 1 min 30 s: AWS denied the writes.');
  expect(replies.join()).toContain('The swap is not carried on: AWS denied the writes.');
  expect(replies.join()).toContain('`quotes`: 2 items changed since by somebody else and not touched');
  const parent = await parentShowing(world, 'rolled back');
  expect(readable(parent)).toContain('"task_id":"ROLL_BACK"');
  expect(readable(parent)).not.toContain('"task_id":"CLEANUP"');
});

test('needs attention: unmistakable, with the state of each table and what to type', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  world.wrote(id, 'quotes', 3);
  const states = 'State: shop-quotes: partly written; shop-user-likes: not touched.';
  const hint = `${failure.hint} ${states} Mend the cause, then put back what was written with \`undo ${id}\`, or finish it with a new restore to the same point. What was overwritten stays in the journal for 35 days.`;
  world.record(id, ...swapping, { type: 'needs-attention', ...failure, hint });
  const last = await lastWord(world, 'A person has to look at this now');
  for (const part of [
    'AWS denied the writes.',
    '`shop-quotes`: :warning: partly written, and *not* put back',
    '`shop-user-likes`: not touched',
    '/pitr-restore prod 2026-11-22T10:00:0',
    `/pitr-restore undo ${id}`,
    '`shop-quotes-restore-1`',
    '"Undo …"',
  ])
    expect(readable(last)).toContain(part);
  for (const part of ['State:', `\`undo ${id}`]) expect(readable(last)).not.toContain(part);
  expect(readable(await parentShowing(world, 'needs attention'))).toContain('A person has to look');
});

test('what the application wrote meanwhile is counted, and "the same" is said only when it is', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  world.record(
    id,
    ...swapping,
    { type: 'swap-finished', label: 'quotes', put: 40, delete: 6, overwritten: 1, kept: 3 },
    {
      type: 'table-verified',
      round: 1,
      label: 'quotes',
      liveItems: 9,
      restoredItems: 9,
      put: 3,
      delete: 0,
      unchanged: 6,
      liveDigest: 'a',
      restoredDigest: 'b',
    },
    { type: 'completed', durationMs: 1000 },
  );
  const last = await lastWord(world, 'prod is back to');
  expect(last.text).toContain(
    '1 item changed by the application meanwhile was put back all the same, after journalling.',
  );
  expect(last.text).toContain('3 items changed by the application meanwhile were kept as the application wrote them.');
  expect(last.text).toContain('3 items differ, because the application wrote them meanwhile.');
  expect(last.text).not.toContain('are the same');
});

test('what verification rounds write over is told round by round, and counted in the end', async () => {
  const world = await startWorld();
  const id = await approveAndStart(world, await ask(world));
  const verified = (round: number, put: number, deleted: number): RunEvent => ({
    ...{ type: 'table-verified', label: 'quotes', round, put, delete: deleted, unchanged: 1 },
    ...{ liveItems: 9, restoredItems: 9, liveDigest: 'a', restoredDigest: 'a' },
  });
  world.record(
    id,
    ...swapping,
    { type: 'swap-finished', label: 'quotes', put: 40, delete: 6, overwritten: 0, kept: 0 },
    verified(1, 12, 5),
    verified(2, 2, 1),
    verified(3, 0, 0),
    { type: 'completed', durationMs: 1000 },
  );
  const told = (await threadUpTo(world, 'prod is back to')).filter((text) => text.includes('verification round'));
  expect(told).toEqual([
    expect.stringContaining(
      '`quotes`, verification round 1: 17 items written meanwhile: 12 to put back again, 5 to delete again',
    ),
    expect.stringContaining('`quotes`, verification round 2: 3 items written meanwhile: 2 to put back again'),
  ]);
  const { text } = await lastWord(world, 'prod is back to');
  expect(text).toContain('54 put back, 12 deleted');
  expect(text).toContain('20 items written meanwhile were put back or deleted again; their images are in the journal.');
  const reader = world.slack.as('U0ALICE');
  await reader.command(command, 'history');
  expect((await reader.ephemeralUntil(() => true)).text).toContain('54 put back, 12 deleted');
});
