import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Completion, completionsOf, type Known } from './completion.ts';
import { rememberSent, sentBefore } from './history.ts';
import { keyAction } from './keys.ts';
import { onOffer } from './offer.ts';

/** The state of a composer: the text, its completions, and what was sent before. */
export function useTyping(order: {
  readonly user: string;
  readonly known: Known;
  readonly takesOffers: boolean;
  readonly onSend: (text: string) => void;
}) {
  const { user, known, takesOffers, onSend } = order;
  const [text, setText] = useState('');
  const [choice, setChoice] = useState(-1);
  const [isDismissed, setIsDismissed] = useState(false);
  const [back, setBack] = useState(0);
  const area = useRef<HTMLTextAreaElement>(null);
  const completions = isDismissed || back > 0 ? [] : completionsOf(text, known);
  const write = (next: string) => {
    setText(next);
    setChoice(-1);
    setIsDismissed(false);
    setBack(0);
  };
  const take = (completion: Completion | undefined) => {
    if (completion !== undefined) write(completion.text);
    area.current?.focus();
  };
  const send = () => {
    const trimmed = text.trim();
    if (trimmed === '') return;
    rememberSent(user, trimmed);
    write('');
    onSend(trimmed);
  };
  const recall = (step: 1 | -1) => {
    const sent = sentBefore(user);
    const next = Math.min(Math.max(back + step, 0), sent.length);
    setBack(next);
    setText(sent.at(-next) ?? '');
    if (next === 0) setText('');
  };
  const go = (step: 1 | -1) =>
    setChoice(step === 1 ? (choice + 1) % completions.length : (choice <= 0 ? completions.length : choice) - 1);
  const actions = {
    send,
    take: () => take(completions[Math.max(choice, 0)]),
    up: () => go(-1),
    down: () => go(1),
    older: () => recall(1),
    newer: () => recall(-1),
    dismiss: () => setIsDismissed(true),
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const typing = { text, isOffered: completions.length > 0, isChosen: choice >= 0, isRecalled: back > 0 };
    const action = keyAction(event.key, event.shiftKey, typing);
    if (action === undefined) return;
    event.preventDefault();
    actions[action]();
  };
  useOffers(takesOffers, area, write);
  useHeight(area, text);
  return { text, choice, completions, area, write, take, send, pressed };
}

function useOffers(isOn: boolean, area: RefObject<HTMLTextAreaElement | null>, write: (text: string) => void): void {
  useEffect(() => {
    if (!isOn) return undefined;
    return onOffer((offered) => {
      write(offered);
      // The composer may be on a tab that is only now being shown.
      requestAnimationFrame(() => area.current?.focus());
    });
  }, [isOn]);
}

/** As high as the text needs; the style sheet says where that ends. */
function useHeight(area: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
}
