/** What stands inside a line: mentions, links, emoji. */
import type { ComponentChildren } from 'preact';
import { useReader } from '../workspace/reader.ts';

export function Mention({ id }: { readonly id: string }) {
  const { users, me } = useReader();
  const name = users.find((user) => user.id === id)?.realName ?? id;
  return <span class={id === me ? 'mention me' : 'mention'}>@{name}</span>;
}

export function ChannelMention({ id }: { readonly id: string }) {
  const { channels } = useReader();
  return <span class="mention">#{channels.find((channel) => channel.id === id)?.name ?? id}</span>;
}

/** Only what a browser may open safely becomes a link. */
export function Link({ url, children }: { readonly url: string; readonly children: ComponentChildren }) {
  if (!/^(https?|mailto):/i.test(url)) return <span>{children}</span>;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

export function Emoji({ name, drawn }: { readonly name: string; readonly drawn: string }) {
  return (
    <span class="emoji" role="img" aria-label={name.replaceAll('_', ' ')} title={`:${name}:`}>
      {drawn}
    </span>
  );
}
