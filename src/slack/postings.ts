/** The messages of one run: each is posted at most once, also when an answer of Slack was lost or the process died in between. */
import type { RunId } from '../restore/events.ts';
import type { Clock, Deliveries, PostedMessage } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import { times } from './limits.ts';
import type { Logger } from './logging.ts';
import type { Message } from './messages/blocks.ts';
import { isRefusal, type Place, type Poster } from './poster.ts';
import { refusalIn } from './trouble.ts';

export const reporterName = 'slack';

export type PostingsParts = {
  readonly poster: Poster;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  /** This process among all that tell from one file. */
  readonly process: string;
  readonly logger: Logger;
};

/** Where a message goes; `since`: when the first message of the run can have been posted. */
export type Target = Omit<Place, 'key'> & { readonly since: Instant };

/** `isAdopted`: an earlier attempt had posted it after all, so what it shows is what was to be shown then. */
export type Posting = { readonly posted: PostedMessage; readonly isAdopted: boolean };

export class Postings {
  readonly #parts: PostingsParts;
  readonly #runId: RunId;
  readonly #signal: AbortSignal;
  /** The message to be posted next may have been posted already: look for it first. */
  #unsure: boolean;

  constructor(parts: PostingsParts, runId: RunId, signal: AbortSignal, isUnsure: boolean) {
    this.#parts = parts;
    this.#runId = runId;
    this.#signal = signal;
    this.#unsure = isUnsure;
  }

  posted(key: string): PostedMessage | undefined {
    return this.#parts.deliveries.posted(reporterName, this.#runId, key);
  }

  allPosted(): ReadonlyMap<string, PostedMessage> {
    return this.#parts.deliveries.allPosted(reporterName, this.#runId);
  }

  remember(key: string, posted: PostedMessage): void {
    this.#parts.deliveries.remember(reporterName, this.#runId, key, posted);
  }

  async postOnce({ since, ...target }: Target, key: string, message: Message): Promise<Posting> {
    const known = await this.#told(key);
    if (known !== undefined) return { posted: known, isAdopted: true };
    const place: Place = { ...target, key: `${this.#runId}:${key}` };
    const adopted = await this.#adopted(place, since);
    const posted = adopted ?? (await this.#post(place, message));
    this.#unsure = false;
    this.remember(key, posted);
    return { posted, isAdopted: adopted !== undefined };
  }

  /**
   * Waits until it is ours to post, or posted by another bot on the same file: two of them run during a rolling deploy.
   * undefined: it is ours.
   */
  async #told(key: string): Promise<PostedMessage | undefined> {
    for (;;) {
      const answer = this.#claim(key);
      if (answer === 'posted') return this.posted(key);
      if (answer === 'taken-over') this.#unsure = true;
      if (answer !== 'theirs') return undefined;
      await this.#parts.clock.sleep(times.retryFirst, this.#signal);
    }
  }

  /** For what is posted past {@link postOnce}: whether nobody else has posted it or is about to. */
  mayPost(key: string): boolean {
    const answer = this.#claim(key);
    return answer === 'ours' || answer === 'taken-over';
  }

  #claim(key: string) {
    const { deliveries, clock, process } = this.#parts;
    const now = clock.now();
    return deliveries.claim(reporterName, this.#runId, key, { process, now, until: now + claimMs });
  }

  /** false: the message cannot be edited any more, which nothing can change. */
  async update(posted: PostedMessage, message: Message): Promise<boolean> {
    try {
      await this.#parts.poster.update(posted, message, this.#signal);
      return true;
    } catch (error) {
      if (!isRefusal(error, uneditable)) throw error;
      this.#parts.logger.warn({ runId: this.#runId, err: error }, 'A message cannot be edited any more');
      return false;
    }
  }

  async #post(place: Place, message: Message): Promise<PostedMessage> {
    this.#unsure = true;
    try {
      return await this.#parts.poster.post(place, message, this.#signal);
    } catch (error) {
      // A clear no: it was not posted.
      if (refusalIn(error) !== undefined) this.#unsure = false;
      throw error;
    }
  }

  async #adopted(place: Place, since: Instant): Promise<PostedMessage | undefined> {
    if (!this.#unsure) return undefined;
    try {
      return await this.#parts.poster.find(place, since - clockSkew, this.#signal);
    } catch (error) {
      if (!isRefusal(error, ['missing_scope'])) throw error;
      this.#parts.logger.warn(
        { runId: this.#runId, err: error },
        'Cannot look for a message of ours; it may appear twice',
      );
      return undefined;
    }
  }
}

/** A call takes ten seconds at most; who has not finished by then is gone, or waits because Slack asked for it. */
const claimMs = 30_000;

/** Between Slack's clock and ours. */
const clockSkew = 300_000;

/** A channel that is gone may come back, and its card must not keep its buttons then: that is no reason to give up. */
const uneditable = ['message_not_found', 'cant_update_message', 'edit_window_closed'];
