import { useId } from 'preact/hooks';
import type { Known } from './completion.ts';
import { Suggestions } from './suggestions.tsx';
import { useTyping } from './use-typing.ts';

/** Where messages and slash commands are typed. Enter sends; Shift+Enter begins a line; Tab completes. */
export function Composer(props: {
  readonly user: string;
  /** Its accessible name, such as "Message #ops". */
  readonly name: string;
  readonly known: Known;
  /** What one may do here, to begin with. */
  readonly hint: string;
  /** Whether what the page offers ("try this") lands here. */
  readonly takesOffers?: boolean;
  readonly onSend: (text: string) => void;
}) {
  const { user, name, hint, known, takesOffers = false, onSend } = props;
  const { text, choice, completions, area, write, take, send, pressed } = useTyping({
    user,
    known,
    takesOffers,
    onSend,
  });
  const listId = useId();
  const isOffered = completions.length > 0;
  return (
    <div class="composer">
      {isOffered && <Suggestions id={listId} completions={completions} choice={choice} onTake={take} />}
      <textarea
        ref={area}
        rows={1}
        aria-label={name}
        placeholder={hint}
        aria-autocomplete="list"
        aria-controls={isOffered ? listId : undefined}
        aria-activedescendant={isOffered && choice >= 0 ? `${listId}-${choice}` : undefined}
        value={text}
        onInput={({ currentTarget }) => write(currentTarget.value)}
        onKeyDown={pressed}
      />
      <button type="button" class="send" aria-label="Send" disabled={text.trim() === ''} onClick={send}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M2.5 3.2 17.5 10l-15 6.8L4 10.8 11 10 4 9.2z" fill="currentColor" />
        </svg>
      </button>
    </div>
  );
}
