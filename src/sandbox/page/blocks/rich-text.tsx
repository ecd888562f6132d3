import type { RichTextBlock, RichTextElement } from '@slack/types';
import type { ComponentChildren } from 'preact';
import { shownDate } from '../text/date.ts';
import { emojiNamed } from '../text/emoji.ts';
import { ChannelMention, Emoji, Link, Mention } from '../text/inline.tsx';
import { useReader } from '../workspace/reader.ts';

type Part = RichTextBlock['elements'][number];

export function RichText({ block }: { readonly block: RichTextBlock }) {
  return (
    <div class="rich">
      {block.elements.map((part, index) => (
        <RichPart key={index} part={part} />
      ))}
    </div>
  );
}

function RichPart({ part }: { readonly part: Part }) {
  switch (part.type) {
    case 'rich_text_section':
      return <Runs runs={part.elements} />;
    case 'rich_text_quote':
      return (
        <blockquote>
          <Runs runs={part.elements} />
        </blockquote>
      );
    case 'rich_text_preformatted':
      return (
        <pre>
          <Runs runs={part.elements} />
        </pre>
      );
    case 'rich_text_list': {
      const lines = part.elements.map((line, index) => (
        <li key={index}>
          <Runs runs={line.elements} />
        </li>
      ));
      return part.style === 'ordered' ? <ol>{lines}</ol> : <ul>{lines}</ul>;
    }
  }
}

function Runs({ runs }: { readonly runs: readonly RichTextElement[] }) {
  return runs.map((run, index) => <Run key={index} run={run} />);
}

function Run({ run }: { readonly run: RichTextElement }) {
  const { zone } = useReader();
  switch (run.type) {
    case 'text':
      return styled(run.style, <span class="lines">{run.text}</span>);
    case 'link':
      return styled(run.style, <Link url={run.url}>{run.text ?? run.url}</Link>);
    case 'user':
      return <Mention id={run.user_id} />;
    case 'channel':
      return <ChannelMention id={run.channel_id} />;
    case 'usergroup':
      return <span class="mention">@{run.usergroup_id}</span>;
    case 'broadcast':
      return <span class="mention">@{run.range}</span>;
    case 'emoji': {
      const drawn = emojiNamed(run.name);
      return drawn === undefined ? `:${run.name}:` : <Emoji name={run.name} drawn={drawn} />;
    }
    case 'date':
      return <time>{shownDate(run.timestamp, run.format, zone, Date.now())}</time>;
    case 'color':
      return run.value;
    case 'team':
      return run.team_id;
  }
}

type Style = { readonly bold?: boolean; readonly italic?: boolean; readonly strike?: boolean; readonly code?: boolean };

function styled(style: Style | undefined, text: ComponentChildren): ComponentChildren {
  let shown = text;
  if (style?.code === true) shown = <code>{shown}</code>;
  if (style?.bold === true) shown = <b>{shown}</b>;
  if (style?.italic === true) shown = <i>{shown}</i>;
  return style?.strike === true ? <s>{shown}</s> : shown;
}
