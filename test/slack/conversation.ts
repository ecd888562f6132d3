import { expect } from 'vitest';
import type { RunEvent, RunId } from '../../src/restore/events.ts';
import type { Run } from '../../src/restore/run.ts';
import type { Message } from '../../src/sandbox/slack/messages.ts';
import type { View } from '../../src/sandbox/slack/views.ts';
import { minute, now, type World } from './world.ts';

export const command = '/pitr-restore';

/** Everything that can be read in it, without Slack's escapes. */
export function readable(shown: Message | View | undefined): string {
  return JSON.stringify(shown?.blocks ?? '');
}

export function titleOf(view: View | undefined): string {
  return String(view?.title?.['text']);
}

export const isConfirm = (view: View) => view.callbackId === 'pitr_confirm';
export const isWhen = (view: View) => view.callbackId === 'pitr_when';
export const hasButtons = (message: Message) => readable(message).includes('"type":"button"');

/** Opens the modal and waits until it is filled. */
export async function open(world: World, text: string, who = 'U0ALICE', until: (view: View) => boolean = isConfirm) {
  const person = world.slack.as(who);
  const outcome = await person.command(command, text);
  expect(outcome).toMatchObject({ acked: true });
  expect(outcome.response).toBeUndefined();
  return await person.viewUntil(until);
}

/** Asks for a restore of prod as Alice, up to the card in the channel. */
export async function ask(world: World, text = 'prod 2 hours ago', reason = 'a bad deploy'): Promise<Message> {
  const alice = world.slack.as('U0ALICE');
  const before = world.slack.messages('C0OPS').map(({ ts }) => ts);
  await alice.submit(await open(world, text), { Reason: reason });
  await alice.viewUntil((shown) => titleOf(shown) === 'Asked');
  return await world.slack.messageUntil('C0OPS', ({ ts, threadTs }) => threadTs === undefined && !before.includes(ts));
}

export function onlyRun(world: World): Run {
  const [run, ...more] = world.restores.history(10);
  expect(more).toEqual([]);
  if (run === undefined) throw new Error('nothing was asked for');
  return run;
}

/** The parent message once it shows `text`. */
export async function parentShowing(world: World, text: string): Promise<Message> {
  return await world.slack.messageUntil(
    'C0OPS',
    (message) => message.threadTs === undefined && readable(message).includes(text),
  );
}

function onlyParent(world: World): Message {
  const [parent] = world.slack.messages('C0OPS').filter(({ threadTs }) => threadTs === undefined);
  if (parent === undefined) throw new Error('no parent message');
  return parent;
}

/** The replies under the one parent message, as texts. */
export function threadNow(world: World): readonly string[] {
  const { ts } = onlyParent(world);
  return world.slack
    .thread('C0OPS', ts)
    .filter((message) => message.ts !== ts)
    .map(({ text }) => text);
}

/** The same, once one contains `last`. */
export async function threadUpTo(world: World, last: string): Promise<readonly string[]> {
  const { ts } = onlyParent(world);
  await world.slack.threadUntil('C0OPS', ts, ({ text, threadTs }) => threadTs !== undefined && text.includes(last));
  return threadNow(world);
}

const digest = 'a'.repeat(32);

const compared = (label: string) =>
  ({
    type: 'table-compared',
    label,
    liveItems: 1200,
    restoredItems: 1234,
    put: 40,
    delete: 6,
    unchanged: 1194,
    liveDigest: digest,
    restoredDigest: 'b'.repeat(32),
  }) as const;

/** What a run writes down, up to the plan. */
export function upToThePlan(): readonly RunEvent[] {
  const phase = (
    name: 'PREFLIGHT' | 'INITIATE_RESTORE' | 'AWAIT_ACTIVE' | 'VERIFY_COUNTS',
    ...inside: readonly RunEvent[]
  ) => [
    { type: 'phase-started', phase: name } as const,
    ...inside,
    { type: 'phase-finished', phase: name, durationMs: 65_000 } as const,
  ];
  const each = (event: (label: string) => RunEvent) => ['quotes', 'user-likes'].map(event);
  return [
    { type: 'started' },
    ...phase(
      'PREFLIGHT',
      { type: 'preflight-warning', label: 'quotes', message: 'It has a stream.' },
      { type: 'preflight-passed', checks: 18 },
    ),
    ...phase(
      'INITIATE_RESTORE',
      ...each((label) => ({ type: 'table-restoring', label, restoreTable: `shop-${label}-restore-1`, arn: 'arn' })),
      ...each((label) => ({ type: 'table-restore-accepted', label })),
    ),
    ...phase('AWAIT_ACTIVE', ...each((label) => ({ type: 'table-active', label, durationMs: 300_000 }))),
    ...phase('VERIFY_COUNTS', ...each(compared)),
  ];
}

export const asksForPlan: readonly RunEvent[] = [
  { type: 'phase-started', phase: 'CONFIRM_PLAN' },
  { type: 'plan-shown', answerBy: now + 30 * minute },
];

export function fromThePlanToTheEnd(): readonly RunEvent[] {
  const each = (event: (label: string) => RunEvent) => ['quotes', 'user-likes'].map(event);
  return [
    { type: 'phase-finished', phase: 'CONFIRM_PLAN', durationMs: 30_000 },
    { type: 'phase-started', phase: 'SWAP_DATA' },
    ...each((label) => ({ type: 'swap-started', label, put: 40, delete: 6 })),
    ...each((label) => ({ type: 'swap-finished', label, put: 40, delete: 6, overwritten: 0, kept: 0 })),
    { type: 'phase-finished', phase: 'SWAP_DATA', durationMs: 3000 },
    { type: 'phase-started', phase: 'VERIFY_DATA' },
    ...each((label) => ({
      ...compared(label),
      type: 'table-verified',
      round: 1,
      liveItems: 1234,
      put: 0,
      delete: 0,
      unchanged: 1234,
      liveDigest: 'b'.repeat(32),
    })),
    { type: 'phase-finished', phase: 'VERIFY_DATA', durationMs: 4000 },
    { type: 'phase-started', phase: 'CLEANUP' },
    ...each((label) => ({ type: 'table-deleted', label, restoreTable: `shop-${label}-restore-1` })),
    { type: 'phase-finished', phase: 'CLEANUP', durationMs: 1000 },
    { type: 'lock-released' },
    { type: 'completed', durationMs: 400_000 },
  ];
}

/** Approves as Bob and lets the run begin. */
export async function approveAndStart(world: World, card: Message): Promise<RunId> {
  await world.slack.as('U0BOB').click(card, { text: 'Approve' });
  await expect.poll(() => world.approved.length).toBe(1);
  const { id } = onlyRun(world);
  world.record(id, ...upToThePlan());
  return id;
}
