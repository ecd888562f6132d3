/** Slack's text markup (docs.slack.dev/messaging/formatting-message-text). */
import type { Actor } from '../restore/request.ts';
import type { Instant } from '../restore/restore-point.ts';
import { utc } from './measures.ts';

/** Makes text safe to put into mrkdwn: no mention, link or date in it comes to life. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Text shown letter by letter even in mrkdwn: a zero-width space after each formatting character keeps it from starting
 * or ending bold, italic, strike, code, an emoji, or a mention.
 */
export function literal(text: string): string {
  return escaped(text).replaceAll(/[*_~`@#]|:(?=[\w+-]+:)/g, (mark) => `${mark}\u200B`);
}

export function code(text: string): string {
  return `\`${escaped(text).replaceAll('`', "'")}\``;
}

/** Of a person, or of a user group (its id begins with S). */
export function mention(id: string): string {
  return id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`;
}

const personInSentence = /slack:[A-Z0-9]+\/([UW][A-Z0-9]+)/g;

/** A sentence of the core, safe in mrkdwn: whom it names by workspace and user id is named as Slack names people. */
export function sentence(text: string): string {
  return escaped(text).replaceAll(personInSentence, (_, userId: string) => mention(userId));
}

/** The same where no markup is read: whoever it was stands elsewhere in the message. */
export function plainSentence(text: string): string {
  return text.replaceAll(new RegExp(` by ${personInSentence.source}`, 'g'), '');
}

export function channelLink(channelId: string): string {
  return `<#${channelId}>`;
}

/** `<@U1>, <@U2> or <@U3>`; with many, the first ones and how many more. */
export function anyOf(userIds: readonly string[], shown = 8): string {
  return joined(userIds, 'or', shown);
}

/** `<@U1>, <@U2> and <@U3>`, in the same way. */
export function allOf(userIds: readonly string[], shown = 8): string {
  return joined(userIds, 'and', shown);
}

function joined(userIds: readonly string[], word: 'and' | 'or', shown: number): string {
  const names = userIds.slice(0, shown).map(mention);
  const more = userIds.length - names.length;
  if (more > 0) return `${names.join(', ')} ${word} ${more} more`;
  const last = names.pop();
  if (last === undefined) return 'nobody';
  return names.length === 0 ? last : `${names.join(', ')} ${word} ${last}`;
}

export function actor(by: Actor): string {
  switch (by.kind) {
    case 'slack':
      return mention(by.userId);
    case 'shell':
      return code(`${by.user}@${by.host}`);
    case 'system':
      return 'pitr-restore';
  }
}

/** An instant in the zone of whoever reads it; where Slack cannot do that, in UTC. */
export function readersTime(instant: Instant): string {
  return `<!date^${Math.floor(instant / 1000)}^{date_short_pretty} at {time_secs}|${utc(instant)}>`;
}

/** An instant in the reader's zone and in UTC. */
export function bothTimes(instant: Instant): string {
  return `${readersTime(instant)} (${utc(instant)})`;
}

/** At most `limit` characters, cut between characters, never inside an escape (`&lt;`) or a mention (`<@U1>`). */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  const open = Math.max(openAt(cut, '<', '>'), openAt(cut, '&', ';', 6));
  const end = open < 0 ? cut : cut.slice(0, open);
  return `${end.replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Where a token that began in `text` was not finished; -1: none was. `width`: how long such a token may be. */
function openAt(text: string, opener: string, closer: string, width = 200): number {
  const start = text.lastIndexOf(opener);
  if (start < 0 || text.length - start > width) return -1;
  return text.includes(closer, start) ? -1 : start;
}

/** `a, b, c`, as many as fit into `limit` characters, then `and 12 more`. */
export function listed(words: readonly string[], limit: number): string {
  let text = '';
  for (const [index, word] of words.entries()) {
    const more = words.length - index;
    const next = text === '' ? word : `${text}, ${word}`;
    if (next.length > limit - 20) return text === '' ? shortened(word, limit) : `${text} and ${more} more`;
    text = next;
  }
  return text;
}
