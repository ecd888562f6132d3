import type { ComponentChildren } from 'preact';

/** A column of the page: its title, and what is in it. */
export function Pane(props: {
  readonly kind: 'channel' | 'thread';
  readonly name: string;
  readonly title: ComponentChildren;
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
}) {
  const { kind, name, title, onClose, children } = props;
  return (
    <section class={`pane ${kind}`} aria-label={name}>
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
