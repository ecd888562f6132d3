/**
 * Control over HTTP, for another process or a page; JSON both ways, answered on the loopback address only.
 *
 *   POST /sandbox/command  {user, command, text?, channel?}
 *   POST /sandbox/click    {user, channel, ts | view_id, text? | action_id? | block_id? | value?, confirm?}
 *   POST /sandbox/choose   the same, and {option}
 *   POST /sandbox/submit   {user, view_id?, values?}
 *   POST /sandbox/close    {user, view_id?, all?}
 *   POST /sandbox/home     {user}
 *   POST /sandbox/say      {user, channel, text, thread_ts?}
 *   POST /sandbox/faults   {fault: "rateLimit", method?, times?, …}  every method of Faults by its name
 *   GET  /sandbox/workspace
 *   GET  /sandbox/messages?channel=C…[&thread=ts]
 *   GET  /sandbox/views?user=U…
 *   GET  /sandbox/ephemerals?user=U…
 *   GET  /sandbox/calls
 *
 * Messages and views carry a `rendered` field with their plain text. A mistake is a 400 with `{error}`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFromHere } from '../local-only.ts';
import { setFault } from './faults.ts';
import { parseArguments, readBody, sendJson } from './http-body.ts';
import { flagAt, type JsonObject, objectAt, textAt } from './json.ts';
import type { Message } from './messages.ts';
import type { Pick } from './people/elements.ts';
import type { ClickOptions, Person } from './people/person.ts';
import { renderText } from './render-text.ts';
import type { SandboxSlack } from './server.ts';
import type { View } from './views.ts';

type Handler = (slack: SandboxSlack, args: JsonObject) => unknown;

const handlers: Readonly<Record<string, Handler>> = {
  'POST command': (slack, args) => {
    const channel = textAt(args, 'channel');
    const where = channel === undefined ? {} : { channel };
    return person(slack, args).command(need(args, 'command'), textAt(args, 'text') ?? '', where);
  },
  'POST click': (slack, args) => person(slack, args).click(target(slack, args), pickOf(args), clickOptions(args)),
  'POST choose': (slack, args) =>
    person(slack, args).choose(target(slack, args), pickOf(args), args['option'], clickOptions(args)),
  'POST submit': (slack, args) => {
    const someone = person(slack, args);
    return someone.submit(openView(someone, args), objectAt(args, 'values') ?? {});
  },
  'POST close': async (slack, args) => {
    const someone = person(slack, args);
    return (await someone.close(openView(someone, args), { all: flagAt(args, 'all') })) ?? {};
  },
  'POST home': async (slack, args) => {
    const someone = person(slack, args);
    const opened = await someone.openHome();
    return { ...opened, home: someone.home() };
  },
  'POST say': (slack, args) => {
    const threadTs = textAt(args, 'thread_ts');
    return person(slack, args).say(
      need(args, 'channel'),
      need(args, 'text'),
      threadTs === undefined ? {} : { threadTs },
    );
  },
  'POST faults': (slack, args) => {
    if (!setFault(slack.faults, args)) throw new Error(`there is no fault "${textAt(args, 'fault') ?? ''}"`);
    return { ok: true };
  },
  'GET workspace': (slack) => ({ team: slack.teamId, users: slack.users(), channels: slack.channels() }),
  'GET messages': (slack, args) => {
    const thread = textAt(args, 'thread');
    const channel = need(args, 'channel');
    const messages = thread === undefined ? slack.messages(channel) : slack.thread(channel, thread);
    return { messages: messages.map((message) => shown(slack, message)) };
  },
  'GET views': (slack, args) => {
    const someone = person(slack, args);
    const home = someone.home();
    const views = someone.views().map((view) => shown(slack, view));
    return { views, home: home === undefined ? null : shown(slack, home) };
  },
  'GET ephemerals': (slack, args) => {
    const messages = person(slack, args).ephemerals();
    return { messages: messages.map((message) => shown(slack, message)) };
  },
  'GET calls': (slack) => ({ calls: slack.apiCalls }),
};

/** `path` is what comes after `/sandbox/`. */
export async function handleControl(
  slack: SandboxSlack,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = `${request.method} ${path}`;
  const handler = isFromHere(request) && Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  const args = parseArguments(request, await readBody(request));
  if (handler === undefined) return sendJson(response, 404, { error: `there is no ${name}` });
  if (args === undefined) return sendJson(response, 400, { error: 'the body is not a JSON object' });
  try {
    sendJson(response, 200, await handler(slack, args));
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function person(slack: SandboxSlack, args: JsonObject): Person {
  return slack.as(need(args, 'user'));
}

function need(args: JsonObject, name: string): string {
  const value = textAt(args, name);
  if (value === undefined) throw new Error(`"${name}" is missing`);
  return value;
}

function openView(someone: Person, args: JsonObject): View | undefined {
  const id = textAt(args, 'view_id');
  if (id === undefined) return undefined;
  const view = [...someone.views(), someone.home()].find((candidate) => candidate?.id === id);
  if (view === undefined) throw new Error(`view ${id} is not open`);
  return view;
}

function target(slack: SandboxSlack, args: JsonObject): Message | View {
  const someone = person(slack, args);
  const view = openView(someone, args);
  if (view !== undefined) return view;
  const channel = need(args, 'channel');
  const ts = need(args, 'ts');
  const seen = [...slack.thread(channel, ts), ...someone.ephemerals()];
  const message = seen.find((candidate) => candidate.ts === ts && candidate.channel === channel);
  if (message === undefined) throw new Error(`there is no message ${ts} in ${channel}`);
  return message;
}

function pickOf(args: JsonObject): Pick {
  const names = ['text', 'action_id', 'block_id', 'value'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = textAt(args, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function clickOptions(args: JsonObject): ClickOptions {
  return textAt(args, 'confirm') === 'deny' ? { confirm: 'deny' } : {};
}

function shown(slack: SandboxSlack, what: Message | View): JsonObject {
  return { ...what, rendered: renderText(what, { users: slack.users() }) };
}
