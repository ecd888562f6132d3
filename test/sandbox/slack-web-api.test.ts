import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { manualClock } from '../../src/sandbox/slack/clock.ts';
import { type SandboxSlack, startSlack } from '../../src/sandbox/slack/server.ts';
import { errorOf, section, webClient } from './slack-bot.ts';

const start = Date.parse('2025-12-19T09:00:00Z');
const clock = manualClock(start);
let slack: SandboxSlack;

beforeEach(async () => {
  slack = await startSlack({
    clock,
    channels: [
      { id: 'C0OLD', isArchived: true },
      { id: 'G0SECRET', kind: 'private', members: ['U0ALICE'] },
      { id: 'C0BIG', members: ['U0ALICE', 'U0BOT'] },
    ],
    users: [
      { id: 'U0GUEST', isRestricted: true },
      { id: 'W0STRANGER', teamId: 'T0OTHER', isStranger: true },
      { id: 'U0GONE', deleted: true },
    ],
    userGroups: [{ id: 'S0DBA', users: ['U0BOB'] }],
  });
});
afterEach(() => slack.close());

/** Beyond what our manifest asks for. */
async function grantDirectMessages(): Promise<void> {
  await slack.close();
  slack = await startSlack({ clock, scopes: ['chat:write', 'channels:history', 'im:write'] });
}

const post = (args: object) => webClient(slack).chat.postMessage({ channel: 'C0OPS', text: 'hi', ...args });
const update = (args: object) => webClient(slack).chat.update({ channel: 'C0OPS', ts: '', ...args } as never);

describe('tokens and scopes', () => {
  test('each wrong token has its own error', async () => {
    expect(await errorOf(webClient(slack, 'xoxb-wrong').auth.test())).toBe('invalid_auth');
    expect(await errorOf(webClient(slack, '').auth.test())).toBe('not_authed');
    expect(await errorOf(webClient(slack, slack.appToken).auth.test())).toBe('not_allowed_token_type');
    expect(await errorOf(webClient(slack).apps.connections.open())).toBe('not_allowed_token_type');
    expect(await webClient(slack).auth.test()).toMatchObject({ user_id: 'U0BOT', team_id: 'T0SANDBOX' });
  });

  test('a method outside the granted scopes says which scope it needs', async () => {
    const refused = webClient(slack).reactions.add({ channel: 'C0OPS', timestamp: '1.1', name: 'eyes' });
    await expect(refused).rejects.toMatchObject({ data: { error: 'missing_scope', needed: 'reactions:write' } });
    expect(await errorOf(webClient(slack).pins.add({ channel: 'C0OPS', timestamp: '1.1' }))).toBe('missing_scope');
  });

  test('the scopes granted and accepted are in the headers', async () => {
    const headers = { authorization: `Bearer ${slack.botToken}` };
    const response = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', headers });
    expect(response.headers.get('x-accepted-oauth-scopes')).toBe('chat:write');
    expect(response.headers.get('x-oauth-scopes')).toContain('commands,chat:write');
  });

  test('an unknown method is called so', async () => {
    expect(await errorOf(webClient(slack).apiCall('chat.shout'))).toBe('unknown_method');
    expect(await errorOf(webClient(slack).apiCall('constructor'))).toBe('unknown_method');
  });

  test('a JSON body and a token in a form are understood too', async () => {
    const json = { channel: 'C0OPS', text: 'json', blocks: [section('json')] };
    const headers = { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json; charset=utf-8' };
    const byJson = await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers,
      body: JSON.stringify(json),
    });
    expect(await byJson.json()).toMatchObject({ ok: true, message: { text: 'json' } });
    const body = new URLSearchParams({ token: slack.botToken, channel: 'C0OPS', text: 'form' });
    const byForm = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', body });
    expect(await byForm.json()).toMatchObject({ ok: true, message: { text: 'form' } });
    expect(slack.apiCalls.some((call) => JSON.stringify(call).includes(slack.botToken))).toBe(false);
  });
});

describe('chat', () => {
  test('a ts is the time, and never twice the same', async () => {
    const first = (await post({})).ts ?? '';
    const second = (await post({})).ts ?? '';
    expect(first).toMatch(/^\d{10}\.\d{6}$/);
    expect(Number(first)).toBeCloseTo(start / 1000, 0);
    expect(second > first).toBe(true);
  });

  test.for([
    ['channel_not_found', { channel: 'C0NOWHERE' }],
    ['channel_not_found', { channel: 'G0SECRET' }],
    ['not_in_channel', { channel: 'C0RANDOM' }],
    ['is_archived', { channel: 'C0OLD' }],
    ['no_text', { text: '' }],
    ['thread_not_found', { thread_ts: '1.000100' }],
    ['invalid_blocks', { blocks: [{ type: 'section' }] }],
    ['invalid_blocks_format', { blocks: 'nonsense' }],
    ['msg_blocks_too_long', { blocks: Array.from({ length: 5 }, () => section('x'.repeat(2700))) }],
    ['invalid_metadata_format', { metadata: { event_type: 'x' } }],
    ['metadata_too_large', { metadata: { event_type: 'x', event_payload: { a: 'x'.repeat(9000) } } }],
  ] as const)('chat.postMessage refuses with %s: %j', async ([error, args]) => {
    expect(await errorOf(post(args))).toBe(error);
    expect(slack.messages('C0OPS')).toEqual([]);
  });

  test('blocks without a text leave a notification with nothing to say', async () => {
    await post({ text: undefined, blocks: [section('all here')] });
    expect(slack.messages('C0OPS')[0]?.text).toBe("This content can't be displayed.");
  });

  test('invalid_blocks says what and where', async () => {
    const refused = post({ blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] });
    const messages = ['[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]'];
    await expect(refused).rejects.toMatchObject({ data: { response_metadata: { messages } } });
  });

  test('a reply needs the parent, counts there, and is in the channel only when broadcast', async () => {
    const parent = (await post({})).ts ?? '';
    const reply = (await post({ thread_ts: parent, text: 'quiet' })).ts ?? '';
    await post({ thread_ts: parent, text: 'loud', reply_broadcast: true });
    expect(await errorOf(post({ thread_ts: reply }))).toBe('cannot_reply_to_message');
    expect(slack.messages('C0OPS').map((message) => message.text)).toEqual(['hi', 'loud']);
    expect(slack.thread('C0OPS', parent).map((message) => message.text)).toEqual(['hi', 'quiet', 'loud']);
    const replies = await webClient(slack).conversations.replies({ channel: 'C0OPS', ts: parent });
    expect(replies.messages?.[0]).toMatchObject({ reply_count: 2, thread_ts: parent });
  });

  test('a long text is cut when posted and refused when edited', async () => {
    const { ts } = await post({ text: 'x'.repeat(40_001) });
    expect(slack.messages('C0OPS')[0]?.text).toHaveLength(40_000);
    expect(await errorOf(update({ ts, text: 'x'.repeat(4001) }))).toBe('msg_too_long');
    expect(await update({ ts, text: 'x'.repeat(4000) })).toMatchObject({ ok: true });
  });

  test('an edit with text alone takes the blocks away and shows; with blocks it does not show', async () => {
    const { ts } = await post({ blocks: [section('one')] });
    await update({ ts, text: 'two', blocks: [section('two')] });
    expect(slack.messages('C0OPS')[0]).toMatchObject({ text: 'two' });
    expect(slack.messages('C0OPS')[0]?.edited).toBeUndefined();
    await update({ ts, text: 'three' });
    expect(slack.messages('C0OPS')[0]?.blocks).toBeUndefined();
    expect(slack.messages('C0OPS')[0]?.edited).toMatchObject({ user: 'U0BOT' });
  });

  test('an edit without metadata keeps it, an empty one removes it, and both are seen only when asked for', async () => {
    const metadata = { event_type: 'run', event_payload: { key: 'r-1' } };
    const { ts } = await post({ metadata });
    await update({ ts, text: 'again' });
    const look = (all: boolean) =>
      webClient(slack).conversations.history({ channel: 'C0OPS', include_all_metadata: all });
    expect((await look(true)).messages?.[0]).toMatchObject({ metadata });
    expect((await look(false)).messages?.[0]?.metadata).toBeUndefined();
    await update({ ts, text: 'again', metadata: {} });
    expect((await look(true)).messages?.[0]?.metadata).toBeUndefined();
  });

  test("another's message cannot be edited, and one that is not there not found", async () => {
    const said = slack.as('U0BOB').say('C0OPS', 'mine');
    expect(await errorOf(update({ ts: said.ts, text: 'x' }))).toBe('cant_update_message');
    expect(await errorOf(update({ ts: '1.1', text: 'x' }))).toBe('message_not_found');
    expect(await errorOf(webClient(slack).chat.delete({ channel: 'C0OPS', ts: said.ts }))).toBe('cant_delete_message');
  });

  test('an ephemeral message is for one member, and can be neither found nor edited', async () => {
    const say = (user: string, channel = 'C0BIG') =>
      webClient(slack).chat.postEphemeral({ channel, user, text: 'psst' });
    expect(await errorOf(say('U0BOB'))).toBe('user_not_in_channel');
    const { message_ts: ts } = await say('U0ALICE');
    expect(slack.as('U0ALICE').ephemerals()).toHaveLength(1);
    expect(slack.messages('C0BIG')).toEqual([]);
    expect(await errorOf(webClient(slack).chat.update({ channel: 'C0BIG', ts: ts ?? '', text: 'x' }))).toBe(
      'message_not_found',
    );
  });

  test('a person is reached by id, and with im:write by an opened conversation', async () => {
    expect(await errorOf(webClient(slack).conversations.open({ users: 'U0BOB' }))).toBe('missing_scope');
    await grantDirectMessages();
    const { channel } = await webClient(slack).conversations.open({ users: 'U0BOB' });
    await post({ channel: channel?.id, text: 'one' });
    await post({ channel: 'U0BOB', text: 'two' });
    expect(
      slack
        .as('U0BOB')
        .dms()
        .map((message) => message.text),
    ).toEqual(['one', 'two']);
    expect(await errorOf(webClient(slack).conversations.open({ users: 'U0NOBODY' }))).toBe('user_not_found');
  });

  test('deleting and linking', async () => {
    const { ts = '' } = await post({});
    const link = await webClient(slack).chat.getPermalink({ channel: 'C0OPS', message_ts: ts });
    expect(link.permalink).toBe(`https://sandbox.slack.com/archives/C0OPS/p${ts.replace('.', '')}`);
    await webClient(slack).chat.delete({ channel: 'C0OPS', ts });
    expect(slack.messages('C0OPS')).toEqual([]);
  });
});

describe('reading', () => {
  test('users carry their zone, with the offset of today', async () => {
    const { user } = await webClient(slack).users.info({ user: 'U0BOB' });
    expect(user).toMatchObject({ tz: 'America/New_York', tz_offset: -18_000, is_restricted: false, deleted: false });
    expect((await webClient(slack).users.info({ user: 'U0GUEST' })).user?.is_restricted).toBe(true);
    expect((await webClient(slack).users.info({ user: 'U0GONE' })).user).toMatchObject({ deleted: true });
    const stranger = (await webClient(slack).users.info({ user: 'W0STRANGER' })).user;
    expect(stranger).toMatchObject({ team_id: 'T0OTHER', is_stranger: true });
    expect(await errorOf(webClient(slack).users.info({ user: 'U0NOBODY' }))).toBe('user_not_found');
  });

  test('a list comes in pages', async () => {
    const names: string[] = [];
    for await (const page of webClient(slack).paginate('users.list', { limit: 3 })) {
      names.push(...((page as { members?: { name: string }[] }).members ?? []).map((user) => user.name));
    }
    expect(names).toHaveLength(7);
    expect(new Set(names).size).toBe(7);
  });

  test('history is newest first, in the range asked for, without reading what the bot may not', async () => {
    const stamps: string[] = [];
    for (const text of ['a', 'b', 'c']) stamps.push((await post({ text })).ts ?? '');
    const after = { channel: 'C0OPS', oldest: stamps[0] ?? '' };
    const texts = async (args: object) =>
      (await webClient(slack).conversations.history({ ...after, ...args })).messages?.map((message) => message.text);
    expect(await texts({})).toEqual(['c', 'b']);
    expect(await texts({ inclusive: true })).toEqual(['c', 'b', 'a']);
    expect(await texts({ latest: stamps[2] ?? '' })).toEqual(['b']);
    expect(await errorOf(webClient(slack).conversations.history({ channel: 'C0RANDOM' }))).toBe('not_in_channel');
    expect(await errorOf(webClient(slack).conversations.replies({ channel: 'C0OPS', ts: '1.1' }))).toBe(
      'thread_not_found',
    );
  });

  test('each kind of conversation has a scope of its own', async () => {
    await grantDirectMessages();
    const { channel } = await webClient(slack).conversations.open({ users: 'U0BOB' });
    const read = webClient(slack).conversations.history({ channel: channel?.id ?? '' });
    await expect(read).rejects.toMatchObject({ data: { error: 'missing_scope', needed: 'im:history' } });
  });

  test('user groups and channels', async () => {
    expect((await webClient(slack).usergroups.users.list({ usergroup: 'S0DBA' })).users).toEqual(['U0BOB']);
    expect(await errorOf(webClient(slack).usergroups.users.list({ usergroup: 'S0NONE' }))).toBe('no_such_subteam');
    expect((await webClient(slack).usergroups.list()).usergroups).toHaveLength(1);
    const { channels } = await webClient(slack).conversations.list({ exclude_archived: true });
    expect(channels?.map((channel) => channel.id)).toEqual(['C0OPS', 'C0RANDOM', 'C0BIG']);
    const { channel } = await webClient(slack).conversations.info({ channel: 'C0OPS' });
    expect(channel).toMatchObject({ name: 'ops', is_member: true, is_ext_shared: false });
    expect((await webClient(slack).conversations.members({ channel: 'C0BIG' })).members).toEqual(['U0ALICE', 'U0BOT']);
    expect((await webClient(slack).bots.info({ bot: slack.botId })).bot).toMatchObject({ user_id: 'U0BOT' });
  });

  test('blocks.validate needs no token and reports each problem with its pointer', async () => {
    const ask = async (body: object) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${slack.apiUrl}blocks.validate`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return response.json();
    };
    expect(await ask({ blocks: [section('fine')] })).toEqual({ ok: true });
    expect(await ask({ blocks: [{ type: 'section', text: { type: 'invalid', text: 'x' } }] })).toMatchObject({
      ok: false,
      error: 'invalid_blocks',
      errors: [{ pointer: '/0/text/type', code: 'failed_constraint', message: 'unsupported type: invalid' }],
    });
    expect(await ask({})).toMatchObject({ error: 'invalid_arguments' });
    expect(await ask({ blocks: [], view: {} })).toMatchObject({ error: 'invalid_arguments' });
  });
});

test("an id that could not be Slack's is refused at the start", async () => {
  await expect(startSlack({ users: [{ id: 'alice' }] })).rejects.toThrow('"alice" could not be a Slack id');
});
