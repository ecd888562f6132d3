/** The same modal for a Slack that does not know alerts: it refuses the whole view for one (`invalid_arguments`). */
import type { AlertBlock, KnownBlock, ModalView } from '@slack/types';
import { plainSection } from './modal.ts';

/** undefined: there is nothing newer in it. */
export function inPlainView(view: ModalView): ModalView | undefined {
  if (!view.blocks.some(isAlert)) return undefined;
  return { ...view, blocks: view.blocks.map((block) => (isAlert(block) ? marked(block) : block)) };
}

function isAlert(block: ModalView['blocks'][number]): block is AlertBlock {
  return block.type === 'alert' && 'text' in block;
}

function marked({ level = 'default', text }: AlertBlock): KnownBlock {
  return plainSection(`${marks[level]} ${text.text}`);
}

const marks: Readonly<Record<NonNullable<AlertBlock['level']>, string>> = {
  default: 'ℹ️',
  info: 'ℹ️',
  warning: '⚠️',
  error: '❌',
  success: '✅',
};
