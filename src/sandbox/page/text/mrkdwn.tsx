/** Slack's mrkdwn as elements: docs.slack.dev/messaging/formatting-message-text. */
import type { ComponentChildren } from 'preact';
import { type Node, NodeType, parse } from 'slack-message-parser';
import { useReader } from '../workspace/reader.ts';
import { secondsIn, shownDate } from './date.ts';
import { emojiNamed, withEmoji } from './emoji.ts';
import { ChannelMention, Emoji, Link, Mention } from './inline.tsx';

export function Mrkdwn({ text }: { readonly text: string }) {
  return <Nodes nodes={parse(text).children} />;
}

function Nodes({ nodes }: { readonly nodes: readonly Node[] }) {
  return nodes.map((node, index) => <One key={`${index} ${node.source}`} node={node} />);
}

function One({ node }: { readonly node: Node }) {
  const { zone } = useReader();
  switch (node.type) {
    case NodeType.Text:
      return <Lines text={unescaped(node.text)} />;
    case NodeType.Bold:
      return (
        <b>
          <Nodes nodes={node.children} />
        </b>
      );
    case NodeType.Italic:
      return (
        <i>
          <Nodes nodes={node.children} />
        </i>
      );
    case NodeType.Strike:
      return (
        <s>
          <Nodes nodes={node.children} />
        </s>
      );
    case NodeType.Code:
      return <code>{unescaped(node.text)}</code>;
    case NodeType.PreText:
      return <pre>{unescaped(node.text).replace(/^\n/, '')}</pre>;
    case NodeType.Quote:
      return (
        <blockquote>
          <Nodes nodes={node.children} />
        </blockquote>
      );
    case NodeType.Emoji: {
      const emoji = emojiNamed(node.name);
      return emoji === undefined ? node.source : <Emoji name={node.name} drawn={emoji} />;
    }
    case NodeType.UserLink:
      return <Mention id={node.userID} />;
    case NodeType.ChannelLink:
      return <ChannelMention id={node.channelID} />;
    case NodeType.URL:
      return (
        <Link url={unescaped(node.url)}>
          {node.label === undefined ? unescaped(node.url) : <Nodes nodes={node.label} />}
        </Link>
      );
    case NodeType.Command:
      return command(node, zone);
    case NodeType.Root:
      return <Nodes nodes={node.children} />;
  }
}

function command(node: Extract<Node, { type: NodeType.Command }>, zone: string): ComponentChildren {
  const label = node.label === undefined ? undefined : <Nodes nodes={node.label} />;
  if (node.name === 'date') {
    const [written = '', format = ''] = node.arguments;
    const seconds = secondsIn(written);
    if (seconds === undefined) return label;
    const iso = new Date(seconds * 1000).toISOString();
    return (
      <time dateTime={iso} title={iso}>
        {shownDate(seconds, format, zone, Date.now())}
      </time>
    );
  }
  return <span class="mention">{label ?? `@${node.arguments[0] ?? node.name}`}</span>;
}

/** Plain text of Block Kit: emoji are drawn, nothing else is. */
export function Plain({ text }: { readonly text: string }) {
  return <Lines text={withEmoji(text)} />;
}

function Lines({ text }: { readonly text: string }) {
  return text.split('\n').map((line, index) => (
    <span key={index}>
      {index > 0 && <br />}
      {line}
    </span>
  ));
}

/** The three characters Slack escapes; the ampersand last, or `&amp;lt;` would become `<`. */
function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
