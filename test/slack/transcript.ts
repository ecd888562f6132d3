/** Plays a conversation that is written down in a folder, and writes down what everybody saw. */
import type { Message } from '../../src/sandbox/slack/messages.ts';
import { renderText } from '../../src/sandbox/slack/render-text.ts';
import {
  type Conversation,
  carryOut,
  directMessages,
  eventually,
  indented,
  messagesOf,
  type Scene,
  tellAlone,
} from './conversation-steps.ts';
import type { ConversationWorld } from './conversation-world.ts';

/** Nothing new for so long, with nothing left to tell: the story is over. Ours, in real milliseconds. */
const quietMs = 200;

export async function play(world: ConversationWorld, conversation: Conversation, acks: number[]): Promise<string> {
  const { slack } = world;
  await world.mendTables();
  const before = new Set(slack.channels().flatMap(({ id }) => slack.messages(id).map(({ ts }) => ts)));
  const told = new Map(slack.users().map(({ id }) => [id, slack.as(id).ephemerals().length]));
  const stale = new Map<string, Message>();
  const remember = (message: Message) => {
    if (JSON.stringify(message.blocks ?? []).includes('"type":"button"')) stale.set(message.ts, message);
  };
  const forget = [slack.on('message', remember), slack.on('update', remember)];
  const scene: Scene = { world, lines: [], holds: new Map(), before, stale, told, acks };
  try {
    for (const each of conversation.steps) {
      for (const [what, detail] of Object.entries(each)) {
        scene.lines.push(`» ${what}: ${typeof detail === 'object' ? JSON.stringify(detail) : detail}`);
        await carryOut(scene, what, detail);
        tellAlone(scene);
      }
    }
    await settled(scene);
  } catch (error) {
    const seen = anonymous([...scene.lines, ...whatWasPosted(scene)].join('\n'));
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\nSo far:\n${seen}`, { cause: error });
  } finally {
    for (const stop of forget) stop();
    await tidyUp(scene);
  }
  return anonymous([...scene.lines, ...whatWasPosted(scene), ''].join('\n'));
}

async function settled(scene: Scene): Promise<void> {
  let shown = '';
  let since = performance.now();
  await eventually(() => {
    const now = whatWasPosted(scene).join('\n');
    if (now !== shown || scene.world.behind.behind('slack').length > 0) since = performance.now();
    shown = now;
    return performance.now() - since > quietMs;
  }, 'the end of the story');
}

/** The next conversation finds a world that works, and nobody before an open window. */
async function tidyUp({ world, holds }: Scene): Promise<void> {
  const { slack, aws, bot } = world;
  for (const held of holds.values()) held.release();
  aws.faults.clear();
  slack.faults.clear();
  if (!bot.isRunning()) await bot.start();
  for (const { id, isBot } of slack.users()) {
    const person = slack.as(id);
    if (!isBot && person.view() !== undefined) await person.close(undefined, { all: true });
  }
}

function whatWasPosted(scene: Scene): readonly string[] {
  const { slack } = scene.world;
  const whom = new Map(slack.channels().map((channel) => [channel.id, channel.with]));
  const direct = directMessages(scene).map((message) =>
    indented(`direct message to ${whom.get(message.channel)}`, renderText(message)),
  );
  const names = new Map(slack.channels().map(({ id, name }) => [id, `#${name}`]));
  const posted = messagesOf(scene).map((message) => {
    const place = names.get(message.channel) ?? message.channel;
    const isReply = message.threadTs !== undefined && message.threadTs !== message.ts;
    return indented(
      !isReply ? place : message.isBroadcast === true ? `${place} and thread` : 'thread',
      renderText(message),
    );
  });
  return [...inOrder(posted), ...direct];
}

const labels = /`(?:orders|carts)`/g;

/** Two tables are worked on side by side, and which of them is told first is chance: here it is as they are configured. */
function inOrder(posted: readonly string[]): readonly string[] {
  const told = [...posted];
  for (const [index, text] of told.entries()) {
    const before = told[index - 1];
    if (before?.includes('`carts`') !== true || before.includes('`orders`') || !text.includes('`orders`')) continue;
    if (before.replaceAll(labels, '') === text.replaceAll(labels, '')) told.splice(index - 1, 2, text, before);
  }
  return told;
}

const amount = String.raw`\d+(?:\.\d+)? (?:ms|s|min|h)\b`;
const duration = new RegExp(`${amount}(?: ${amount})*`, 'g');

/** Ids, digests, times and durations differ from one play to the next; what was typed does not. */
function anonymous(given: string): string {
  const text = given
    .split('\n')
    .filter((line) => !isAboutBefore(line))
    .join('\n');
  const ids = [...new Set(text.match(/restore-\d{4}-\d\d-\d\dT[\d-]+Z(-\d+)?/g) ?? [])];
  const named = ids.reduce(
    (shown, id, index) => shown.replaceAll(new RegExp(`${id}(?!-?\\d)`, 'g'), `restore-#${index + 1}`),
    text,
  );
  return named
    .split('\n')
    .map((line) => (line.startsWith('»') ? line : withoutTimes(line)))
    .join('\n');
}

/** Conversations share a world; what one of them reads shall not depend on which others were played. */
function isAboutBefore(line: string): boolean {
  return line.includes('⚠ The last restore of these tables');
}

function withoutTimes(line: string): string {
  return line
    .replaceAll(/digest [0-9a-f]{8}\b|digest `[0-9a-f]{8}`/g, 'digest …')
    .replaceAll(/restore-\d{8}T\d{6}Z/g, 'restore-when')
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'd1g35t')
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'uu-id')
    .replaceAll(/(\b|T)\d{1,2}:\d\d(:\d\d)?( [AP]M)?/g, '$1hh:mm')
    .replaceAll(/about \d+ items, \d+ B/g, 'about some items, some bytes')
    .replaceAll(/AWS (often takes|took about) [^;]*;/g, 'AWS takes its time;')
    .replaceAll(/\(process \d+ on [\w.-]+\)/g, '(process 1 on box)')
    .replaceAll(/\(on `[\w.-]+`/g, '(on `box`')
    .replaceAll(/hh:mm\.\d{3}Z/g, 'hh:mmZ')
    .replaceAll(/(\/archives\/\w+\/p)\d+/g, '$1…')
    .replaceAll(duration, 'some time')
    .replaceAll(/\b[\d,]+ (read|write) units?/g, 'some $1 units')
    .replaceAll(/(some (read|write) units, )+/g, 'some units, ');
}
