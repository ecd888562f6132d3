import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** A column of the page: its title, and what is in it. */
export function Pane(props: {
  readonly kind: 'channel' | 'thread';
  readonly name: string;
  readonly title: ComponentChildren;
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
}) {
  const { kind, name, title, onClose, children } = props;
  const isOpened = onClose !== undefined;
  const pane = useRef<HTMLElement>(null);
  // What was opened by a key is under the keys, and gives the focus back.
  useLayoutEffect(() => {
    if (!isOpened) return undefined;
    const before = document.activeElement;
    pane.current?.focus({ preventScroll: true });
    return () => requestAnimationFrame(() => before instanceof HTMLElement && before.focus({ preventScroll: true }));
  }, [isOpened]);
  return (
    <section
      ref={pane}
      class={`pane ${kind}`}
      aria-label={name}
      tabIndex={isOpened ? -1 : undefined}
      onKeyDown={({ key, defaultPrevented }) => key === 'Escape' && !defaultPrevented && onClose?.()}
    >
      <header>
        <h2>{title}</h2>
        {onClose !== undefined && (
          <button type="button" class="icon" aria-label="Close thread" onClick={onClose}>
            ✕
          </button>
        )}
      </header>
      {children}
    </section>
  );
}
