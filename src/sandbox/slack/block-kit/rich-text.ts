/** The rich_text block (docs.slack.dev/reference/block-kit/blocks/rich-text-block). */
import { id, type } from './objects.ts';
import { byType, flag, integer, list, oneOf, optional, required, shape, text } from './shape.ts';

const max = 4000;
const styled = {
  type,
  style: optional(
    shape({
      bold: optional(flag),
      italic: optional(flag),
      strike: optional(flag),
      code: optional(flag),
      underline: optional(flag),
      highlight: optional(flag),
      client_highlight: optional(flag),
      unlink: optional(flag),
    }),
  ),
};

const textRun = shape({ ...styled, text: required(text({ max, min: 1 })) });
const link = shape({
  ...styled,
  url: required(text({ max: 3000 })),
  text: optional(text({ max })),
  unsafe: optional(flag),
});

const inline = byType({
  text: textRun,
  link,
  user: shape({ ...styled, user_id: required(text({ max: 255 })) }),
  channel: shape({ ...styled, channel_id: required(text({ max: 255 })) }),
  usergroup: shape({ ...styled, usergroup_id: required(text({ max: 255 })) }),
  team: shape({ ...styled, team_id: required(text({ max: 255 })) }),
  broadcast: shape({ ...styled, range: required(oneOf('here', 'channel', 'everyone')) }),
  color: shape({ ...styled, value: required(text({ max: 255 })) }),
  emoji: shape({
    ...styled,
    name: required(text({ max: 255 })),
    unicode: optional(text({ max: 255 })),
    url: optional(text({ max: 3000 })),
  }),
  date: shape({
    ...styled,
    timestamp: required(integer(0, 9_999_999_999)),
    format: required(text({ max: 255 })),
    url: optional(text({ max: 3000 })),
    fallback: optional(text({ max })),
  }),
});

const section = shape({ type, elements: required(list(inline, 0, 1000)) });
const border = optional(integer(0, 1));

const part = byType({
  rich_text_section: section,
  rich_text_quote: shape({ type, elements: required(list(inline, 1, 1000)), border }),
  rich_text_preformatted: shape({
    type,
    elements: required(list(byType({ text: textRun, link }), 1, 1000)),
    border,
    language: optional(text({ max: 255 })),
  }),
  rich_text_list: shape({
    type,
    elements: required(list(byType({ rich_text_section: section }), 1, 1000)),
    style: required(oneOf('bullet', 'ordered')),
    indent: optional(integer(0, 8)),
    offset: optional(integer(0, 10_000)),
    border,
  }),
});

export const richText = shape({ type, block_id: id, elements: required(list(part, 1, 1000)) });
/** A rich_text in the details or output of a task: exactly one part. */
export const singleRichText = byType({
  rich_text: shape({ type, block_id: id, elements: required(list(part, 1, 1)) }),
});
