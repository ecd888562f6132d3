import type { Overflow as OverflowElement } from '@slack/types';
import { withEmoji } from '../text/emoji.ts';
import { useSurface } from './surface.ts';

/** The menu behind three dots. */
export function Overflow({ element, blockId }: { readonly element: OverflowElement; readonly blockId: string }) {
  const surface = useSurface();
  const place = { blockId, actionId: element.action_id ?? '' };
  return (
    <select
      class="field overflow"
      aria-label="More actions"
      value=""
      onChange={({ currentTarget }) => void surface.choose(place, currentTarget.value)}
    >
      <option value="">⋯</option>
      {element.options.map(({ value = '', text }) => (
        <option key={value} value={value}>
          {withEmoji(text.text)}
        </option>
      ))}
    </select>
  );
}
