import type { Completion } from './completion.ts';

/** What may be typed next. The focus stays in the composer, which says which one is gone to. */
export function Suggestions(props: {
  readonly id: string;
  readonly completions: readonly Completion[];
  readonly choice: number;
  readonly onTake: (completion: Completion) => void;
}) {
  const { id, completions, choice, onTake } = props;
  return (
    <div class="suggestions">
      <div role="listbox" id={id} aria-label="Completions">
        {completions.map((completion, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the composer's, where the focus stays
          <div
            key={completion.label}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === choice}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onTake(completion)}
          >
            <b>{completion.label}</b> <span class="muted">{completion.detail}</span>
          </div>
        ))}
      </div>
      <p class="muted">
        <kbd>Tab</kbd> to complete <kbd>↑</kbd> <kbd>↓</kbd> to choose <kbd>Esc</kbd> to dismiss
      </p>
    </div>
  );
}
