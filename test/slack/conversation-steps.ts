/** What the folders can say happens: people who type and click, AWS and Slack on a bad day, the bot as a process. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { Held } from '../../src/sandbox/holds.ts';
import { setFault } from '../../src/sandbox/slack/faults.ts';
import type { Message } from '../../src/sandbox/slack/messages.ts';
import type { Person } from '../../src/sandbox/slack/people/person.ts';
import { renderText } from '../../src/sandbox/slack/render-text.ts';
import type { View } from '../../src/sandbox/slack/views.ts';
import type { ConversationWorld } from './conversation-world.ts';

const command = '/pitr-restore';
const patienceMs = 120_000;
const minute = 60_000;

const detail = z.union([z.string(), z.number(), z.null(), z.record(z.string(), z.unknown())]);
const step = z.record(z.string(), z.union([detail, z.array(z.record(z.string(), detail))]));
export const conversationSchema = z.strictObject({ steps: z.array(step).min(1) });
export type Conversation = z.infer<typeof conversationSchema>;
type Detail = Conversation['steps'][number][string];

export type Scene = {
  readonly world: ConversationWorld;
  readonly lines: string[];
  readonly holds: Map<string, Held>;
  /** Messages that were there before the conversation began. */
  readonly before: ReadonlySet<string>;
  /** Each message as it was when it last had a button: what somebody sees whose screen is a moment behind. */
  readonly stale: Map<string, Message>;
  /** How many messages for one person alone are in the transcript already. */
  readonly told: Map<string, number>;
  /** Milliseconds until each command, click and submission was acknowledged. */
  readonly acks: number[];
};

/** Does what a step says, and waits until whoever it concerns has an answer. */
export async function carryOut(scene: Scene, what: string, given: Detail): Promise<void> {
  if (what === 'at once') {
    const all = z.array(z.record(z.string(), detail)).parse(given);
    await Promise.all(all.flatMap((each) => Object.entries(each).map(([who, how]) => carryOut(scene, who, how))));
    return;
  }
  const happening = happenings[what];
  if (happening !== undefined) return await happening(scene, given);
  const [name = '', ...verb] = what.split(' ');
  const { slack } = scene.world;
  if (name === 'group') return slack.changeUserGroup(`S0${verb[0]?.toUpperCase()}`, recordIn(given));
  if (name === 'channel') return slack.changeChannel(`C0${verb[0]?.toUpperCase()}`, recordIn(given));
  const person = slack.as(name.toUpperCase().startsWith('W0') ? name.toUpperCase() : `U0${name.toUpperCase()}`);
  if (verb[0] === 'becomes') return slack.changeUser(person.id, recordIn(given));
  if (verb[0] === 'acts') return void (await acts['clicks']?.(scene, person, given));
  if (verb.join(' ') === 'is told') {
    await eventually(() => toldAlone(scene, person).includes(String(given)), `"${given}" for ${name} alone`);
    return;
  }
  const act = acts[verb.join(' ')];
  if (act === undefined) throw new Error(`Nobody can "${verb.join(' ')}"`);
  await answered(scene, name, person, () => act(scene, person, given));
}

const recordIn = (given: Detail) => z.record(z.string(), z.any()).parse(given);

type Happening = (scene: Scene, given: Detail) => Promise<void> | void;

const happenings: Readonly<Record<string, Happening>> = {
  'the restore has ended': ({ world }) => eventually(() => world.log.open().length === 0, 'the end of a restore'),
  'slack reconnects': async ({ world: { slack } }, given) => {
    const opened = () => slack.apiCalls.filter(({ method }) => method === 'apps.connections.open').length;
    const before = opened();
    if (given === 'because it was cut') slack.faults.dropSockets();
    else slack.faults.disconnect('refresh_requested');
    await eventually(() => opened() > before && slack.connections > 0, 'a new connection');
  },
  'minutes pass': ({ world }, given) => world.moveOn(Number(given) * minute),
  'wait for': (scene, given) => eventually(() => everything(scene).includes(String(given)), `"${given}" in a message`),
  'an accident': ({ world }, given) => accident(world, String(given), 'counts differ'),
  'a quiet accident': ({ world }, given) => accident(world, String(given), 'counts are the same'),
  'the application writes': ({ world }, given) => write(world, String(given)),
  'aws holds': ({ world, holds }, given) => {
    holds.set(String(given), world.aws.hold(String(given)));
  },
  'aws is asked': async ({ holds }, given) => {
    let isReached = false;
    void holds.get(String(given))?.reached.then(() => {
      isReached = true;
    });
    await eventually(() => isReached, `a call of ${given}`);
  },
  'aws goes on': ({ holds }, given) => {
    holds.get(String(given))?.release();
    holds.delete(String(given));
  },
  'aws fails': ({ world }, given) => {
    world.aws.faults.add(recordIn(given) as Parameters<typeof world.aws.faults.add>[0]);
  },
  'aws works': ({ world }) => world.aws.faults.clear(),
  'slack fails': ({ world }, given) => {
    if (!setFault(world.slack.faults, recordIn(given))) throw new Error(`No fault ${JSON.stringify(given)}`);
  },
  'slack takes its time': ({ world: { slack } }) => eventually(() => slack.faults.slowed > 0, 'a slow answer of Slack'),
  'slack works': ({ world }) => world.slack.faults.clear(),
  'the bot': ({ world: { bot } }, given) => {
    if (given === 'is started') return bot.start();
    if (given === 'is killed') return bot.kill();
    if (given === 'is stopped') return bot.stop();
    throw new Error(`The bot cannot be "${given}"`);
  },
};

/** Every table of an environment has an item spoilt; with `counts differ` others are lost, and one is new. */
async function accident({ aws, clock, environments }: ConversationWorld, name: string, kind: string): Promise<void> {
  const spoilt = { put: { id: { S: '2' }, text: { S: 'spoilt' } } };
  const lost = ['1', '3'].map((id) => ({ delete: { id: { S: id } } }));
  const added = { put: { id: { S: 'new' }, text: { S: 'since then' } } };
  const changes = kind === 'counts differ' ? [spoilt, ...lost, added] : [spoilt];
  for (const table of Object.values(environments[name]?.tables ?? {}))
    await aws.history.write(table, changes, clock.now());
}

async function write({ client }: ConversationWorld, TableName: string): Promise<void> {
  await client.send(new PutItemCommand({ TableName, Item: { id: { S: '2' }, text: { S: 'newer still' } } }));
}

type Act = (scene: Scene, person: Person, given: Detail) => Promise<unknown>;

const acts: Readonly<Record<string, Act>> = {
  types: (scene, person, given) => type(scene, person, given, 'C0OPS'),
  'types in random': (scene, person, given) => type(scene, person, given, 'C0RANDOM'),
  'types in shared': (scene, person, given) => type(scene, person, given, 'C0SHARED'),
  async submits(scene, person, given) {
    const view = person.view();
    const outcome = await person.submit(view, z.record(z.string(), z.unknown()).parse(given ?? {}));
    if (outcome.isSent) scene.acks.push(outcome.ackMs);
    for (const error of Object.values(outcome.errors ?? {})) scene.lines.push(indented('field', error));
    return outcome.errors;
  },
  async clicks(scene, person, given) {
    const { message, isStale } = await messageWith(scene, String(given));
    const outcome = await person.click(message, { text: String(given) }, { staleMessage: isStale });
    scene.acks.push(outcome.ackMs);
  },
  async 'clicks in the window'(scene, person, given) {
    const view = person.view();
    if (view === undefined) throw new Error(`${person.id} has no window`);
    scene.acks.push((await person.click(view, { text: String(given) })).ackMs);
  },
  async 'clicks alone'(scene, person, given) {
    const message = person.ephemerals().at(-1);
    if (message === undefined) throw new Error(`nothing was said to ${person.id} alone`);
    scene.acks.push((await person.click(message, { text: String(given) })).ackMs);
  },
  async chooses(_scene, person, given) {
    const view = person.view();
    if (view === undefined) throw new Error(`${person.id} has no window`);
    for (const [text, value] of Object.entries(recordIn(given))) await person.choose(view, { text }, value);
  },
  async 'opens the Home tab'(_scene, person) {
    const before = person.home()?.hash;
    await person.openHome();
    await eventually(() => person.home()?.hash !== before && !shown(person.home()).includes('Looking'), 'a Home tab');
  },
  async 'clicks at home'(scene, person, given) {
    const home = person.home();
    if (home === undefined) throw new Error(`${person.id} has no Home tab`);
    scene.acks.push((await person.click(home, { text: String(given) })).ackMs);
  },
};

/** What people were told alone since the last step, person by person: who is answered first is not always the same. */
export function tellAlone(scene: Scene): void {
  for (const { id, name } of scene.world.slack.users()) {
    const all = scene.world.slack.as(id).ephemerals();
    for (const message of all.slice(scene.told.get(id) ?? 0)) show(scene, `${name} alone`, message);
    scene.told.set(id, all.length);
  }
}

/** What is not in the transcript yet. */
function toldAlone({ told }: Scene, person: Person): string {
  return person
    .ephemerals()
    .slice(told.get(person.id) ?? 0)
    .map((message) => renderText(message))
    .join('\n');
}

async function type({ acks }: Scene, person: Person, given: Detail, channel: string): Promise<unknown> {
  const { response, acked, ackMs, errorText } = await person.command(command, String(given ?? ''), { channel });
  if (!acked) throw new Error(`${person.id} typed "${given}": ${errorText}`);
  acks.push(ackMs);
  return response;
}

/** Acts, and waits until the person has learnt something, or the channel has: every act has an answer. */
async function answered(scene: Scene, name: string, person: Person, act: () => Promise<unknown>): Promise<void> {
  await allTold(scene);
  const before = { view: viewKey(person.view()), home: person.home()?.hash, channel: channelKey(scene) };
  const said = person.ephemerals().length;
  const direct = person.dms().length;
  const answer = await act();
  const isNews = () =>
    (answer !== undefined && answer !== null) ||
    person.ephemerals().length > said ||
    person.dms().length > direct ||
    person.home()?.hash !== before.home ||
    viewKey(person.view()) !== before.view ||
    channelKey(scene) !== before.channel;
  await eventually(() => isNews() && !isLoading(person.view()), `an answer for ${name}`);
  const view = person.view();
  if (view !== undefined && viewKey(view) !== before.view) show(scene, `${name}'s window`, view);
  const home = person.home();
  if (home !== undefined && home.hash !== before.home) show(scene, `${name}'s Home tab`, home);
}

/** What came late from before must not pass for the answer. On a bad day of Slack's there is no end to wait for. */
async function allTold({ world: { behind, slack, isConnected } }: Scene): Promise<void> {
  await eventually(isConnected, 'a connection');
  const deadline = performance.now() + 3000;
  while (behind.behind('slack').length > 0 && slack.faults.outage === undefined && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

const viewKey = (view: View | undefined) => (view === undefined ? '' : `${view.id} ${view.hash}`);
const channelKey = (scene: Scene) => String(messagesOf(scene).length);
const shown = (view: View | undefined) => (view === undefined ? '' : renderText(view));

function isLoading(view: View | undefined): boolean {
  return view !== undefined && shown(view).includes(':hourglass_flowing_sand:') && view.submit === undefined;
}

/** Parents and replies of this conversation, in the order of a reader: a thread below its parent. */
export function messagesOf({ world: { slack }, before }: Pick<Scene, 'world' | 'before'>): readonly Message[] {
  const parents = slack
    .channels()
    .filter(({ kind }) => kind !== 'im')
    .flatMap(({ id }) => slack.messages(id))
    .filter(({ ts, threadTs }) => threadTs === undefined && !before.has(ts));
  return parents.flatMap(({ channel, ts }) => slack.thread(channel, ts));
}

/** What was said to one person directly, in this conversation. */
export function directMessages({ world: { slack }, before }: Pick<Scene, 'world' | 'before'>): readonly Message[] {
  const conversations = slack.channels().filter(({ kind }) => kind === 'im');
  return conversations.flatMap(({ id }) => slack.messages(id)).filter(({ ts }) => !before.has(ts));
}

function everything(scene: Scene): string {
  return [...messagesOf(scene), ...directMessages(scene)].map((message) => renderText(message)).join('\n');
}

type Clickable = { readonly message: Message; readonly isStale: boolean };

/** The newest message that has the button; where everything is told and none has it, one on a screen that is behind. */
async function messageWith(scene: Scene, label: string): Promise<Clickable> {
  const has = ({ blocks }: Message) => JSON.stringify(blocks ?? []).includes(`"text":"${label}"`);
  let found: Clickable | undefined;
  await eventually(() => {
    const message = messagesOf(scene).findLast(has);
    const stale = [...scene.stale.values()].findLast(has);
    const isAllTold = scene.world.behind.behind('slack').length === 0;
    if (message !== undefined) found = { message, isStale: false };
    else if (stale !== undefined && isAllTold) found = { message: stale, isStale: true };
    return found !== undefined;
  }, `a button "${label}"`);
  return found ?? unreachable();
}

function unreachable(): never {
  throw new Error('waited for it');
}

export async function eventually(isSo: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

function show({ lines }: Scene, who: string, what: Parameters<typeof renderText>[0]): void {
  lines.push(indented(who, renderText(what)));
}

export function indented(who: string, text: string): string {
  return `\n[${who}]\n${text.replaceAll(/^/gm, '    ').replaceAll(/[ \t]+$/gm, '')}\n`;
}
