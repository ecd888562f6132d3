import type { EmailInput, NumberInput, PlainTextInput, URLInput } from '@slack/types';
import { ariaOf, type InputProps, useInput } from './use-input.ts';

/** The keyboard a phone shows. What is typed is checked by Slack and the bot, not by the browser. */
const keyboards = {
  plain_text_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'decimal',
} as const;

export function TextInput(props: InputProps<PlainTextInput | EmailInput | URLInput | NumberInput>) {
  const { element } = props;
  const [value, change] = useInput(props, element.initial_value ?? '');
  const common = {
    ...ariaOf(props),
    class: 'field',
    value: String(value ?? ''),
    placeholder: element.placeholder?.text,
    onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      change(currentTarget.value),
  };
  if (element.type === 'plain_text_input' && element.multiline === true) {
    return <textarea {...common} rows={4} maxLength={element.max_length} />;
  }
  const maxLength = element.type === 'plain_text_input' ? element.max_length : undefined;
  const inputMode = keyboards[element.type];
  return <input {...common} type="text" maxLength={maxLength} inputMode={inputMode} autocomplete="off" />;
}
