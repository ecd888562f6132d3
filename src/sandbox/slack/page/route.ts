/** The Slack side of the sandbox page: a stream of what one person sees, and doing things as that person. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { openEventStream } from '../../event-stream.ts';
import type { Route } from '../../page-server.ts';
import { handleControl } from '../control.ts';
import { sendJson } from '../http-body.ts';
import type { SandboxSlack } from '../server.ts';
import { slashCommands } from './commands.ts';
import type { PageEvents, WorkspaceSeen } from './events.ts';

export interface SlackPageOptions {
  readonly slack: SandboxSlack;
  /** Offered when a command is typed. */
  readonly environments: readonly string[];
  /** What each person may do, in a few words, by user id. */
  readonly roles: Readonly<Record<string, string>>;
}

/**
 *   GET  events?user=U…                                     server-sent events: {@link PageEvents}
 *   POST command | click | choose | submit | close | home | say   as in control.ts
 *
 * @throws Error when the app's manifest cannot be read
 */
export async function slackRoute(options: SlackPageOptions): Promise<Route> {
  const commands = await slashCommands();
  return async (request, response, path) => {
    if (path !== 'events') return handleControl(options.slack, path, request, response);
    const user = userOf(request);
    if (!options.slack.users().some(({ id }) => id === user)) {
      return sendJson(response, 404, { error: `There is no user "${user}".` });
    }
    stream(options, user, commands, response);
  };
}

function userOf(request: IncomingMessage): string {
  return new URL(request.url ?? '/', 'http://sandbox').searchParams.get('user') ?? '';
}

function stream(
  { slack, environments, roles }: SlackPageOptions,
  me: string,
  commands: WorkspaceSeen['commands'],
  response: ServerResponse,
): void {
  const events = openEventStream(response);
  const tell = <K extends keyof PageEvents>(event: K, data: PageEvents[K]) => events.send(event, data);
  const person = slack.as(me);
  const directMessage = slack.directMessage(me).id;
  const tellWorkspace = () =>
    tell('workspace', {
      me,
      botUserId: slack.botUserId,
      users: slack.users(),
      channels: slack
        .channels()
        .filter(({ id, kind, members }) => id === directMessage || (kind !== 'im' && members.includes(me))),
      commands,
      environments,
      roles,
      isBotConnected: slack.connections > 0,
      isSlackDown: slack.faults.outage !== undefined,
    });
  tellWorkspace();
  tell('snapshot', { messages: slack.messagesFor(me), views: person.views(), home: person.home() ?? null });
  const stops = [
    ...(['message', 'ephemeral', 'update'] as const).map((name) =>
      slack.on(name, (message) => slack.isFor(me, message) && tell('message', message)),
    ),
    slack.on(
      'delete',
      (message) => slack.isFor(me, message) && tell('delete', { channel: message.channel, ts: message.ts }),
    ),
    slack.on('view', ({ change, view }) => {
      if (view.user !== me) return;
      if (change === 'published') tell('home', { home: view });
      else tell('views', { views: person.views() });
    }),
    slack.on('connections', tellWorkspace),
  ];
  events.onClose(() => {
    for (const stop of stops) stop();
  });
}
