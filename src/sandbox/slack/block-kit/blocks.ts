/** Block Kit's blocks and where each may stand (docs.slack.dev/reference/block-kit/blocks). */
import { isObject } from '../json.ts';
import { actionElement, button, contextAction, inputElement, sectionAccessory } from './elements.ts';
import { anyText, id, image, mrkdwn, plainText, type } from './objects.ts';
import { richText, singleRichText } from './rich-text.ts';
import {
  byType,
  type Check,
  flag,
  inside,
  integer,
  list,
  oneOf,
  optional,
  type Place,
  refuse,
  required,
  type Surface,
  shape,
  text,
} from './shape.ts';
import { dataTable, table } from './tables.ts';

const base = { type, block_id: id };
const url = text({ max: 3000 });
const picture = optional(byType({ image }));

const section = shape(
  {
    ...base,
    text: optional(anyText(3000)),
    fields: optional(list(anyText(2000), 1, 10)),
    accessory: optional(sectionAccessory),
    expand: optional(flag),
  },
  (block, at) => {
    if (block['text'] === undefined && block['fields'] === undefined) {
      at.report({ pointer: at.pointer, code: 'missing_field', message: 'missing required field: text or fields' });
    }
  },
);

const imageBlock = shape({
  ...base,
  alt_text: required(text({ max: 2000 })),
  title: optional(plainText(2000)),
  image_url: optional(url),
  slack_file: optional((value, at) => (isObject(value) ? undefined : refuse(at, 'must provide a object'))),
});

const input = shape({
  ...base,
  label: required(plainText(2000)),
  element: required(inputElement),
  hint: optional(plainText(2000)),
  optional: optional(flag),
  dispatch_action: optional(flag),
});

const video = shape({
  ...base,
  video_url: required(url),
  thumbnail_url: required(url),
  alt_text: required(text({ max: 2000 })),
  title: required(plainText(200)),
  title_url: optional(url),
  author_name: optional(text({ max: 50 })),
  provider_name: optional(text({ max: 255 })),
  provider_icon_url: optional(url),
  description: optional(plainText(200)),
});

const card = shape(
  {
    ...base,
    hero_image: picture,
    icon: picture,
    title: optional(mrkdwn(150)),
    subtitle: optional(mrkdwn(150)),
    body: optional(mrkdwn(200)),
    subtext: optional(mrkdwn(200)),
    actions: optional(list(byType({ button }), 1, 3)),
  },
  (block, at) => {
    if (['hero_image', 'title', 'actions', 'body'].every((field) => block[field] === undefined)) {
      refuse(at, 'must provide at least one of hero_image, title, actions or body');
    }
  },
);

const task = {
  ...base,
  task_id: required(text({ max: 255 })),
  title: required(text({ max: 255 })),
  details: optional(singleRichText),
  output: optional(singleRichText),
  sources: optional(list(shape({ type, url: required(url), text: required(text({ max: 255 })) }), 1, 20)),
  // The documentation's table says optional, its schema and the SDK's type say required: required is what is safe.
  status: required(oneOf('pending', 'in_progress', 'complete', 'error')),
};

const plan = shape({
  ...base,
  title: required(text({ max: 255 })),
  tasks: optional((value, at) => {
    // Inside a plan a task may leave its type out.
    list(byType({ task_card: shape({ ...task, type: optional(oneOf('task_card')) }) }, 'task_card'), 1, 50)(value, at);
    uniqueTasks(value, at);
  }),
});

function uniqueTasks(value: unknown, at: Place): void {
  const ids = Array.isArray(value) ? value.map((entry) => (isObject(entry) ? entry['task_id'] : undefined)) : [];
  for (const [index, entry] of ids.entries()) {
    if (entry !== undefined && ids.indexOf(entry) !== index)
      refuse(inside(at, index), `task_id ${entry} already exists`);
  }
}

const simple: Readonly<Record<string, Check>> = {
  actions: shape({ ...base, elements: required(list(actionElement, 1, 25)) }),
  context: shape({
    ...base,
    elements: required(list(byType({ image, plain_text: anyText(2000), mrkdwn: anyText(2000) }), 1, 10)),
  }),
  divider: shape(base),
  header: shape({ ...base, text: required(plainText(150)), level: optional(integer(1, 6)) }),
  image: imageBlock,
  input,
  rich_text: richText,
  section,
  table,
  video,
  file: shape({ ...base, source: required(oneOf('remote')), external_id: required(text({ max: 255 })) }),
};

const container = shape({
  ...base,
  title: optional(plainText(150)),
  rich_text_title: optional(byType({ rich_text: richText })),
  subtitle: optional(anyText(150)),
  child_blocks: required(list(byType(simple), 1, 10)),
  width: optional(oneOf('narrow', 'standard', 'wide', 'full')),
  icon: picture,
  is_collapsible: optional(flag),
  default_collapsed: optional(flag),
  has_header_divider: optional(flag),
});

const shapes: Readonly<Record<string, Check>> = {
  ...simple,
  alert: shape({
    ...base,
    text: required(anyText(200)),
    level: optional(oneOf('default', 'info', 'warning', 'error', 'success')),
  }),
  card,
  carousel: shape({ ...base, elements: required(list(byType({ card }), 1, 10)) }),
  container,
  context_actions: shape({ ...base, elements: required(list(contextAction, 1, 5)) }),
  data_table: dataTable,
  markdown: shape({ ...base, text: required(text({ max: 12_000 })) }),
  plan,
  task_card: shape(task),
};

const everywhere = ['message', 'modal', 'home'] as const;

/** Where each type is accepted: the strict reading where documentation and testers disagree. */
const surfaces: Readonly<Record<string, readonly Surface[]>> = {
  actions: everywhere,
  context: everywhere,
  divider: everywhere,
  header: everywhere,
  image: everywhere,
  input: everywhere,
  rich_text: everywhere,
  section: everywhere,
  video: everywhere,
  alert: ['modal'],
  card: ['message'],
  carousel: ['message'],
  container: ['message'],
  context_actions: ['message'],
  data_table: ['message'],
  file: ['message'],
  markdown: ['message'],
  plan: ['message'],
  table: ['message'],
  task_card: ['message'],
};

export const block: Check = (value, at) => {
  const kind = isObject(value) ? value['type'] : undefined;
  const allowed = typeof kind === 'string' ? surfaces[kind] : undefined;
  if (allowed && !allowed.includes(at.surface)) {
    const constraint = { type: 'enum', expected: allowed, got: at.surface };
    return refuse(inside(at, 'type'), `unsupported type: ${kind} is not allowed in a ${at.surface}`, constraint);
  }
  byType(shapes)(value, at);
};
