import type {
  Select as AnySelect,
  ChannelsSelect,
  ConversationsSelect,
  PlainTextOption,
  StaticSelect,
  UsersSelect,
} from '@slack/types';
import { withEmoji } from '../text/emoji.ts';
import { type Reader, useReader } from '../workspace/reader.ts';
import { ariaOf, type InputProps, useInput } from './use-input.ts';

type Choice = { readonly value: string; readonly words: string };
type Group = { readonly label?: string; readonly choices: readonly Choice[] };

export function Select(props: InputProps<AnySelect>) {
  const reader = useReader();
  const { element } = props;
  const [value, change] = useInput(props, initialOf(element));
  const placeholder = element.placeholder?.text ?? 'Choose …';
  return (
    <select
      {...ariaOf(props)}
      aria-label={props.labelledBy === undefined ? placeholder : undefined}
      class="field"
      value={String(value ?? '')}
      onChange={({ currentTarget }) => change(currentTarget.value === '' ? null : currentTarget.value)}
    >
      <option value="">{placeholder}</option>
      {groupsOf(element, reader).map(({ label, choices }) =>
        label === undefined ? (
          <Choices key="" choices={choices} />
        ) : (
          <optgroup key={label} label={label}>
            <Choices choices={choices} />
          </optgroup>
        ),
      )}
    </select>
  );
}

function Choices({ choices }: { readonly choices: readonly Choice[] }) {
  return choices.map(({ value, words }) => (
    <option key={value} value={value}>
      {words}
    </option>
  ));
}

function groupsOf(element: AnySelect, { channels, users }: Reader): readonly Group[] {
  switch (element.type) {
    case 'static_select':
      return element.option_groups === undefined
        ? [{ choices: (element.options ?? []).map(choiceOf) }]
        : element.option_groups.map(({ label, options }) => ({ label: label.text, choices: options.map(choiceOf) }));
    case 'users_select':
      return [
        { choices: users.filter(({ isBot }) => !isBot).map(({ id, realName }) => ({ value: id, words: realName })) },
      ];
    case 'channels_select':
    case 'conversations_select':
      return [
        {
          choices: channels
            .filter(({ kind }) => kind !== 'im')
            .map(({ id, name }) => ({ value: id, words: `#${name}` })),
        },
      ];
    case 'external_select':
      return [];
  }
}

function choiceOf({ value, text }: Pick<PlainTextOption, 'value' | 'text'>): Choice {
  return { value: value ?? '', words: withEmoji(text.text) };
}

function initialOf(
  element: StaticSelect | UsersSelect | ConversationsSelect | ChannelsSelect | AnySelect,
): string | null {
  switch (element.type) {
    case 'static_select':
    case 'external_select':
      return element.initial_option?.value ?? null;
    case 'users_select':
      return element.initial_user ?? null;
    case 'conversations_select':
      return element.initial_conversation ?? null;
    case 'channels_select':
      return element.initial_channel ?? null;
  }
}
