import { useId, useState } from 'preact/hooks';
import type { Message as SlackMessage } from '../../slack/messages.ts';
import { Blocks } from '../blocks/block.tsx';
import { SurfaceContext } from '../elements/surface.ts';
import { useSurfaceAt } from '../elements/use-surface.ts';
import { shownDate } from '../text/date.ts';
import { Mrkdwn } from '../text/mrkdwn.tsx';
import type { Acts } from '../workspace/acts.ts';
import { useReader } from '../workspace/reader.ts';
import { Avatar } from './avatar.tsx';

/** One message: who, when, and what; for whom, when it is for one person alone. */
export function Message(props: {
  readonly message: SlackMessage;
  readonly acts: Acts;
  /** The replies to it; undefined inside a thread. */
  readonly replies?: readonly SlackMessage[];
  readonly onThread?: (ts: string) => void;
  /** Whether the author just said something else: then the name need not be shown again. */
  readonly isContinued: boolean;
}) {
  const { message, acts, replies = [], onThread, isContinued } = props;
  const { users } = useReader();
  const [trouble, setTrouble] = useState<string>();
  const spot = { channel: message.channel, ts: message.ts };
  const { surface } = useSurfaceAt({ name: `message ${message.ts}`, spot, acts, onTrouble: setTrouble });
  const nameId = useId();
  const author = users.find(({ id }) => id === message.user);
  const isPrivate = message.ephemeralTo !== undefined;
  const threadTs = message.threadTs ?? message.ts;
  return (
    <article class={`message${isPrivate ? ' private' : ''}${isContinued ? ' continued' : ''}`} aria-labelledby={nameId}>
      <Avatar user={message.user} />
      <div class="body">
        {isPrivate && <p class="note muted">👁 Only visible to you</p>}
        {message.isBroadcast === true && onThread !== undefined && (
          <p class="note muted">
            replied to a{' '}
            <button type="button" class="link" onClick={() => onThread(threadTs)}>
              thread
            </button>
          </p>
        )}
        <header>
          <b id={nameId}>{author?.realName ?? 'Slackbot'}</b>
          {(author?.isBot ?? true) && <span class="badge">APP</span>}
          <Clock ts={message.ts} />
        </header>
        <SurfaceContext.Provider value={surface}>
          {message.blocks === undefined ? (
            <div class="text">
              <Mrkdwn text={message.text} />
            </div>
          ) : (
            <Blocks blocks={message.blocks} />
          )}
        </SurfaceContext.Provider>
        {message.edited !== undefined && message.blocks === undefined && <small class="muted">(edited)</small>}
        {trouble !== undefined && (
          <p class="trouble" role="alert">
            ⚠ {trouble}
          </p>
        )}
        {onThread !== undefined && !isPrivate && <Replies replies={replies} onOpen={() => onThread(threadTs)} />}
      </div>
    </article>
  );
}

function Clock({ ts }: { readonly ts: string }) {
  const { zone } = useReader();
  const seconds = Number(ts);
  const format = (words: string) => shownDate(Math.floor(seconds), words, zone, Date.now());
  return (
    <time class="muted" dateTime={new Date(seconds * 1000).toISOString()} title={format('{date_long} at {time_secs}')}>
      {format('{time}')}
    </time>
  );
}

function Replies({ replies, onOpen }: { readonly replies: readonly SlackMessage[]; readonly onOpen: () => void }) {
  const { zone } = useReader();
  const last = replies.at(-1);
  if (last === undefined) {
    return (
      <button type="button" class="link reply" onClick={onOpen}>
        Reply in thread
      </button>
    );
  }
  const authors = [...new Set(replies.map(({ user }) => user))].slice(0, 4);
  return (
    <button type="button" class="replies" onClick={onOpen}>
      {authors.map((user) => (
        <Avatar key={user} user={user} isSmall />
      ))}
      <b>
        {replies.length} {replies.length === 1 ? 'reply' : 'replies'}
      </b>
      <span class="muted">
        Last reply {shownDate(Math.floor(Number(last.ts)), '{date_pretty} at {time}', zone, Date.now())}
      </span>
    </button>
  );
}
