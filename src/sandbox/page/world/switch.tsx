import { useId } from 'preact/hooks';

/** Something that is on or off, with what it does in a sentence and how it stands. */
export function Switch(props: {
  readonly name: string;
  readonly what: string;
  readonly state: string;
  readonly on: boolean;
  readonly onSwitch: (on: boolean) => void;
}) {
  const { name, what, state, on, onSwitch } = props;
  const id = useId();
  return (
    <div class="w-switch" data-on={on}>
      <div>
        <label class="w-name" for={id}>
          {name}
        </label>
        <p class="muted w-small" id={`${id}-what`}>
          {what}
        </p>
      </div>
      <div>
        <input
          id={id}
          type="checkbox"
          role="switch"
          aria-checked={on}
          checked={on}
          aria-describedby={`${id}-what`}
          onChange={({ currentTarget }) => onSwitch(currentTarget.checked)}
        />
        <p class="w-small w-state">{state}</p>
      </div>
    </div>
  );
}
