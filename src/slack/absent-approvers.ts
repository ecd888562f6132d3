/**
 * The approvers who are not in the channel: each is told that they are asked, never a crowd, and what they were told stays
 * true until the end. None of it is in the way of the story: what goes wrong is logged, and tried again later.
 */
import { WebAPIRateLimitedError } from '@slack/web-api';
import type { Clock, PostedMessage } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import { hasEnded } from '../restore/run.ts';
import { limits } from './limits.ts';
import type { Logger } from './logging.ts';
import { approverMessage, withoutDecided } from './messages/approvers.ts';
import type { Surroundings } from './messages/surroundings.ts';
import { isRefusal, type Poster, unreachable } from './poster.ts';
import type { Postings } from './postings.ts';
import { Retry } from './retry.ts';
import type { Story } from './story.ts';
import { refusalIn, secondsAskedFor } from './trouble.ts';

export type AbsentApproversParts = {
  readonly poster: Poster;
  readonly clock: Clock;
  readonly logger: Logger;
  /** User ids of everybody in a channel. */
  readonly membersOf: (channelId: string) => Promise<ReadonlySet<string>>;
  /** User ids of everybody in a user group. */
  readonly inGroup: (groupId: string) => Promise<ReadonlySet<string>>;
  /** Whether the account could approve anything: a guest could not, nor somebody of another workspace. */
  readonly isInGoodStanding: (userId: string) => Promise<boolean>;
};

/** A message to an approver that may still have to change. */
type Open = { readonly userId: string; readonly posted: PostedMessage };

/** So long after the end of a run nobody waits for its messages any more. */
const keptCurrentFor = 24 * 3_600_000;

export class AbsentApprovers {
  readonly #parts: AbsentApproversParts;
  readonly #postings: Postings;
  readonly #signal: AbortSignal;
  // One each: what can be edited must not make us forget who was not told.
  readonly #toTell = new Retry();
  readonly #toEdit = new Retry();
  readonly #shown = new Map<string, string>();
  /** Whose account may decide nothing, or whom Slack does not let us write to. */
  readonly #refused = new Set<string>();
  #telling: 'untold' | 'told' = 'untold';
  #link: string | undefined;

  constructor(parts: AbsentApproversParts, postings: Postings, signal: AbortSignal) {
    this.#parts = parts;
    this.#postings = postings;
    this.#signal = signal;
  }

  /** When what went wrong is to be tried again; undefined: nothing is. */
  get retryAt(): Instant | undefined {
    const [first] = [this.#toTell.at, this.#toEdit.at].flatMap((at) => at ?? []).toSorted((a, b) => a - b);
    return first;
  }

  /** Tells those who would not see the card. Slack may have taken a message and not said so: rather twice than never. */
  async tell(story: Story, surroundings: Surroundings): Promise<void> {
    if (this.#telling === 'told' || !this.#toTell.isDue(this.#parts.clock.now())) return;
    await this.#trying(this.#toTell, story, 'Approvers outside the channel could not be told', async () => {
      const absent = await this.#absentApprovers(story, surroundings);
      let room = limits.toldDirectly - openMessages(this.#postings.allPosted()).length;
      let untold = absent.length;
      const failures: unknown[] = [];
      for (const userId of absent.slice(0, limits.lookedUp)) {
        if (room <= 0) break;
        untold -= 1;
        try {
          if (await this.#tellOne(userId, story, surroundings)) room -= 1;
        } catch (error) {
          room -= 1;
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
      this.#telling = 'told';
      if (untold > 0)
        this.#parts.logger.warn(
          { runId: story.run.id },
          'There are too many approvers outside the channel to tell each of them',
        );
    });
  }

  /** Edits what is not true any more. true: nothing will have to be edited again. */
  async keepCurrent(story: Story, surroundings: Surroundings): Promise<boolean> {
    const { run } = story;
    const open = openMessages(this.#postings.allPosted());
    const now = this.#parts.clock.now();
    // Nobody is asked any more.
    if (run.state !== 'AWAITING_APPROVAL') this.#toTell.settled();
    if (open.length === 0 || isLongOver(story, now)) {
      this.#toEdit.settled();
      return true;
    }
    if (!this.#toEdit.isDue(now)) return false;
    const isDone = await this.#trying(
      this.#toEdit,
      story,
      'An approver could not be told what was decided',
      async () => {
        for (const each of open) {
          const link = run.state === 'AWAITING_APPROVAL' ? undefined : await this.#linkTo(story);
          const isEditable = await this.#show(each, approverMessage(run, surroundings, each.userId, link));
          if (hasEnded(run) || !isEditable) this.#postings.remember(overKey(each.userId), each.posted);
        }
      },
    );
    return isDone && hasEnded(run);
  }

  async #absentApprovers({ run, channelId }: Story, { environment }: Surroundings): Promise<readonly string[]> {
    const { approvers = [], approverGroups = [] } = environment ?? {};
    const groups = await Promise.all(approverGroups.map(this.#parts.inGroup));
    const all = new Set([...approvers, ...groups.flatMap((group) => [...group])]);
    const untold = withoutDecided(run, [...all]).filter(
      (userId) => !this.#refused.has(userId) && this.#postings.posted(keyFor(userId)) === undefined,
    );
    if (untold.length === 0) return [];
    const members = await this.#parts.membersOf(channelId);
    return untold.filter((userId) => !members.has(userId));
  }

  /** false: there is nobody to tell. */
  async #tellOne(userId: string, { run }: Story, surroundings: Surroundings): Promise<boolean> {
    const { poster, logger, isInGoodStanding } = this.#parts;
    if (!this.#postings.mayPost(keyFor(userId))) return true;
    if (!(await isInGoodStanding(userId))) {
      this.#refused.add(userId);
      logger.warn({ runId: run.id, userId }, 'An approver of the configuration may not use this bot, and is not asked');
      return false;
    }
    const place = { channelId: userId, key: `${run.id}:${keyFor(userId)}` };
    const message = approverMessage(run, surroundings, userId);
    try {
      this.#postings.remember(keyFor(userId), await poster.post(place, message, this.#signal));
      this.#shown.set(userId, JSON.stringify(message));
      return true;
    } catch (error) {
      if (refusalIn(error) === undefined) throw error;
      this.#refused.add(userId);
      logger.warn({ runId: run.id, userId, err: error }, 'An approver could not be told directly');
      return false;
    }
  }

  /** false: it cannot be edited any more. */
  async #show({ userId, posted }: Open, message: ReturnType<typeof approverMessage>): Promise<boolean> {
    const content = JSON.stringify(message);
    if (this.#shown.get(userId) === content) return true;
    try {
      if (!(await this.#postings.update(posted, message))) return false;
    } catch (error) {
      // The account is deactivated: nobody reads it.
      if (!isRefusal(error, unreachable)) throw error;
      return false;
    }
    this.#shown.set(userId, content);
    return true;
  }

  /** undefined: there is no card, or Slack does not say. */
  async #linkTo({ run }: Story): Promise<string | undefined> {
    const parent = this.#postings.posted('parent');
    if (parent === undefined) return undefined;
    try {
      this.#link ??= await this.#parts.poster.linkTo(parent, this.#signal);
    } catch (error) {
      if (refusalIn(error) === undefined) throw error;
      this.#parts.logger.warn({ runId: run.id, err: error }, 'Slack gives no link to a card');
    }
    return this.#link;
  }

  /** true: nothing went wrong. */
  async #trying(retry: Retry, { run }: Story, trouble: string, act: () => Promise<void>): Promise<boolean> {
    const { clock, logger } = this.#parts;
    try {
      await act();
      retry.settled();
      return true;
    } catch (error) {
      if (this.#signal.aborted) return false;
      const ms = retry.failed(clock.now(), retryAfter(error));
      logger.warn({ runId: run.id, err: error, retryInMs: ms }, trouble);
      return false;
    }
  }
}

/** What an approver was told directly and may still have to be edited. */
export function openMessages(posted: ReadonlyMap<string, PostedMessage>): readonly Open[] {
  return [...posted].flatMap(([key, message]) => {
    const userId = key.startsWith(prefix) && !key.endsWith(over) ? key.slice(prefix.length) : undefined;
    return userId === undefined || posted.has(overKey(userId)) ? [] : [{ userId, posted: message }];
  });
}

const prefix = 'approver-';
const over = '-over';

function keyFor(userId: string): string {
  return `${prefix}${userId}`;
}

/** The key under which it is remembered that the message to somebody will not change any more. */
function overKey(userId: string): string {
  return `${keyFor(userId)}${over}`;
}

function isLongOver({ run }: Story, now: Instant): boolean {
  return run.endedAt !== undefined && now - run.endedAt > keptCurrentFor;
}

/** How many milliseconds Slack asks to be left alone, where that is the trouble or the cause of it. */
function retryAfter(error: unknown): number | undefined {
  const cause = error instanceof Error && !(error instanceof WebAPIRateLimitedError) ? error.cause : error;
  return cause instanceof WebAPIRateLimitedError ? secondsAskedFor(cause) * 1000 : undefined;
}
