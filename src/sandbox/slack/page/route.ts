/** The Slack side of the sandbox page: what one person sees, live, and doing things as that person. */
import type { EventStream, Feed } from '../../event-stream.ts';
import type { Route } from '../../page-server.ts';
import { handleControl } from '../control.ts';
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

/** `POST command | click | choose | submit | close | home | say`, as in control.ts. */
export function slackRoute(slack: SandboxSlack): Route {
  return (request, response, path) => handleControl(slack, path, request, response);
}

/**
 * Tells the page {@link PageEvents}: what the person of `?user=U…` sees; nothing when there is no such person.
 * @throws Error when the app's manifest cannot be read
 */
export async function slackFeed(options: SlackPageOptions): Promise<Feed> {
  const commands = await slashCommands();
  return (events, query) => {
    const user = query.get('user') ?? '';
    if (options.slack.users().some(({ id }) => id === user)) tellAll(options, user, commands, events);
  };
}

function tellAll(
  { slack, environments, roles }: SlackPageOptions,
  me: string,
  commands: WorkspaceSeen['commands'],
  events: EventStream,
): void {
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
