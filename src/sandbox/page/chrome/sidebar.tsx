import type { WorkspaceSeen } from '../../slack/page/events.ts';

/** What is open in the middle: a channel, or the app with its tabs. */
export type Place =
  | { readonly kind: 'channel'; readonly channel: string }
  | { readonly kind: 'app'; readonly tab: 'home' | 'messages' };

export function Sidebar(props: {
  readonly workspace: WorkspaceSeen;
  readonly place: Place;
  readonly unreadIn: (channel: string) => number;
  readonly onGo: (place: Place) => void;
}) {
  const { workspace, place, unreadIn, onGo } = props;
  const directMessage = workspace.channels.find(({ kind }) => kind === 'im')?.id ?? '';
  const unreadOfApp = unreadIn(directMessage);
  return (
    <nav class="sidebar" aria-label="Channels and apps">
      <h2>Channels</h2>
      {workspace.channels
        .filter(({ kind }) => kind !== 'im')
        .map(({ id, name }) => (
          <Entry
            key={id}
            sign="#"
            name={name}
            isOpen={place.kind === 'channel' && place.channel === id}
            unread={unreadIn(id)}
            onOpen={() => onGo({ kind: 'channel', channel: id })}
          />
        ))}
      <h2>Apps</h2>
      <Entry
        sign={workspace.isBotConnected ? '●' : '○'}
        name="pitr-restore"
        isOpen={place.kind === 'app'}
        unread={unreadOfApp}
        onOpen={() => onGo({ kind: 'app', tab: unreadOfApp > 0 ? 'messages' : 'home' })}
      />
      <p class="presence">{workspace.isBotConnected ? 'The bot is connected.' : 'The bot is not connected.'}</p>
    </nav>
  );
}

function Entry(props: {
  readonly sign: string;
  readonly name: string;
  readonly isOpen: boolean;
  readonly unread: number;
  readonly onOpen: () => void;
}) {
  const { sign, name, isOpen, unread, onOpen } = props;
  return (
    <button
      type="button"
      class={unread > 0 ? 'unread' : ''}
      aria-current={isOpen ? 'page' : undefined}
      onClick={onOpen}
    >
      <span class={sign === '●' ? 'sign online' : 'sign'} aria-hidden="true">
        {sign}
      </span>
      <span class="name">{name}</span>
      {unread > 0 && (
        <span class="count">
          {unread}
          <span class="sr-only"> unread</span>
        </span>
      )}
    </button>
  );
}
