import { isObject, type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json.ts';
import { formatDate, type Reader } from './mrkdwn.ts';

/** An element on one line: buttons and menus in brackets, inputs as what stands in them. */
export function renderElement(element: JsonObject, reader: Reader): string {
  switch (textAt(element, 'type')) {
    case 'image':
      return `(image: ${textAt(element, 'alt_text') ?? ''})`;
    case 'radio_buttons':
    case 'checkboxes':
      return renderBoxes(element);
    case 'overflow':
      return `[⋯ ${optionTexts(element).join(' | ')}]`;
    case 'feedback_buttons':
      return ['positive_button', 'negative_button'].map((name) => `[${labelOf(objectAt(element, name))}]`).join(' ');
    case 'datetimepicker':
      return `[${momentOf(element, reader)}]`;
    default: {
      const own = labelOf(element);
      return `[${own === '' ? (initialOf(element) ?? textAt(objectAt(element, 'placeholder'), 'text') ?? '') : own}]`;
    }
  }
}

function labelOf(element: unknown): string {
  return isObject(element) ? (textAt(objectAt(element, 'text'), 'text') ?? '') : '';
}

function optionTexts(element: JsonObject): readonly string[] {
  return objectsAt(element, 'options').map(labelOf);
}

function renderBoxes(element: JsonObject): string {
  const initial = [element['initial_option'], element['initial_options']].flat().filter(isObject);
  const chosen = initial.map((option) => option['value']);
  return objectsAt(element, 'options')
    .map((option) => `${chosen.includes(option['value']) ? '(x)' : '( )'} ${labelOf(option)}`)
    .join('  ');
}

/** The viewer's own zone, as in Slack; UTC when there is no viewer. */
function momentOf(element: JsonObject, reader: Reader): string {
  const seconds = numberAt(element, 'initial_date_time');
  if (seconds === undefined) return 'date and time';
  const zone = reader.zone ?? 'Etc/UTC';
  return `${formatDate(seconds, '{date_num} {time}', zone)} ${zone}`;
}

const initials = [
  'initial_value',
  'initial_date',
  'initial_time',
  'initial_user',
  'initial_conversation',
  'initial_channel',
];

function initialOf(element: JsonObject): string | undefined {
  for (const name of initials) {
    const value = textAt(element, name);
    if (value !== undefined && value !== '') return value;
  }
  const option = labelOf(element['initial_option']);
  if (option !== '') return option;
  const several = objectsAt(element, 'initial_options').map(labelOf);
  const ids = ['initial_users', 'initial_conversations', 'initial_channels'].flatMap((name) => {
    const list = element[name];
    return Array.isArray(list) ? list.map(String) : [];
  });
  const all = [...several, ...ids];
  return all.length === 0 ? undefined : all.join(', ');
}
