import { isObject, type JsonObject, numberAt, objectsAt, textAt } from './json.ts';
import { formatDate, type Reader } from './mrkdwn.ts';

export function renderRichText(richText: JsonObject, reader: Reader): string {
  return objectsAt(richText, 'elements')
    .map((part) => renderPart(part, reader))
    .join('\n')
    .trimEnd();
}

function renderPart(part: JsonObject, reader: Reader): string {
  const type = textAt(part, 'type');
  if (type === 'rich_text_list') {
    const indent = '  '.repeat(numberAt(part, 'indent') ?? 0);
    const start = (numberAt(part, 'offset') ?? 0) + 1;
    const bullet = (index: number) => (part['style'] === 'ordered' ? `${start + index}.` : '•');
    return objectsAt(part, 'elements')
      .map((item, index) => `${indent}${bullet(index)} ${renderInline(item, reader)}`)
      .join('\n');
  }
  const text = renderInline(part, reader);
  if (type === 'rich_text_quote') return prefixed(text, '> ');
  return type === 'rich_text_preformatted' ? prefixed(text, '    ') : text;
}

function prefixed(text: string, prefix: string): string {
  return text
    .split('\n')
    .map((line) => prefix + line)
    .join('\n');
}

function renderInline(part: JsonObject, reader: Reader): string {
  const elements = part['elements'];
  return Array.isArray(elements)
    ? elements
        .filter(isObject)
        .map((element) => renderRun(element, reader))
        .join('')
    : '';
}

function renderRun(element: JsonObject, reader: Reader): string {
  const text = (name: string) => textAt(element, name) ?? '';
  switch (textAt(element, 'type')) {
    case 'link':
      return text('text') === '' ? text('url') : `${text('text')} (${text('url')})`;
    case 'user':
      return `@${reader.users?.find((user) => user.id === element['user_id'])?.name ?? text('user_id')}`;
    case 'channel':
      return `#${reader.channels?.find((channel) => channel.id === element['channel_id'])?.name ?? text('channel_id')}`;
    case 'usergroup':
      return `@${text('usergroup_id')}`;
    case 'broadcast':
      return `@${text('range')}`;
    case 'emoji':
      return `:${text('name')}:`;
    case 'date': {
      const seconds = numberAt(element, 'timestamp') ?? 0;
      const isPlain = reader.zone === undefined && text('fallback') !== '';
      return isPlain ? text('fallback') : formatDate(seconds, text('format'), reader.zone ?? 'Etc/UTC');
    }
    default:
      return text('text') || text('value');
  }
}
