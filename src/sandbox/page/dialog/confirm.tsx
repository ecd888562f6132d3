import { useRef } from 'preact/hooks';
import { useModalDialog } from './use-modal-dialog.ts';

/** Asks once more before something is done. Escape means no. */
export function Confirm(props: {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  readonly isDanger?: boolean;
  readonly onAnswer: (isYes: boolean) => void;
}) {
  const { title, text, yes, no, isDanger = false, onAnswer } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useModalDialog(dialog, () => onAnswer(false));
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" aria-describedby="confirm-text">
      <h2 id="confirm-title">{title}</h2>
      <p id="confirm-text">{text}</p>
      <footer>
        <button type="button" class="button" onClick={() => onAnswer(false)}>
          {no}
        </button>
        <button type="button" class={isDanger ? 'button danger' : 'button primary'} onClick={() => onAnswer(true)}>
          {yes}
        </button>
      </footer>
    </dialog>
  );
}
