/** The last word on a run, with its Undo button: kept current while an undo is possible, without the button afterwards. */
import type { StoredEvent } from '../restore/events.ts';
import type { Message } from './messages/blocks.ts';
import { lastWord } from './messages/last-word.ts';
import type { Surroundings } from './messages/surroundings.ts';
import type { Posting, Postings } from './postings.ts';
import type { Story } from './story.ts';

/** The key under which it is remembered that the last word offers no Undo, or not any more. */
export const offerOver = 'undo-over';

export const isLastWord: ReadonlySet<StoredEvent['event']['type']> = new Set([
  'completed',
  'failed',
  'cancelled',
  'rolled-back',
  'needs-attention',
]);

export class LastWord {
  readonly #postings: Postings;
  #shown: string | undefined;

  constructor(postings: Postings) {
    this.#postings = postings;
  }

  /** An adopted one may still offer what is over: it is brought up to date before it is final. */
  wasPosted({ posted, isAdopted }: Posting, message: Message, { undoableUntil }: Surroundings): void {
    if (isAdopted) return;
    this.#shown = JSON.stringify(message);
    if (undoableUntil === undefined) this.#postings.remember(offerOver, posted);
  }

  /** Brings it up to date. true: it offers nothing, and never will again. */
  async isFinal({ rows, run }: Story, surroundings: Surroundings): Promise<boolean> {
    const last = rows.findLast(({ event }) => isLastWord.has(event.type));
    const posted = last === undefined ? undefined : this.#postings.posted(String(last.seq));
    if (last === undefined || posted === undefined || this.#postings.posted(offerOver) !== undefined) return true;
    const message = lastWord(run, surroundings, last.at);
    const content = JSON.stringify(message);
    if (content !== this.#shown) await this.#postings.update(posted, message);
    this.#shown = content;
    // Somebody asked for the undo: should that come to nothing, it is offered again.
    if (surroundings.undoableUntil !== undefined || surroundings.undoneBy !== undefined) return false;
    this.#postings.remember(offerOver, posted);
    return true;
  }
}
