/** A child: a Slack whose person asks for a restore, and then goes on asking how it goes for as long as it runs. */
import { type SandboxSlack, startSlack } from '../../src/sandbox/slack/server.ts';
import { answering } from './child.ts';

export type SlackOrder = { readonly do: 'start' } | { readonly do: 'restore'; readonly restorePoint: number };
export type SlackPlace = { readonly apiUrl: string; readonly botToken: string; readonly appToken: string };
/** Milliseconds from typing a slash command to its acknowledgement, while the run compared, wrote and verified. */
export type Acks = { readonly acks: readonly number[]; readonly seconds: number };

const everyMs = 100;
const longestMs = 600_000;
const ops = 'C0OPS';

let slack: SandboxSlack;

async function start(): Promise<SlackPlace> {
  slack = await startSlack();
  const { apiUrl, botToken, appToken } = slack;
  return { apiUrl, botToken, appToken };
}

async function restore(restorePoint: number): Promise<Acks> {
  const alice = slack.as('U0ALICE');
  while (slack.connections === 0) await pause();
  const asked = await alice.command('/pitr-restore', `bench ${new Date(restorePoint).toISOString()}`, { channel: ops });
  if (!asked.acked) throw new Error(`The bot did not answer: ${asked.errorText}`);
  const modal = await alice.viewUntil((view) => view.submit !== undefined, 60_000);
  const submitted = await alice.submit(modal, {});
  if (submitted.errors !== undefined) throw new Error(JSON.stringify(submitted.errors));
  const isOver = () => slack.messages(ops).some(({ isBroadcast }) => isBroadcast === true);
  const startedAt = performance.now();
  const acks: number[] = [];
  while (!isOver()) {
    if (performance.now() - startedAt > longestMs) throw new Error('The restore did not end');
    const { acked, ackMs, errorText } = await alice.command('/pitr-restore', 'status', { channel: ops });
    if (!acked) throw new Error(`No acknowledgement: ${errorText}`);
    acks.push(ackMs);
    await pause();
  }
  return { acks, seconds: (performance.now() - startedAt) / 1000 };
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, everyMs));
}

answering<SlackOrder>(async (order) => (order.do === 'start' ? start() : restore(order.restorePoint)));
