import type { Checkboxes, MultiStaticSelect, Option, RadioButtons } from '@slack/types';
import { Mrkdwn, Plain } from '../text/mrkdwn.tsx';
import { keyOf, useSurface } from './surface.ts';
import { ariaOf, type InputProps, useInput } from './use-input.ts';

/** Radio buttons: one of them. */
export function Radio(props: InputProps<RadioButtons>) {
  const { element, blockId } = props;
  const { name } = useSurface();
  const [value, change] = useInput(props, element.initial_option?.value ?? null);
  const group = `${name} ${keyOf({ blockId, actionId: element.action_id ?? '' })}`;
  return (
    <div class="boxes" role="radiogroup" {...ariaOf(props)}>
      {element.options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={group}
            checked={value === option.value}
            onChange={() => change(option.value ?? null)}
          />
          <Words option={option} />
        </label>
      ))}
    </div>
  );
}

/** Boxes: any of them. A menu of which several may be chosen is shown in the same way. */
export function Boxes(props: InputProps<Checkboxes | MultiStaticSelect>) {
  const { element } = props;
  const initial = (element.initial_options ?? []).flatMap(({ value }) => value ?? []);
  const [value, change] = useInput(props, initial);
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const { labelledBy, describedBy } = props;
  return (
    <fieldset class="boxes" aria-labelledby={labelledBy} aria-describedby={describedBy}>
      {(element.options ?? []).map((option) => {
        const own = option.value ?? '';
        const isChosen = chosen.includes(own);
        const flipped = isChosen ? chosen.filter((other) => other !== own) : [...chosen, own];
        return (
          <label key={own}>
            <input type="checkbox" checked={isChosen} onChange={() => change(flipped)} />
            <Words option={option} />
          </label>
        );
      })}
    </fieldset>
  );
}

function Words({ option: { text, description } }: { readonly option: Option }) {
  return (
    <span>
      {text.type === 'mrkdwn' ? <Mrkdwn text={text.text} /> : <Plain text={text.text} />}
      {description !== undefined && <small class="muted">{description.text}</small>}
    </span>
  );
}
