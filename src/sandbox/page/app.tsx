import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Place, Sidebar } from './chrome/sidebar.tsx';
import { Tabs } from './chrome/tabs.tsx';
import { TopBar, type ZoneChoice } from './chrome/top-bar.tsx';
import { useTheme } from './chrome/use-theme.ts';
import { onOffer } from './composer/offer.ts';
import { AppPane, ChannelPane, ThreadPane } from './middle.tsx';
import { Modal } from './modal/modal.tsx';
import { actsOf } from './workspace/acts.ts';
import { type Reader, ReaderContext } from './workspace/reader.ts';
import { senderOf } from './workspace/sender.ts';
import { useSeen } from './workspace/stream.ts';
import { useNotices } from './workspace/use-notices.ts';
import { useUnread } from './workspace/use-unread.ts';
import { World } from './world/world.tsx';

const opsChannel: Place = { kind: 'channel', channel: 'C0OPS' };
const userKey = 'pitr-restore you are';

export function App() {
  const [user, setUser] = useState(() => sessionStorage.getItem(userKey) ?? 'U0ALICE');
  const [theme, setTheme] = useTheme();
  const [zoneChoice, setZoneChoice] = useState<ZoneChoice>('person');
  const [place, setPlace] = useState<Place>(opsChannel);
  const [thread, setThread] = useState<string>();
  const [tab, setTab] = useState<'slack' | 'tables'>('slack');
  const seen = useSeen(user);
  const acts = useMemo(() => actsOf(user), [user]);
  const { notices, notice } = useNotices(user);
  const messages = useMemo(() => merged(seen.messages, notices), [seen.messages, notices]);
  const { workspace } = seen;
  const directMessage = workspace?.channels.find(({ kind }) => kind === 'im')?.id ?? '';
  const openChannel = place.kind === 'channel' ? place.channel : place.tab === 'messages' ? directMessage : undefined;
  const unreadIn = useUnread(user, openChannel, messages);
  useEffect(
    () =>
      onOffer(() => {
        setPlace(opsChannel);
        setThread(undefined);
        setTab('slack');
      }),
    [],
  );
  if (workspace === undefined) return <p class="starting">Connecting to the sandbox …</p>;
  const reader = readerOf(workspace, user, zoneChoice);
  const send = senderOf({ workspace, acts, notice });
  const go = (next: Place) => {
    setPlace(next);
    setThread(undefined);
  };
  const top = seen.views.at(-1);
  const shared = { workspace, messages, acts, user, send };
  return (
    <ReaderContext.Provider value={reader}>
      <TopBar
        workspace={workspace}
        user={user}
        onUser={(next) => {
          sessionStorage.setItem(userKey, next);
          setUser(next);
        }}
        zoneChoice={zoneChoice}
        onZone={setZoneChoice}
        theme={theme}
        onTheme={setTheme}
      />
      {!seen.isLive && (
        <p class="banner" role="status">
          The sandbox does not answer; trying again. Is it still running in your terminal?
        </p>
      )}
      <main data-tab={tab} data-thread={thread !== undefined}>
        <Sidebar workspace={workspace} place={place} unreadIn={unreadIn} onGo={go} />
        {place.kind === 'channel' ? (
          <ChannelPane key={user} {...shared} channel={place.channel} onThread={setThread} />
        ) : (
          <AppPane
            {...shared}
            tab={place.tab}
            visit={place}
            home={seen.home}
            channel={directMessage}
            onTab={(next) => go({ kind: 'app', tab: next })}
          />
        )}
        {thread !== undefined && openChannel !== undefined && (
          <ThreadPane {...shared} channel={openChannel} ts={thread} onClose={() => setThread(undefined)} />
        )}
        <aside class="tables" id="tables" aria-label="Tables">
          <World world={seen.world} zone={reader.zone} />
        </aside>
      </main>
      <Tabs tab={tab} onTab={setTab} />
      {top !== undefined && <Modal key={top.id} view={top} depth={seen.views.length} acts={acts} />}
    </ReaderContext.Provider>
  );
}

function readerOf(
  workspace: NonNullable<ReturnType<typeof useSeen>['workspace']>,
  me: string,
  zoneChoice: ZoneChoice,
): Reader {
  const { users, channels } = workspace;
  const own = users.find(({ id }) => id === me)?.tz ?? 'Etc/UTC';
  const zone = zoneChoice === 'person' ? own : Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { me, zone, users, channels };
}

/** What came from Slack and what only this page knows, in order. */
function merged<T extends { readonly ts: string }>(messages: readonly T[], notices: readonly T[]): readonly T[] {
  if (notices.length === 0) return messages;
  return [...messages, ...notices].sort((a, b) => Number(a.ts) - Number(b.ts));
}
