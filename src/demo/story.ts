import type { Message } from '../sandbox/slack/messages.ts';
import { renderText } from '../sandbox/slack/render-text.ts';
import type { World } from '../sandbox/world/world.ts';

const channel = 'C0OPS';
const restoreWithinMs = 60_000;
/** Everybody reads dates in their own zone; the terminal shows what Alice sees. */
const reader = { zone: 'Europe/Berlin' };

/** What Alice and Bob do in Slack, and what they see. */
export async function playTheStory(world: World, say: (text: string) => void): Promise<void> {
  const { slack } = world;
  const alice = slack.as('U0ALICE');
  const bob = slack.as('U0BOB');
  const stopPrinting = printThread(world, say);
  try {
    say('\nAlice, an admin, types in #ops:\n\n    /pitr-restore prod yesterday 9am\n');
    const typed = await alice.command('/pitr-restore', 'prod yesterday 9am', { channel });
    if (!typed.acked) throw new Error(`The bot did not answer: ${typed.errorText}`);
    const modal = await alice.viewUntil((view) => view.submit !== undefined, restoreWithinMs);
    say(`A modal opens (the bot answered within ${Math.round(typed.ackMs)} ms):\n`);
    say(indent(renderText(modal, reader)));
    say('\nShe gives a reason and confirms.\n');
    const submitted = await alice.submit(modal, { Reason: 'A bad deploy damaged all three tables at 09:04' });
    if (submitted.errors !== undefined) throw new Error(`The modal was refused: ${JSON.stringify(submitted.errors)}`);
    const card = await slack.messageUntil(channel, has('Approve'), restoreWithinMs);
    say('\nBob, an approver, clicks Approve.\n');
    await bob.click(card, { text: 'Approve' });
    const question = await slack.threadUntil(channel, card.ts, has('Proceed'), restoreWithinMs);
    say('\nThe counts differ, so the bot asks. Bob clicks Proceed.\n');
    await bob.click(question, { text: 'Proceed' });
    await slack.threadUntil(channel, card.ts, (message) => message.isBroadcast === true, restoreWithinMs);
    const final = await slack.messageUntil(
      channel,
      (message) => message.ts === card.ts && !has('Cancel')(message),
      restoreWithinMs,
    );
    say('\nThe parent message, edited in place, now reads:\n');
    say(indent(renderText(final, reader)));
  } finally {
    stopPrinting();
  }
}

function printThread({ slack }: World, say: (text: string) => void): () => void {
  return slack.on('message', (message) => {
    const where =
      message.threadTs === undefined ? '#ops' : message.isBroadcast === true ? '#ops, from the thread' : 'thread';
    say(`${where} │\n${indent(renderText(message, reader))}\n`);
  });
}

/** Whether a message has a button with this text. */
function has(button: string): (message: Message) => boolean {
  const needle = `"text":"${button}"`;
  return (message) => JSON.stringify(message.blocks ?? []).includes(needle);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
