import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Opens a `<dialog>` over the page for as long as it is there: the browser keeps the focus inside and gives it back
 * afterwards. Escape calls `onEscape`, and closes nothing by itself.
 */
export function useModalDialog(dialog: RefObject<HTMLDialogElement | null>, onEscape: () => void): void {
  const escaped = useRef(onEscape);
  escaped.current = onEscape;
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    const cancelled = (event: Event) => {
      if (event.target !== element) return;
      event.preventDefault();
      escaped.current();
    };
    // A second Escape would close the dialog without asking.
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      escaped.current();
    };
    element.addEventListener('cancel', cancelled);
    element.addEventListener('keydown', pressed);
    element.showModal();
    return () => {
      element.removeEventListener('cancel', cancelled);
      element.removeEventListener('keydown', pressed);
      element.close();
    };
  }, [dialog]);
}
