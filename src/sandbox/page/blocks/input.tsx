import type { InputBlock } from '@slack/types';
import { useId } from 'preact/hooks';
import { Element } from '../elements/element.tsx';
import { useSurface } from '../elements/surface.ts';
import { Plain } from '../text/mrkdwn.tsx';

/** An input with its label, its hint, and what is wrong with it. */
export function Input({ block }: { readonly block: InputBlock }) {
  const { errorAt } = useSurface();
  const id = useId();
  const {
    block_id: blockId = '',
    element,
    label,
    hint,
    optional = false,
    dispatch_action: isDispatched = false,
  } = block;
  const error = errorAt(blockId);
  const described = [hint === undefined ? [] : `${id}-hint`, error === undefined ? [] : `${id}-error`].flat().join(' ');
  return (
    <div class={error === undefined ? 'input' : 'input invalid'}>
      <span class="label" id={`${id}-label`}>
        <Plain text={label.text} />
        {optional && <span class="muted"> (optional)</span>}
      </span>
      <Element
        element={element}
        blockId={blockId}
        labelledBy={`${id}-label`}
        {...(described === '' ? {} : { describedBy: described })}
        isInvalid={error !== undefined}
        isRequired={!optional}
        isDispatched={isDispatched}
      />
      {error !== undefined && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint muted" id={`${id}-hint`}>
          <Plain text={hint.text} />
        </p>
      )}
    </div>
  );
}
