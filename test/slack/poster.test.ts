import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebClient } from '@slack/web-api';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startSlack } from '../../src/sandbox/slack/server.ts';
import { actions, button, context, header, message, section } from '../../src/slack/messages/blocks.ts';
import { makePoster } from '../../src/slack/poster.ts';
import { readable } from './conversation.ts';

/** Slack as it answers these methods, whoever asks. */
async function cannedSlack(answers: Readonly<Record<string, object>>): Promise<WebClient> {
  const server = createServer((request, response) => {
    const method = request.url?.split('/').at(-1) ?? '';
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, ...answers[method] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return new WebClient('xoxb-1', { slackApiUrl: `http://127.0.0.1:${port}/`, retryConfig: { retries: 0 } });
}

const place = { channelId: 'C0OPS', key: 'restore-1:parent' };
const metadata = { event_type: 'pitr_restore', event_payload: { key: place.key } };
const ours = { ts: '3.0', user: 'U0BOT', bot_id: 'B0BOT', metadata };

test.for([
  ['another app', { bot_id: 'B0OTHER', user: 'U0OTHER' }],
  ['another app that does not say as whom it posts', { bot_id: 'B0OTHER' }],
  ['another app in the name of our bot', { bot_id: 'B0OTHER', user: 'U0BOT' }],
  ['a person', { user: 'U0EVE' }],
] as const)('a message with our key that %s has written is not taken for ours', async ([, by]) => {
  const forged = { ts: '2.0', ...by, metadata };
  const answers = { 'auth.test': { user_id: 'U0BOT', bot_id: 'B0BOT' } };
  const find = async (messages: readonly object[]) => {
    const client = await cannedSlack({ ...answers, 'conversations.history': { messages } });
    return await makePoster(client, systemClock).find(place, 0);
  };
  expect(await find([forged])).toBeUndefined();
  expect(await find([forged, ours])).toEqual({ channelId: 'C0OPS', messageId: '3.0' });
});

test('a message is ours by the id of the bot or, where Slack leaves that out, by its user', async () => {
  const answers = { 'conversations.history': { messages: [{ ...ours, bot_id: undefined }] } };
  for (const self of [{ user_id: 'U0BOT' }, { user_id: 'U0BOT', bot_id: 'B0BOT' }]) {
    const client = await cannedSlack({ ...answers, 'auth.test': self });
    expect(await makePoster(client, systemClock).find(place, 0)).toMatchObject({ messageId: '3.0' });
  }
});

const card = message('Approval needed: restore of prod. Alice asked.', [
  header('Approval needed'),
  section('Alice asked.'),
  context('One approval is needed.'),
  actions(button({ actionId: 'pitr_approve', label: 'Approve', value: 'restore-1 abc' })),
]);

test('however many blocks Slack refuses, a card keeps its buttons and says what they are about', async () => {
  const slack = await startSlack();
  onTestFinished(() => slack.close());
  const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  const poster = makePoster(client, systemClock);
  slack.faults.rejectBlocks(['header', 'context']);
  const posted = await poster.post(place, card);
  const shown = () => readable(slack.messages('C0OPS').find(({ ts }) => ts === posted.messageId));
  expect(shown()).toContain('"Approve"');
  expect(shown()).toContain('Approval needed: restore of prod.');
  await poster.update(posted, message('Denied.', [header('Denied'), context('Denied by Bob.')]));
  expect(shown()).toContain('Denied.');
  expect(shown()).not.toContain('"Approve"');
});

test('a Slack that refuses buttons, too, still gets the words', async () => {
  const slack = await startSlack();
  onTestFinished(() => slack.close());
  const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  slack.faults.rejectBlocks(['header', 'context', 'actions']);
  const { messageId } = await makePoster(client, systemClock).post(place, card);
  expect(slack.messages('C0OPS').find(({ ts }) => ts === messageId)?.text).toContain('Alice asked.');
});
