import type { ActionsBlockElement, InputBlockElement, SectionBlockAccessory } from '@slack/types';
import { Boxes, Radio } from './boxes.tsx';
import { Button } from './button.tsx';
import { DayOrTime, Moment } from './moment.tsx';
import { Overflow } from './overflow.tsx';
import { Select } from './select.tsx';
import { TextInput } from './text-input.tsx';
import type { InputProps } from './use-input.ts';

export type AnyElement = ActionsBlockElement | InputBlockElement | SectionBlockAccessory;

/** An element of any kind. What the bot never sends is named instead of drawn. */
export function Element(props: InputProps<AnyElement>) {
  const { element } = props;
  switch (element.type) {
    case 'button':
      return <Button element={element} blockId={props.blockId} />;
    case 'overflow':
      return <Overflow element={element} blockId={props.blockId} />;
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return <TextInput {...props} element={element} />;
    case 'static_select':
    case 'users_select':
    case 'conversations_select':
    case 'channels_select':
    case 'external_select':
      return <Select {...props} element={element} />;
    case 'radio_buttons':
      return <Radio {...props} element={element} />;
    case 'checkboxes':
    case 'multi_static_select':
      return <Boxes {...props} element={element} />;
    case 'datepicker':
    case 'timepicker':
      return <DayOrTime {...props} element={element} />;
    case 'datetimepicker':
      return <Moment {...props} element={element} />;
    case 'image':
      return <span class="muted">[image: {element.alt_text}]</span>;
    default:
      return <span class="muted">[{element.type}: not drawn in the sandbox]</span>;
  }
}
