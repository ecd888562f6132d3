/** The middle of the page: a channel, a thread, or the app. */
import type { Message } from '../slack/messages.ts';
import type { WorkspaceSeen } from '../slack/page/events.ts';
import type { View } from '../slack/views.ts';
import { Pane } from './chrome/pane.tsx';
import { Welcome } from './chrome/welcome.tsx';
import { Composer } from './composer/composer.tsx';
import { Home } from './home/home.tsx';
import { Log } from './message/log.tsx';
import type { Acts } from './workspace/acts.ts';
import { inChannel, inThread } from './workspace/seen.ts';

type Shared = {
  readonly workspace: WorkspaceSeen;
  readonly messages: readonly Message[];
  readonly acts: Acts;
  readonly user: string;
  readonly send: (where: { readonly channel: string; readonly threadTs?: string }, text: string) => Promise<void>;
  readonly channel: string;
};

export function ChannelPane(props: Shared & { readonly onThread: (ts: string) => void }) {
  const { workspace, messages, acts, user, send, channel, onThread } = props;
  const name = workspace.channels.find(({ id }) => id === channel)?.name ?? channel;
  return (
    <Pane kind="channel" name={`Channel #${name}`} title={`# ${name}`}>
      <Log
        key={channel}
        name={`#${name}`}
        shown={inChannel(messages, channel)}
        all={messages}
        acts={acts}
        onThread={onThread}
        intro={
          name === 'ops' ? <Welcome /> : <p class="muted intro">The bot is not in this channel: it serves #ops.</p>
        }
      />
      <Trouble workspace={workspace} />
      <Composer
        key={channel}
        user={user}
        name={`Message #${name}`}
        hint={`Message #${name}, or type / for a command`}
        known={workspace}
        takesOffers
        onSend={(text) => void send({ channel }, text)}
      />
    </Pane>
  );
}

export function ThreadPane(props: Shared & { readonly ts: string; readonly onClose: () => void }) {
  const { workspace, messages, acts, user, send, channel, ts, onClose } = props;
  const name = workspace.channels.find(({ id, kind }) => id === channel && kind !== 'im')?.name;
  const title = <>Thread {name !== undefined && <small class="muted">#{name}</small>}</>;
  return (
    <Pane key={ts} kind="thread" name="Thread" title={title} onClose={onClose}>
      <Log key={ts} name="Thread" shown={inThread(messages, channel, ts)} all={messages} acts={acts} />
      <Composer
        key={ts}
        user={user}
        name="Reply in thread"
        hint="Reply …"
        known={workspace}
        onSend={(text) => void send({ channel, threadTs: ts }, text)}
      />
    </Pane>
  );
}

const tabs = [
  { id: 'home', name: 'Home' },
  { id: 'messages', name: 'Messages' },
] as const;

export function AppPane(
  props: Omit<Shared, 'send' | 'user'> & {
    readonly tab: 'home' | 'messages';
    /** Another one with every visit, also to where one is already. */
    readonly visit: object;
    readonly home: View | null;
    readonly onTab: (tab: 'home' | 'messages') => void;
  },
) {
  const { workspace, messages, acts, channel, tab, visit, home, onTab } = props;
  return (
    <Pane kind="channel" name="App pitr-restore" title="pitr-restore">
      <div class="subtabs" role="tablist" aria-label="Tabs of the app">
        {tabs.map(({ id, name }) => (
          <button key={id} type="button" role="tab" aria-selected={id === tab} onClick={() => onTab(id)}>
            {name}
          </button>
        ))}
      </div>
      {tab === 'home' ? (
        <Home home={home} visit={visit} acts={acts} />
      ) : (
        <Log
          name="Messages from pitr-restore"
          shown={inChannel(messages, channel)}
          all={messages}
          acts={acts}
          intro={
            <p class="muted intro">What the bot tells you alone. Sending messages to this app has been turned off.</p>
          }
        />
      )}
      <Trouble workspace={workspace} />
    </Pane>
  );
}

/** Why nothing may happen just now. */
function Trouble({ workspace: { isSlackDown, isBotConnected } }: { readonly workspace: WorkspaceSeen }) {
  if (isBotConnected) return null;
  return (
    <p class="banner" role="status">
      {isSlackDown
        ? 'Slack is down, because you asked for it. The bot goes on without it, and tells the story when Slack is back.'
        : 'The bot is not connected: it is starting, or it was stopped.'}
    </p>
  );
}
