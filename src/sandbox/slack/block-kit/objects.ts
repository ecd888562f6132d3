/** Block Kit's composition objects, with their limits (docs.slack.dev/reference/block-kit/composition-objects). */
import { byType, type Check, flag, list, oneOf, optional, required, shape, text } from './shape.ts';

export const type = required(text({ max: 255 }));
export const id = optional(text({ max: 255 }));

export function plainText(max: number): Check {
  return byType({ plain_text: plainShape(max) });
}

export function mrkdwn(max: number): Check {
  return byType({ mrkdwn: mrkdwnShape(max) });
}

export function anyText(max: number): Check {
  return byType({ plain_text: plainShape(max), mrkdwn: mrkdwnShape(max) });
}

function plainShape(max: number): Check {
  return shape({ type, text: required(text({ max })), emoji: optional(flag) });
}

function mrkdwnShape(max: number): Check {
  return shape({ type, text: required(text({ max })), verbatim: optional(flag) });
}

export const style = optional(oneOf('primary', 'danger'));

export const confirm = optional(
  shape({
    title: required(plainText(100)),
    text: required(anyText(300)),
    confirm: required(plainText(30)),
    deny: required(plainText(30)),
    style,
  }),
);

/** `mrkdwn` texts are for radio buttons and checkboxes only. */
function option(label: Check): Check {
  return shape({
    text: required(label),
    value: required(text({ max: 150 })),
    description: optional(anyText(75)),
    url: optional(text({ max: 3000 })),
  });
}

export const plainOption = option(plainText(75));
export const richOption = option(anyText(75));

export const optionGroup = shape({ label: required(plainText(75)), options: required(list(plainOption, 1, 100)) });

export const dispatchConfig = optional(
  shape({
    trigger_actions_on: optional(list(oneOf('on_enter_pressed', 'on_character_entered'), 1, 2)),
  }),
);

export const conversationFilter = optional(
  shape({
    include: optional(list(oneOf('im', 'mpim', 'private', 'public'), 1, 4)),
    exclude_external_shared_channels: optional(flag),
    exclude_bot_users: optional(flag),
  }),
);

export const image = shape(
  {
    type,
    alt_text: required(text({ max: 2000 })),
    image_url: optional(text({ max: 3000 })),
    slack_file: optional(shape({ id: optional(text({ max: 255 })), url: optional(text({ max: 3000 })) })),
  },
  (value, at) => {
    if (value['image_url'] === undefined && value['slack_file'] === undefined) {
      at.report({ pointer: at.pointer, code: 'missing_field', message: 'missing required field: image_url' });
    }
  },
);
