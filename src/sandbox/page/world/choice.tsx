import { useId } from 'preact/hooks';

/** One of a few, side by side. */
export function Choice<T extends string>(props: {
  readonly legend: string;
  readonly options: readonly T[];
  readonly chosen: T;
  readonly onChoose: (option: T) => void;
}) {
  const { legend, options, chosen, onChoose } = props;
  const name = useId();
  return (
    <div class="w-choice" role="radiogroup" aria-label={legend}>
      {options.map((option) => (
        <label key={option} data-on={option === chosen}>
          <input type="radio" name={name} checked={option === chosen} onChange={() => onChoose(option)} />
          {option}
        </label>
      ))}
    </div>
  );
}
