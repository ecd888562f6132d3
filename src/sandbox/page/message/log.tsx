import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Message as SlackMessage } from '../../slack/messages.ts';
import { dayOf } from '../text/date.ts';
import type { Acts } from '../workspace/acts.ts';
import { useReader } from '../workspace/reader.ts';
import { inThread } from '../workspace/seen.ts';
import { Message } from './message.tsx';

/** Nearer to the end than this many pixels counts as being there. */
const nearEnd = 120;

/** Messages, oldest first. Whoever reads at the end stays there when something comes. */
export function Log(props: {
  readonly name: string;
  readonly shown: readonly SlackMessage[];
  /** All there are, to count replies in. */
  readonly all: readonly SlackMessage[];
  readonly acts: Acts;
  readonly onThread?: (ts: string) => void;
  readonly intro?: ComponentChildren;
}) {
  const { name, shown, all, acts, onThread, intro } = props;
  const { zone } = useReader();
  const log = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const element = log.current;
    if (element === null || !isAtEnd.current) return;
    element.scrollTop = element.scrollHeight;
  }, [shown, name]);
  const scrolled = () => {
    const element = log.current;
    if (element !== null) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd;
  };
  let day = '';
  let before: SlackMessage | undefined;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div ref={log} class="log" role="log" aria-label={name} aria-relevant="additions" tabIndex={0} onScroll={scrolled}>
      {intro}
      {shown.map((message) => {
        const ownDay = dayOf(Number(message.ts), zone, Date.now());
        const divider = ownDay === day || onThread === undefined ? undefined : <p class="day">{ownDay}</p>;
        day = ownDay;
        const isContinued = divider === undefined && continues(before, message);
        before = message;
        const replies = inThread(all, message.channel, message.threadTs ?? message.ts).slice(1);
        const thread = onThread === undefined ? {} : { onThread, replies: message.isBroadcast === true ? [] : replies };
        return (
          <div key={`${message.channel} ${message.ts}`}>
            {divider}
            <Message message={message} acts={acts} isContinued={isContinued} {...thread} />
          </div>
        );
      })}
    </div>
  );
}

/** Somebody who goes on within five minutes is not named again, as in Slack. */
function continues(before: SlackMessage | undefined, message: SlackMessage): boolean {
  if (before === undefined || before.user !== message.user || message.isBroadcast === true) return false;
  const isForTheSame = before.ephemeralTo === message.ephemeralTo && before.isBroadcast !== true;
  return isForTheSame && Number(message.ts) - Number(before.ts) < 300;
}
