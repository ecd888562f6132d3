/** Block Kit's interactive elements (docs.slack.dev/reference/block-kit/block-elements). */
import { isObject, numberAt } from '../json.ts';
import {
  confirm,
  conversationFilter,
  dispatchConfig,
  id,
  image,
  optionGroup,
  plainOption,
  plainText,
  richOption,
  style,
  type,
} from './objects.ts';
import { richText } from './rich-text.ts';
import {
  byType,
  type Check,
  type Fields,
  flag,
  integer,
  list,
  oneOf,
  optional,
  type Place,
  refuse,
  required,
  shape,
  text,
} from './shape.ts';

const actionable: Fields = { type, action_id: id };
const pickable: Fields = { ...actionable, confirm, focus_on_load: optional(flag) };
const placeholder = optional(plainText(150));
const typed: Fields = {
  ...actionable,
  placeholder,
  focus_on_load: optional(flag),
  dispatch_action_config: dispatchConfig,
};
const label = required(plainText(75));
const accessibility = optional(text({ max: 75 }));
const value = text({ max: 2000, min: 0 });
const ids = optional(list(text({ max: 255 }), 1, 100));
const oneId = optional(text({ max: 255 }));
const many = optional(integer(1, 100));

export const button = shape({
  ...actionable,
  text: label,
  value: optional(value),
  url: optional(text({ max: 3000 })),
  style,
  confirm,
  accessibility_label: accessibility,
});

const day = /^\d{4}-\d{2}-\d{2}$/;

function select(fields: Fields): Check {
  return shape({ ...pickable, placeholder, ...fields });
}

function staticSelect(fields: Fields): Check {
  return shape(
    {
      ...pickable,
      placeholder,
      options: optional(list(plainOption, 1, 100)),
      option_groups: optional(list(optionGroup, 1, 100)),
      ...fields,
    },
    (element, at) => {
      if ((element['options'] === undefined) === (element['option_groups'] === undefined)) {
        refuse(at, 'must provide exactly one of options or option_groups');
      }
      initialIsAnOption(element, at);
    },
  );
}

/** Slack refuses an initial option that is not, to the letter, one of the options. */
function initialIsAnOption(element: { readonly [key: string]: unknown }, at: Place): void {
  const groups = Array.isArray(element['option_groups']) ? element['option_groups'] : [];
  const options = [element['options'], ...groups.map((group) => (isObject(group) ? group['options'] : []))]
    .flat()
    .map((entry) => JSON.stringify(entry));
  const initial = [element['initial_option'], element['initial_options']].flat().filter((entry) => entry !== undefined);
  if (initial.some((entry) => !options.includes(JSON.stringify(entry)))) {
    refuse(at, 'initial_option must exactly match one of the provided options');
  }
}

function fewOptions(fields: Fields): Check {
  return shape({ ...pickable, options: required(list(richOption, 1, 10)), ...fields }, initialIsAnOption);
}

const defaultToCurrent = { default_to_current_conversation: optional(flag), filter: conversationFilter };
const respondable = { response_url_enabled: optional(flag) };
const external = { min_query_length: optional(integer(0, 100)) };

const selects = {
  static_select: staticSelect({ initial_option: optional(plainOption) }),
  external_select: select({ ...external, initial_option: optional(plainOption) }),
  users_select: select({ initial_user: oneId }),
  conversations_select: select({ initial_conversation: oneId, ...defaultToCurrent, ...respondable }),
  channels_select: select({ initial_channel: oneId, ...respondable }),
  multi_static_select: staticSelect({ initial_options: optional(list(plainOption, 1, 100)), max_selected_items: many }),
  multi_external_select: select({
    ...external,
    initial_options: optional(list(plainOption, 1, 100)),
    max_selected_items: many,
  }),
  multi_users_select: select({ initial_users: ids, max_selected_items: many }),
  multi_conversations_select: select({ initial_conversations: ids, max_selected_items: many, ...defaultToCurrent }),
  multi_channels_select: select({ initial_channels: ids, max_selected_items: many }),
};

/** Date-time pickers are for messages and modals; a Home tab refuses them. */
const dateTime: Check = (element, at) => {
  if (at.surface === 'home') return refuse(at, 'unsupported type: datetimepicker');
  // Ten digits: seconds. Milliseconds have thirteen and are the usual mistake.
  shape({ ...pickable, initial_date_time: optional(integer(1_000_000_000, 9_999_999_999)) })(element, at);
};

const pickers = {
  checkboxes: fewOptions({ initial_options: optional(list(richOption, 1, 10)) }),
  radio_buttons: fewOptions({ initial_option: optional(richOption) }),
  datepicker: shape({ ...pickable, placeholder, initial_date: optional(text({ max: 10, pattern: day })) }),
  datetimepicker: dateTime,
  timepicker: shape({
    ...pickable,
    placeholder,
    initial_time: optional(text({ max: 5, pattern: /^\d{2}:\d{2}$/ })),
    timezone: optional(text({ max: 255 })),
  }),
};

const richTextInput = shape({
  ...typed,
  initial_value: optional(byType({ rich_text: richText })),
  min_lines: optional(integer(1, 100)),
  max_lines: optional(integer(1, 100)),
});

const workflowButton = shape({
  ...actionable,
  text: label,
  workflow: required((entry, at) => (isObject(entry) ? undefined : refuse(at, 'must provide a object'))),
  style,
  confirm,
  accessibility_label: accessibility,
});

const overflow = shape({ ...actionable, options: required(list(plainOption, 1, 5)), confirm });

export const actionElement = byType({
  ...selects,
  ...pickers,
  button,
  overflow,
  workflow_button: workflowButton,
  rich_text_input: richTextInput,
});

export const sectionAccessory = byType({
  ...selects,
  ...pickers,
  button,
  overflow,
  image,
  workflow_button: workflowButton,
});

const plainInput = shape(
  {
    ...typed,
    initial_value: optional(text({ max: 3000, min: 0 })),
    multiline: optional(flag),
    min_length: optional(integer(0, 3000)),
    max_length: optional(integer(1, 3000)),
  },
  (element, at) => {
    const max = numberAt(element, 'max_length') ?? 3000;
    if ((numberAt(element, 'min_length') ?? 0) > max) refuse(at, 'min_length must not be more than max_length');
  },
);

const typedNumber = optional(text({ max: 255, pattern: /^-?\d+(\.\d+)?$/ }));

export const inputElement = byType({
  ...selects,
  ...pickers,
  plain_text_input: plainInput,
  rich_text_input: richTextInput,
  email_text_input: shape({ ...typed, initial_value: optional(text({ max: 3000, min: 0 })) }),
  url_text_input: shape({ ...typed, initial_value: optional(text({ max: 3000, min: 0 })) }),
  number_input: shape({
    ...typed,
    is_decimal_allowed: required(flag),
    initial_value: typedNumber,
    min_value: typedNumber,
    max_value: typedNumber,
  }),
  file_input: shape({
    ...actionable,
    filetypes: optional(list(text({ max: 255 }), 1, 100)),
    max_files: optional(integer(1, 10)),
  }),
});

const feedback = shape({ text: label, accessibility_label: accessibility, value: required(value) });

export const contextAction = byType({
  feedback_buttons: shape({ ...actionable, positive_button: required(feedback), negative_button: required(feedback) }),
  icon_button: shape({
    ...actionable,
    icon: required(oneOf('trash')),
    text: label,
    accessibility_label: accessibility,
    value: optional(value),
    confirm,
    visible_to_user_ids: ids,
  }),
});
