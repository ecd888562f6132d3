import type { Button as ButtonElement, ConfirmationDialog } from '@slack/types';
import { useState } from 'preact/hooks';
import { Confirm } from '../dialog/confirm.tsx';
import { Plain } from '../text/mrkdwn.tsx';
import { useSurface } from './surface.ts';

export function Button({ element, blockId }: { readonly element: ButtonElement; readonly blockId: string }) {
  const surface = useSurface();
  const [isAsking, setIsAsking] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const press = async () => {
    setIsBusy(true);
    await surface.press({ blockId, actionId: element.action_id ?? '' }, element.value);
    setIsBusy(false);
  };
  const { confirm, style, text, url } = element;
  const look = `button${style === undefined ? '' : ` ${style}`}${isBusy ? ' busy' : ''}`;
  const clicked = () => {
    if (isBusy) return;
    if (confirm === undefined) void press();
    else setIsAsking(true);
    if (url !== undefined) window.open(url, '_blank', 'noopener,noreferrer');
  };
  return (
    <>
      <button type="button" class={look} aria-busy={isBusy} aria-label={element.accessibility_label} onClick={clicked}>
        <Plain text={text.text} />
      </button>
      {isAsking && confirm !== undefined && (
        <Confirm
          {...wordsOf(confirm)}
          isDanger={confirm.style === 'danger' || style === 'danger'}
          onAnswer={(isYes) => {
            setIsAsking(false);
            if (isYes) void press();
          }}
        />
      )}
    </>
  );
}

function wordsOf({ title, text, confirm, deny }: ConfirmationDialog) {
  return {
    title: title?.text ?? 'Are you sure?',
    text: text.text,
    yes: confirm?.text ?? 'Yes',
    no: deny?.text ?? 'Cancel',
  };
}
