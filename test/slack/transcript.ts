/** Plays a conversation that is written down in a folder, and writes down what everybody saw. */
import { expect } from 'vitest';
import { z } from 'zod';
import type { RunEvent, RunId } from '../../src/restore/events.ts';
import type { Message } from '../../src/sandbox/slack/messages.ts';
import type { Person } from '../../src/sandbox/slack/people/person.ts';
import { renderText } from '../../src/sandbox/slack/render-text.ts';
import { asksForPlan, command, fromThePlanToTheEnd, hasButtons, upToThePlan } from './conversation.ts';
import { dev, minute, movableClock, now, prod, startWorld } from './world.ts';

const step = z.record(z.string(), z.union([z.string(), z.number(), z.record(z.string(), z.unknown())]));
export const conversationSchema = z.object({
  world: z.object({ prod: z.record(z.string(), z.unknown()).default({}), stepUp: z.array(z.string()).default([]) }),
  steps: z.array(step).min(1),
});
export type Conversation = z.infer<typeof conversationSchema>;

const failure = {
  durationMs: 90_000,
  code: 'SWAP',
  message: 'AWS denied the writes.',
  hint: 'Give the role dynamodb:PutItem.',
  phase: 'SWAP_DATA',
  restoreTablesKept: ['shop-quotes-restore-1'],
} as const;
const holder = { runId: '', host: 'box-2', pid: 7, takenAt: now, expiresAt: now + minute, fencing: 2 };

/** What the engine writes down, by the name it has in the folders. */
const happenings: Readonly<Record<string, readonly RunEvent[]>> = {
  'gets as far as the plan': upToThePlan().slice(1),
  'asks about the plan': asksForPlan,
  'ends well': fromThePlanToTheEnd(),
  'begins to write': [
    { type: 'phase-started', phase: 'SWAP_DATA' },
    { type: 'swap-started', label: 'quotes', put: 40, delete: 6 },
  ],
  'is paused': [{ type: 'paused' }],
  'is resumed': [{ type: 'resumed', holder }],
  'is rolled back': [
    { type: 'rollback-started', ...failure },
    { type: 'phase-started', phase: 'ROLL_BACK' },
    { type: 'table-rolled-back', label: 'quotes', putBack: 44, changedSince: 2 },
    { type: 'phase-finished', phase: 'ROLL_BACK', durationMs: 2000 },
    { type: 'rolled-back', ...failure },
  ],
  'needs attention': [{ type: 'needs-attention', ...failure }],
  'is cancelled': [
    { type: 'cancelled', ...failure, code: 'CANCELLED', message: 'Cancelled by slack:U0BOB.', hint: '' },
  ],
};

type Detail = Conversation['steps'][number][string];
type Scene = Awaited<ReturnType<typeof setScene>>;

async function setScene({ world: { prod: changes, stepUp } }: Conversation) {
  const clock = movableClock();
  const approvalStepUp = stepUp.includes('prod');
  const environments = [dev, { ...prod, approvalStepUp, ...changes }];
  const world = await startWorld({ clock, environments });
  return {
    clock,
    world,
    process: world as Pick<typeof world, 'bot' | 'record' | 'wrote' | 'restores' | 'deliveries'>,
    lines: [] as string[],
  };
}

export async function play(conversation: Conversation): Promise<string> {
  const scene = await setScene(conversation);
  for (const each of conversation.steps) {
    for (const [what, detail] of Object.entries(each)) {
      scene.lines.push(`» ${what}: ${typeof detail === 'object' ? JSON.stringify(detail) : detail}`);
      await carryOut(scene, what, detail);
    }
  }
  return anonymous([...scene.lines, ...whatTheChannelShows(scene), ''].join('\n'));
}

async function carryOut(scene: Scene, what: string, detail: Detail): Promise<void> {
  const { clock } = scene;
  if (what === 'minutes pass') clock.moveOn(Number(detail) * minute);
  else if (what === 'the run') happen(scene, String(detail));
  else if (what === 'the bot') await restart(scene);
  else return await somebodyActs(scene, what, detail);
  await settled(scene);
}

async function restart(scene: Scene): Promise<void> {
  await scene.process.bot.reporter.stop(1000);
  scene.process = await scene.world.startProcess();
}

async function somebodyActs(scene: Scene, what: string, detail: Detail): Promise<void> {
  const { world } = scene;
  const [name = '', verb] = what.split(' ');
  const person = world.slack.as(`U0${name.toUpperCase()}`);
  if (verb === 'becomes') return world.slack.changeUser(person.id, z.record(z.string(), z.boolean()).parse(detail));
  const seen = person.ephemerals().length;
  await act(scene, person, verb, detail);
  await settled(scene);
  for (const { blocks, text } of person.ephemerals().slice(seen))
    show(scene, `${name} alone`, { blocks: blocks ?? [], text });
  const view = person.view();
  if (view !== undefined) show(scene, `${name}'s window`, view);
}

async function act({ world, lines }: Scene, person: Person, verb: string | undefined, detail: unknown): Promise<void> {
  switch (verb) {
    case 'types': {
      const { response } = await person.command(command, String(detail));
      if (response !== undefined) lines.push(indented('answer', renderText(response)));
      return;
    }
    case 'submits': {
      const view = await person.viewUntil((shown) => shown.submit !== undefined);
      const { errors } = await person.submit(view, z.record(z.string(), z.string()).parse(detail));
      for (const error of Object.values(errors ?? {})) lines.push(indented('field', error));
      return;
    }
    case 'clicks':
      await person.click(messageWith(world.slack, String(detail)), { text: String(detail) });
      return;
    default:
      throw new Error(`Nobody can "${verb}"`);
  }
}

function happen({ process }: Scene, name: string): void {
  const events = happenings[name];
  const run = process.restores.open().at(-1);
  if (events === undefined || run === undefined) throw new Error(`No run "${name}"`);
  if (run.state === 'APPROVED') process.record(run.id, { type: 'started' });
  if (name === 'begins to write') process.wrote(run.id, 'quotes', 46);
  process.record(run.id as RunId, ...events);
}

function everything(slack: Scene['world']['slack']): readonly Message[] {
  const parents = slack.messages('C0OPS').filter(({ threadTs }) => threadTs === undefined);
  return parents.flatMap(({ ts }) => slack.thread('C0OPS', ts));
}

function messageWith(slack: Scene['world']['slack'], button: string): Message {
  const found = everything(slack).findLast(
    (each) => hasButtons(each) && JSON.stringify(each.blocks).includes(`"${button}"`),
  );
  if (found === undefined) throw new Error(`No message has a button "${button}"`);
  return found;
}

/** Everything is told, and nothing has been sent for longer than an edit may be held back. */
async function settled({ world, process }: Scene): Promise<void> {
  let calls = -1;
  await expect
    .poll(
      () => {
        const before = calls;
        calls = world.slack.apiCalls.length;
        return process.deliveries.behind('slack').length === 0 && calls === before;
      },
      { timeout: 10_000, interval: 200 },
    )
    .toBe(true);
}

function whatTheChannelShows({ world }: Scene): readonly string[] {
  return everything(world.slack).map((each) => {
    const place = each.threadTs === undefined || each.threadTs === each.ts ? '#ops' : 'thread';
    return indented(each.isBroadcast === true ? '#ops and thread' : place, renderText(each));
  });
}

function show({ lines }: Scene, who: string, what: Parameters<typeof renderText>[0]): void {
  lines.push(indented(who, renderText(what)));
}

function indented(who: string, text: string): string {
  return `\n[${who}]\n${text.replaceAll(/^/gm, '    ').replaceAll(/[ \t]+$/gm, '')}\n`;
}

/** Ids, digests and clock times differ from one play to the next. */
function anonymous(text: string): string {
  const ids = [...new Set(text.match(/restore-\d{4}-\d\d-\d\dT[\d-]+Z(-\d+)?/g) ?? [])];
  return ids
    .reduce((shown, id, index) => shown.replaceAll(id, `restore-#${index + 1}`), text)
    .replaceAll(/digest [0-9a-f]{8}\b|digest `[0-9a-f]{8}`/g, 'digest …')
    .replaceAll(/(\b|T)\d{1,2}:\d\d:\d\d( [AP]M)?/g, '$1hh:mm:ss')
    .replaceAll(/\d+ h \d+ min/g, 'n h n min')
    .replaceAll(/after \d+ s/g, 'after n s');
}
