import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { textAt } from '../../slack/json.ts';
import type { View } from '../../slack/views.ts';
import { Blocks } from '../blocks/block.tsx';
import { useModalDialog } from '../dialog/use-modal-dialog.ts';
import { SurfaceContext } from '../elements/surface.ts';
import { useSurfaceAt } from '../elements/use-surface.ts';
import { Plain } from '../text/mrkdwn.tsx';
import type { Acts } from '../workspace/acts.ts';

const noErrors: Readonly<Record<string, string>> = {};

/** The modal on top. Give it the view's id as key: another view begins with an empty form. */
export function Modal({ view, depth, acts }: { readonly view: View; readonly depth: number; readonly acts: Acts }) {
  const [errors, setErrors] = useState(noErrors);
  const [trouble, setTrouble] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const spot = { view_id: view.id };
  const { surface, values } = useSurfaceAt({ name: `view ${view.id}`, spot, acts, errors, onTrouble: setTrouble });
  // At once, as Slack does it: who types the next command at the same moment must not type into a window that is going.
  const close = () => {
    dialog.current?.close();
    acts.close(view.id).catch((error: unknown) => {
      dialog.current?.showModal();
      setTrouble(messageOf(error));
    });
  };
  useModalDialog(dialog, close);
  // The first input has the focus as soon as there is one: the bot opens a window first and fills it in afterwards.
  useLayoutEffect(() => {
    const title = dialog.current?.querySelector('h2');
    const input = dialog.current?.querySelector<HTMLElement>('.content :is(input, select, textarea)');
    const isLost = document.activeElement === title || document.activeElement === document.body;
    if (isLost) input?.focus();
  }, [view.hash]);
  useLayoutEffect(() => {
    if (errors !== noErrors) dialog.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);
  const submit = async () => {
    if (isBusy) return;
    setIsBusy(true);
    setTrouble(undefined);
    try {
      const outcome = await acts.submit(view.id, values());
      setErrors(outcome.errors ?? noErrors);
      setTrouble(outcome.warning);
    } catch (error) {
      setTrouble(messageOf(error));
    }
    setIsBusy(false);
  };
  const submitText = textAt(view.submit, 'text');
  return (
    <dialog ref={dialog} class="modal" aria-labelledby="modal-title">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <header>
          <h2 id="modal-title" tabIndex={-1}>
            <span class="avatar bot small" aria-hidden="true">
              ↺
            </span>
            <Plain text={textAt(view.title, 'text') ?? ''} />
          </h2>
          <button type="button" class="icon" aria-label={depth > 1 ? 'Back' : 'Close'} onClick={close}>
            {depth > 1 ? '←' : '✕'}
          </button>
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section class="content" tabIndex={0} aria-labelledby="modal-title" aria-live="polite">
          {trouble !== undefined && (
            <p class="alert error" role="alert">
              {trouble}
            </p>
          )}
          <SurfaceContext.Provider value={surface}>
            <Blocks blocks={view.blocks} />
          </SurfaceContext.Provider>
        </section>
        <footer>
          <button type="button" class="button" onClick={close}>
            {textAt(view.close, 'text') ?? 'Cancel'}
          </button>
          {submitText !== undefined && (
            <button type="submit" class={isBusy ? 'button primary busy' : 'button primary'} aria-busy={isBusy}>
              {submitText}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
